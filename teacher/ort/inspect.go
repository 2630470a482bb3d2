package ort

import (
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
)

// apiSymbol is the one function that every ONNX Runtime library exports.
const apiSymbol = "OrtGetApiBase"

// machines names ELF's machine of each architecture the runtime is built for.
var machines = map[string]elf.Machine{
	"amd64": elf.EM_X86_64,
	"arm64": elf.EM_AARCH64,
}

// inspect refuses, from the file alone, what is no ONNX Runtime library for
// this machine or an unsuitable version. It reads ELF only; on other platforms
// the loader and the version after loading decide.
func inspect(path string) error {
	if runtime.GOOS != "linux" {
		return nil
	}
	file, err := elf.Open(path)
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		return pathErr.Err
	}
	if err != nil {
		return fmt.Errorf("not a shared library (%w)", err)
	}
	defer file.Close()
	if want, ok := machines[runtime.GOARCH]; ok && file.Machine != want {
		return fmt.Errorf("the library is for %v, this machine is %v", file.Machine, want)
	}
	return inspectSymbols(file)
}

func inspectSymbols(file *elf.File) error {
	symbols, err := file.DynamicSymbols()
	if err != nil {
		return fmt.Errorf("not ONNX Runtime: %w", err)
	}
	at := slices.IndexFunc(symbols, func(s elf.Symbol) bool { return s.Name == apiSymbol })
	if at < 0 {
		return fmt.Errorf("not ONNX Runtime: it exports no %s", apiSymbol)
	}
	// The build gives the symbol its release as symbol version.
	if version, ok := strings.CutPrefix(symbols[at].Version, "VERS_"); ok {
		return checkVersion(version)
	}
	return nil
}
