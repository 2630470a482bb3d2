package ort

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// EnvLibrary is the environment variable that names the runtime's library.
const EnvLibrary = "ONNXRUNTIME_SHARED_LIBRARY_PATH"

// pinned is where `make ort` puts the library, relative to the source tree.
var pinned = filepath.Join(".ort", "libonnxruntime.so.1")

// Locate finds ONNX Runtime's shared library. The first of these that is given
// is taken: the flag's value, the environment variable EnvLibrary, the pinned
// download beside the executable's parent folder (bin/../.ort), the pinned
// download in the working directory or a parent of it up to the first with a
// go.mod. A flag or variable that names no file is an error, not a reason to
// look further.
func Locate(flag string) (string, error) {
	if flag != "" {
		return named("the flag", flag)
	}
	if env := os.Getenv(EnvLibrary); env != "" {
		return named(EnvLibrary, env)
	}
	return firstFile(candidates())
}

func named(by, path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("ONNX Runtime: %s names %s, which does not exist; give the file libonnxruntime.so.1, or run `make ort` and leave it unset", by, path)
	case err != nil:
		return "", fmt.Errorf("ONNX Runtime: %s: %w", by, err)
	case info.IsDir():
		return "", fmt.Errorf("ONNX Runtime: %s names the folder %s; give the file libonnxruntime.so.1 in it", by, path)
	}
	return path, nil
}

func firstFile(paths []string) (string, error) {
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	return "", fmt.Errorf("ONNX Runtime is missing (looked for %s): run `make ort`, or name libonnxruntime.so.1 by flag or in %s",
		strings.Join(paths, ", "), EnvLibrary)
}

// candidates lists the places of the pinned download, without repeats.
func candidates() []string {
	var paths []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		paths = append(paths, filepath.Join(filepath.Dir(filepath.Dir(exe)), pinned))
	}
	wd, err := os.Getwd()
	if err != nil {
		return paths
	}
	for _, dir := range upToModule(wd) {
		if path := filepath.Join(dir, pinned); len(paths) == 0 || path != paths[0] {
			paths = append(paths, path)
		}
	}
	return paths
}

// upToModule returns dir and its parents up to the first that has a go.mod, or
// dir alone if none has.
func upToModule(dir string) []string {
	dirs := []string{dir}
	for at := dir; ; {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return dirs
		}
		parent := filepath.Dir(at)
		if parent == at {
			return dirs[:1]
		}
		at = parent
		dirs = append(dirs, at)
	}
}
