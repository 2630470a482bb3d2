// Package fetch holds the scripts that download pinned files which are too large
// for the repository, each checked against a hash in the script. `make` runs
// them; no Go code does.
//
//	internal/fetch/onnxruntime.sh        # .ort/libonnxruntime.so.1, see package teacher/ort
//
// A script does nothing when the right file is already there, puts files under
// their final name only when whole, and fails with one line.
package fetch
