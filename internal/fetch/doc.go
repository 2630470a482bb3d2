// Package fetch holds the scripts that download pinned files which are too large
// for the repository, each checked against a hash in the script. `make`, or for
// the GPU a person, runs them; no Go code does.
//
//	internal/fetch/onnxruntime.sh        # .ort/libonnxruntime.so.1, see package teacher/ort
//	internal/fetch/onnxruntime-gpu.sh    # .ort/gpu/, with the CUDA and TensorRT providers, see docs/gpu.md
//
// A script does nothing when the right file is already there, puts files under
// their final name only when whole, and fails with one line.
package fetch
