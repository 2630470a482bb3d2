package ort

import (
	"errors"
	"fmt"
	"strings"
)

// ErrOutOfMemory is wrapped by errors of Open and Run that a smaller model or
// batch would not have met: host or device memory did not suffice.
var ErrOutOfMemory = errors.New("out of memory")

// ErrDeviceLost is wrapped by errors of Open and Run after which nothing more
// can be computed on the device by this process: a fault of a kernel, of the
// hardware or of the driver. CUDA keeps such an error for good, so only a new
// process helps.
var ErrDeviceLost = errors.New("the device is lost")

// failures pairs an error with the phrases, in lower case, that the runtime's
// message has for it; its status codes do not tell them apart. The numbers are
// cudaError_t's (CUDA Runtime API, section 6.36), the wordings cudaGetErrorString's,
// cuBLAS's, cuDNN's and TensorRT's.
var failures = []struct {
	err     error
	phrases []string
}{
	{ErrDeviceLost, []string{
		"illegal memory access",                    // CUDA failure 700
		"illegal instruction",                      // 715
		"misaligned address",                       // 716
		"operation not supported on global/shared", // 717
		"invalid program counter",                  // 718
		"unspecified launch failure",               // 719
		"the launch timed out",                     // 702
		"device-side assert",                       // 710
		"hardware stack error",                     // 714
		"uncorrectable ecc error",                  // 214
		"busy or unavailable",                      // 46
		"driver shutting down",                     // 4
		"contained fault",                          // 220 and later: the GPU isolated it
		"cuda failure 999:",                        // unknown error: the GPU fell off the bus
		"fallen off the bus",
		"device removed",
	}},
	{ErrOutOfMemory, []string{
		"failed to allocate memory",        // the arena, at the device's end
		"smaller than requested bytes",     // the arena, at its own limit
		"out of memory",                    // CUDA failure 2; TensorRT's "Cuda Runtime (out of memory)"
		"outofmemory",                      // TensorRT's "Error Code 2: OutOfMemory"
		"out_of_memory",                    // CUDA_ERROR_OUT_OF_MEMORY
		"_status_alloc_failed",             // cuBLAS, cuDNN 8
		"allocation_failed",                // cuDNN 9
		"failed to allocate output tensor", // CUDA kernels' own
		"bad_alloc",
		"bad allocation",
	}},
}

// classify wraps err in the failure that its text tells of, if any.
func classify(err error) error {
	text := strings.ToLower(err.Error())
	for _, f := range failures {
		for _, phrase := range f.phrases {
			if strings.Contains(text, phrase) {
				return fmt.Errorf("%w: %w", f.err, err)
			}
		}
	}
	return err
}
