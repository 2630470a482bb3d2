// Package ort runs ONNX models on ONNX Runtime. It knows nothing of teachers or
// images: named tensors go in, named tensors come out. The Go binding stays
// behind this surface, so that it can be exchanged in this package alone.
//
//	path, err := ort.Locate("")        // flag, environment, .ort/
//	err = ort.Load(path)               // once per process
//	s, err := ort.Open("glip.onnx", ort.Options{})
//	defer s.Close()
//	out, err := s.Run(ctx, []ort.Tensor{ort.NewTensor("x", data, 1, 3)}, nil)
//
// # Units and invariants
//
// Tensors are dense and row-major. Element types are float32, int64, int32 and
// uint8; a model with any other type at its border is refused when it is
// opened, and so is a rank-0 output when it is met, because the binding cannot
// carry them.
//
// A Session may run on any number of goroutines at once. With the default of
// one thread per run, equal inputs give equal bits, whatever else runs beside
// them; parallelism then comes from the callers' goroutines.
//
// Options.Provider moves the computing to an NVIDIA GPU, through CUDA or
// TensorRT, and never elsewhere in silence: Open fails with ErrProvider and what
// to do. docs/gpu.md says how to get the libraries. ErrOutOfMemory and
// ErrDeviceLost tell the failures apart that a caller can act on.
//
// ONNX Runtime is a C++ library that can be loaded once and never safely
// unloaded, so Load is process-wide: this is the package's only global state.
//
// Package teacher/onnx writes the models, teacher/glip gives them meaning.
package ort
