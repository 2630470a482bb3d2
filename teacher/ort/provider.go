package ort

import (
	"errors"
	"fmt"
	"strings"
)

// The kinds of execution provider, as a configuration spells them.
const (
	CPU      = "cpu"
	CUDA     = "cuda"     // NVIDIA GPU, cuBLAS and cuDNN kernels
	TensorRT = "tensorrt" // NVIDIA GPU, engines compiled for it; CUDA runs the nodes it cannot take
)

// Providers lists the kinds.
var Providers = [...]string{CPU, CUDA, TensorRT}

// ErrProvider is wrapped by Open's error when the provider asked for cannot be
// used: its library or one that it needs is missing, or there is no such
// device. Open never falls back on another provider.
var ErrProvider = errors.New("the execution provider cannot be used")

// Provider says what computes a model. The zero value is the CPU; fields that
// do not concern a kind are ignored by it.
type Provider struct {
	// Kind is one of Providers; "" means CPU.
	Kind string
	// Device is the GPU's index, as CUDA counts.
	Device int
	// MemoryLimit bounds, in bytes, the arena of activations on the GPU, and
	// TensorRT's workspace as well; 0 means no bound. CUDA's own libraries and
	// TensorRT's engines come on top of it, and each of Profiles has an arena.
	MemoryLimit int64
	// TF32 lets CUDA round float32 factors to 10 bits of mantissa, which is
	// faster and costs parity with the CPU. TensorRT does so in any case,
	// unless the process runs with NVIDIA_TF32_OVERRIDE=0.
	TF32 bool
	// Half lets TensorRT compute float32 layers in float16, except layer norms.
	Half bool
	// EngineCache, if set, is a folder where TensorRT keeps compiled engines
	// and timings. Open makes it if missing. Each model content and profile has
	// its own subfolder, because TensorRT's provider names engines after the
	// graph alone (microsoft/onnxruntime#32254).
	EngineCache string
	// Profiles are the ranges of input shapes to compile TensorRT engines for,
	// each with its own engine and copy of the weights; the first that takes a
	// run's inputs is used. Without any, an engine is compiled at the first run
	// and again whenever a shape leaves the range of those before it.
	Profiles []ShapeProfile
}

// Validate returns every problem of p in one line, nil if there is none.
func (p Provider) Validate() error {
	var problems []string
	check := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Sprintf(format, args...))
		}
	}
	check(p.known(), "provider %q is none of %s", p.Kind, strings.Join(Providers[:], ", "))
	check(p.Device >= 0, "device %d is negative", p.Device)
	check(p.MemoryLimit >= 0, "memory limit %d is negative", p.MemoryLimit)
	for i, profile := range p.Profiles {
		for _, problem := range profile.problems() {
			check(false, "profile %d: %s", i, problem)
		}
	}
	if problems == nil {
		return nil
	}
	return errors.New(strings.Join(problems, "; "))
}

func (p Provider) known() bool {
	for _, kind := range Providers {
		if p.kind() == kind {
			return true
		}
	}
	return false
}

func (p Provider) kind() string {
	if p.Kind == "" {
		return CPU
	}
	return p.Kind
}

// perProfile returns a provider for each engine to open. ONNX Runtime 1.29
// compiles several profiles into one engine but runs the first alone
// (microsoft/onnxruntime#31624), hence one engine a profile.
func (p Provider) perProfile() []Provider {
	if p.kind() != TensorRT || len(p.Profiles) == 0 {
		p.Profiles = nil
		return []Provider{p}
	}
	list := make([]Provider, len(p.Profiles))
	for i := range list {
		list[i] = p
		list[i].Profiles = p.Profiles[i : i+1]
	}
	return list
}
