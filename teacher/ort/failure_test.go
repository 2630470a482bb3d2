package ort

import (
	"errors"
	"testing"
)

// The texts are the runtime's own, as users have reported them; each case names
// the thread.
func TestClassify(t *testing.T) {
	const node = "Error running network: Non-zero status code returned while running Conv node. Name:'Conv_117' Status Message: "
	cases := []struct {
		name, text string
		want       error
	}{
		{"arena, microsoft/onnxruntime#22702", node + "/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*, bool, onnxruntime::WaitNotificationFn) Failed to allocate memory for requested buffer of size 4585490524328388608", ErrOutOfMemory},
		{"arena's limit", node + "Available memory of 1024 is smaller than requested bytes of 4096", ErrOutOfMemory},
		{"cudaMalloc", node + "CUDA failure 2: out of memory ; GPU=0 ; hostname=h ; file=cuda_allocator.cc ; line=48 ; expr=cudaMalloc((void**)&p, size);", ErrOutOfMemory},
		{"cuBLAS, microsoft/onnxruntime#16512", "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=egg ; file=cuda_execution_provider.cc ; line=164 ; expr=cublasCreate(&cublas_handle_);", ErrOutOfMemory},
		{"cuDNN 8", "CUDNN failure 2: CUDNN_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=h", ErrOutOfMemory},
		{"cuDNN 9", "CUDNN_FE failure 11: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED", ErrOutOfMemory},
		{"TensorRT, NVIDIA/TensorRT#3017", "[executionContext.cpp::ExecutionContext::470] Error Code 2: OutOfMemory (no further information)", ErrOutOfMemory},
		{"TensorRT, NVIDIA/TensorRT#4258", "[defaultAllocator.cpp::allocate::31] Error Code 1: Cuda Runtime (out of memory)", ErrOutOfMemory},
		{"driver", "CUDA_ERROR_OUT_OF_MEMORY: out of memory", ErrOutOfMemory},
		{"host", node + "std::bad_alloc", ErrOutOfMemory},
		{"host on Windows, microsoft/onnxruntime#16305", node + "bad allocation", ErrOutOfMemory},
		{"address, microsoft/onnxruntime#26312", "CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=h", ErrDeviceLost},
		{"launch, C0untFloyd/roop-unleashed#32", "CUDA failure 719: unspecified launch failure ; GPU=0 ; hostname=h", ErrDeviceLost},
		{"ECC", "CUDA failure 214: uncorrectable ECC error encountered ; GPU=0", ErrDeviceLost},
		{"busy, microsoft/onnxruntime#14030", "CUDA failure 46: all CUDA-capable devices are busy or unavailable ; GPU=0", ErrDeviceLost},
		{"unknown, microsoft/onnxruntime#14211", "CUDA failure 999: unknown error ; GPU=192915439 ; expr=cudaSetDevice(info_.device_id);", ErrDeviceLost},
		{"assertion", "CUDA failure 710: device-side assert triggered ; GPU=0", ErrDeviceLost},
		{"timeout", "CUDA failure 702: the launch timed out and was terminated ; GPU=0", ErrDeviceLost},
		{"TensorRT's word for 700", "Error Code 1: Cuda Runtime (an illegal memory access was encountered)", ErrDeviceLost},
		{"shape", node + "left operand cannot broadcast on dim 1 LeftShape: {1,2}, RightShape: {1,3}", nil},
		{"overflow", node + "Integer overflow", nil},
		{"kernel missing, as without cuDNN", node + "CUDNN failure 3000: CUDNN_STATUS_NOT_SUPPORTED ; GPU=0", nil},
		{"terminated", "Exiting due to terminate flag being set to true.", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cause := errors.New(c.text)
			got := classify(oneLine(cause))
			for _, sentinel := range []error{ErrOutOfMemory, ErrDeviceLost} {
				if errors.Is(got, sentinel) != (sentinel == c.want) {
					t.Errorf("%q is %q: %v", c.text, sentinel, !(sentinel == c.want))
				}
			}
			if !errors.Is(got, cause) {
				t.Error("the cause is lost")
			}
		})
	}
}

func TestOneLine(t *testing.T) {
	const call = "/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:154 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, int) [with ERRTYPE = cudaError; bool THRW = true] "
	cases := []struct{ name, text, want string }{
		{"short", "no such file", "no such file"},
		{"lines", " a\n\tb ", "a b"},
		{"call of CUDA", "running Conv node. Name:'c' Status Message: " + call + call + "CUDA failure 2: out of memory ; GPU=0 ; hostname=vm ; file=a.cc ; line=345 ; expr=cudaMalloc(&p); ",
			"running Conv node. Name:'c' Status Message: CUDA failure 2: out of memory"},
		{"call of cuBLAS", "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=vm", "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED"},
	}
	for _, c := range cases {
		if got := oneLine(errors.New(c.text)).Error(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRunOutOfMemory(t *testing.T) {
	s := openModel(t, model{
		nodes:   []node{{op: "Expand", inputs: []string{"x", "shape"}, outputs: []string{"y"}}},
		inputs:  []value{{"x", protoFloat, []int64{1}}, {"shape", protoInt64, []int64{-1}}},
		outputs: []value{{"y", protoFloat, []int64{-1, -1}}},
	}.write(t), Options{})
	run := func(extent int64) error {
		inputs := []Tensor{NewTensor("x", []float32{1}, 1), NewTensor("shape", []int64{extent, extent}, 2)}
		_, err := s.Run(t.Context(), inputs, nil)
		return err
	}
	err := run(1 << 20) // 4 TiB
	if !errors.Is(err, ErrOutOfMemory) {
		t.Errorf("error %v, want %v", err, ErrOutOfMemory)
	}
	checkLine(t, err, "out of memory")
	if err := run(4); err != nil {
		t.Errorf("a small run after it: %v", err)
	}
}
