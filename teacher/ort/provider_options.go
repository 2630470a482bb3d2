package ort

import "strconv"

// cudaOptions are the options of ONNX Runtime's CUDA provider
// (onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html).
func (p Provider) cudaOptions() map[string]string {
	options := map[string]string{
		"device_id": strconv.Itoa(p.Device),
		// Powers of two would take up to twice the memory of the largest batch.
		"arena_extend_strategy": "kSameAsRequested",
		// The default, EXHAUSTIVE, times every algorithm at each new shape:
		// seconds a shape, and a choice that differs from run to run.
		"cudnn_conv_algo_search":    "HEURISTIC",
		"do_copy_in_default_stream": "1",
		"use_tf32":                  flag(p.TF32),
	}
	if p.MemoryLimit > 0 {
		options["gpu_mem_limit"] = strconv.FormatInt(p.MemoryLimit, 10)
	}
	return options
}

// tensorrtOptions are the options of ONNX Runtime's TensorRT provider
// (onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html) for
// at most one profile. engines is the folder of this model's engines, "" for no
// cache.
func (p Provider) tensorrtOptions(engines string) map[string]string {
	options := map[string]string{
		"device_id":       strconv.Itoa(p.Device),
		"trt_fp16_enable": flag(p.Half),
		// Squares and reductions of a layer norm overflow float16.
		"trt_layer_norm_fp32_fallback": flag(p.Half),
	}
	if p.MemoryLimit > 0 {
		options["trt_max_workspace_size"] = strconv.FormatInt(p.MemoryLimit, 10)
	}
	if engines != "" {
		options["trt_engine_cache_enable"] = "1"
		options["trt_engine_cache_path"] = engines
		options["trt_timing_cache_enable"] = "1"
		options["trt_timing_cache_path"] = p.EngineCache
	}
	if len(p.Profiles) > 0 {
		options["trt_profile_min_shapes"] = p.Profiles[0].min()
		options["trt_profile_opt_shapes"] = p.Profiles[0].opt()
		options["trt_profile_max_shapes"] = p.Profiles[0].max()
	}
	return options
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}
