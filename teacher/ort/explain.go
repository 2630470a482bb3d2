package ort

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// explanations pairs a phrase of the runtime's message with what it means for
// the user. The runtime has one status code for several of these, so its text
// is all there is to go by. Where the text names something the user needs (a
// path, an operator), detail keeps it.
var explanations = []struct {
	phrase  string
	meaning string
	detail  bool
}{
	{"Protobuf parsing failed", "not an ONNX model (or larger than 2 GiB without external data)", false},
	{"ModelProto does not have a graph", "not an ONNX model: it has no graph", false},
	{"No Op registered", "the model uses an operator that this ONNX Runtime lacks", true},
	{"Could not find an implementation", "the model uses an operator that this ONNX Runtime lacks", true},
	{"are out of bounds or can not be read in full", "its external data is short; copy the data file again", true},
	{"External data path", "its external data is missing; keep the data file beside the model", true},
	{"has no associated shape profiles provided", "TensorRT cannot take the whole graph, and a part of it has no shape profile; leave the profiles out", true},
}

// explain puts the meaning of a runtime error before its text.
func explain(err error) error {
	if errors.Is(err, ErrProvider) {
		return err
	}
	for _, e := range explanations {
		switch {
		case !strings.Contains(err.Error(), e.phrase):
		case e.detail:
			return fmt.Errorf("%s: %w", e.meaning, oneLine(err))
		default:
			return errors.New(e.meaning)
		}
	}
	return classify(oneLine(err))
}

// providerRemedies are explanations of why a provider cannot be used.
var providerRemedies = []struct{ phrase, remedy string }{
	{"not enabled in this build", "this ONNX Runtime is built without it; use a GPU build (docs/gpu.md), or the provider cpu"},
	{"CUDA failure 35:", "the NVIDIA driver is missing or older than the CUDA libraries; update the driver"},
	{"CUDA failure 100:", "this machine shows no NVIDIA GPU to the process; check nvidia-smi and CUDA_VISIBLE_DEVICES"},
	{"CUDA failure 101:", "there is no GPU of this device number; check nvidia-smi and CUDA_VISIBLE_DEVICES"},
	{"Invalid device ID", "there is no GPU of this device number; check nvidia-smi and CUDA_VISIBLE_DEVICES"},
}

// explainProvider says what to do about a provider that the runtime refused.
func explainProvider(kind string, err error) error {
	if remedy := missingLibrary(err.Error()); remedy != "" {
		return fmt.Errorf("%w: %s: %s", ErrProvider, kind, remedy)
	}
	for _, r := range providerRemedies {
		if strings.Contains(err.Error(), r.phrase) {
			return fmt.Errorf("%w: %s: %s: %w", ErrProvider, kind, r.remedy, oneLine(err))
		}
	}
	return fmt.Errorf("%w: %s: %w", ErrProvider, kind, classify(oneLine(err)))
}

// unloadable is the runtime's message when the system's loader refuses a
// provider's library, or one that it needs.
var unloadable = regexp.MustCompile(`Failed to load library (.+) with error: (.+?): cannot open shared object file`)

// missingLibrary returns what to do about the library that a message misses, ""
// if it misses none.
func missingLibrary(message string) string {
	match := unloadable.FindStringSubmatch(message)
	if match == nil {
		return ""
	}
	provider, missing := match[1], filepath.Base(match[2])
	switch {
	case missing == filepath.Base(provider):
		return fmt.Sprintf("%s is not beside the runtime in %s; use a GPU build of ONNX Runtime (docs/gpu.md), or the provider cpu", missing, filepath.Dir(provider))
	case missing == "libcuda.so.1":
		return "the NVIDIA driver (libcuda.so.1) is missing on this machine; install it, or use the provider cpu"
	}
	return fmt.Sprintf("the library %s is missing; install it and name its folder in LD_LIBRARY_PATH (docs/gpu.md)", missing)
}
