package ort

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The texts are those of ONNX Runtime 1.29.0.
func TestExplainProvider(t *testing.T) {
	const (
		load   = "/onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1988 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library "
		gone   = ": cannot open shared object file: No such file or directory"
		option = "/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider_info.cc:62 static FromProviderOptions(const onnxruntime::ProviderOptions&) [ONNXRuntimeError] : 1 : FAIL : provider_options_utils.h:187 Parse Failed to parse provider option \"device_id\": "
	)
	cases := []struct{ name, text, want string }{
		{"CPU build beside nothing", load + "/opt/my ort/libonnxruntime_providers_shared.so with error: /opt/my ort/libonnxruntime_providers_shared.so" + gone,
			"cuda: libonnxruntime_providers_shared.so is not beside the runtime in /opt/my ort; use a GPU build of ONNX Runtime (docs/gpu.md), or the provider cpu"},
		{"no CUDA libraries", load + "/opt/ort/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13" + gone,
			"cuda: the library libcublasLt.so.13 is missing; install it and name its folder in LD_LIBRARY_PATH (docs/gpu.md)"},
		{"no driver", load + "/opt/ort/libonnxruntime_providers_cuda.so with error: libcuda.so.1" + gone,
			"cuda: the NVIDIA driver (libcuda.so.1) is missing on this machine; install it, or use the provider cpu"},
		{"no bridge", "CUDA execution provider is not enabled in this build. ",
			"cuda: this ONNX Runtime is built without it; use a GPU build (docs/gpu.md), or the provider cpu: CUDA execution provider is not enabled in this build."},
		{"old driver", option + "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=-1 ; hostname=vm ; file=a.cc ; line=69 ; expr=cudaGetDeviceCount(&num_devices);",
			"cuda: the NVIDIA driver is missing or older than the CUDA libraries; update the driver: CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version"},
		{"hidden GPU", option + "CUDA failure 100: no CUDA-capable device is detected ; GPU=0 ; hostname=vm",
			"cuda: this machine shows no NVIDIA GPU to the process; check nvidia-smi and CUDA_VISIBLE_DEVICES: CUDA failure 100: no CUDA-capable device is detected"},
		{"device number", `Failed to parse provider option "device_id": Invalid device ID: 7, must be between 0 (inclusive) and 1 (exclusive).`,
			`cuda: there is no GPU of this device number; check nvidia-smi and CUDA_VISIBLE_DEVICES: Failed to parse provider option "device_id": Invalid device ID: 7, must be between 0 (inclusive) and 1 (exclusive).`},
		{"anything else", "Unknown provider\noption", "cuda: Unknown provider option"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := explain(explainProvider(CUDA, errors.New(c.text)))
			if !errors.Is(err, ErrProvider) {
				t.Errorf("%v is not %v", err, ErrProvider)
			}
			if diff := cmp.Diff("the execution provider cannot be used: "+c.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}
