package ort

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	onnx "github.com/yalue/onnxruntime_go"
)

// oldest is the first ONNX Runtime minor version of major 1 whose CPU provider
// has DeformConv, which GLIP needs (microsoft/onnxruntime#27393).
const oldest = 25

// ErrNotLoaded is returned by Open before a successful Load.
var ErrNotLoaded = errors.New("ONNX Runtime is not loaded")

// loaded is the process's one runtime; path is empty before Load.
var loaded struct {
	sync.Mutex
	path    string
	version string
}

// Load loads ONNX Runtime's shared library for the whole process. Further calls
// with the same library do nothing; with another one they are an error. A
// failed call leaves nothing behind and may be repeated.
func Load(library string) error {
	path, err := canonical(library)
	if err != nil {
		return fmt.Errorf("load ONNX Runtime: %w", err)
	}
	loaded.Lock()
	defer loaded.Unlock()
	if loaded.path != "" {
		if loaded.path != path {
			return fmt.Errorf("load ONNX Runtime %s: the process already uses %s", path, loaded.path)
		}
		return nil
	}
	version, err := start(path)
	if err != nil {
		return fmt.Errorf("load ONNX Runtime %s: %w", path, err)
	}
	loaded.path, loaded.version = path, version
	return nil
}

// Version returns the loaded runtime's version, such as "1.29.0", or "" before
// Load.
func Version() string {
	loaded.Lock()
	defer loaded.Unlock()
	return loaded.version
}

func canonical(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// start brings the library up and returns its version.
func start(path string) (string, error) {
	// The binding unloads a library that is too old before it can be asked for
	// its version, so the file is read first.
	if err := inspect(path); err != nil {
		return "", err
	}
	onnx.SetSharedLibraryPath(path)
	// Every error also comes back as a status; the runtime's own copies on
	// standard error would only repeat them.
	if err := onnx.InitializeEnvironment(onnx.WithLogLevelFatal()); err != nil {
		return "", oneLine(err)
	}
	version := onnx.GetVersion()
	if err := checkVersion(version); err != nil {
		return "", errors.Join(err, onnx.DestroyEnvironment())
	}
	return version, nil
}

// checkVersion refuses versions whose operators or interface do not suffice.
func checkVersion(version string) error {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) >= 2 {
		major, err1 := strconv.Atoi(parts[0])
		minor, err2 := strconv.Atoi(parts[1])
		if err1 == nil && err2 == nil {
			if major == 1 && minor >= oldest {
				return nil
			}
			return fmt.Errorf("the library is version %s, but 1.%d or a later 1.x is needed; `make ort` fetches one", version, oldest)
		}
	}
	return fmt.Errorf("the library says version %q, which is no version number", version)
}
