package ort

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	landscape = ShapeProfile{
		"pixels": {Min: []int64{1, 512, 800, 3}, Opt: []int64{8, 800, 1088, 3}, Max: []int64{16, 800, 1344, 3}},
		"ids":    {Min: []int64{1, 16}, Opt: []int64{8, 32}, Max: []int64{16, 256}},
	}
	portrait = ShapeProfile{
		"pixels": {Min: []int64{1, 800, 512, 3}, Opt: []int64{8, 1088, 800, 3}, Max: []int64{16, 1344, 800, 3}},
		"ids":    {Min: []int64{1, 16}, Opt: []int64{8, 32}, Max: []int64{16, 256}},
	}
)

func TestProviderValidate(t *testing.T) {
	shape := func(min, opt, max []int64) Provider {
		return Provider{Kind: TensorRT, Profiles: []ShapeProfile{{"x": {Min: min, Opt: opt, Max: max}}}}
	}
	cases := []struct {
		name     string
		provider Provider
		want     string
	}{
		{"zero value", Provider{}, ""},
		{"cuda", Provider{Kind: CUDA, Device: 1, MemoryLimit: 1 << 30, TF32: true}, ""},
		{"tensorrt", Provider{Kind: TensorRT, Half: true, Profiles: []ShapeProfile{landscape, portrait}}, ""},
		{"everything", Provider{Kind: "gpu", Device: -1, MemoryLimit: -5},
			`provider "gpu" is none of cpu, cuda, tensorrt; device -1 is negative; memory limit -5 is negative`},
		{"spelling", Provider{Kind: "CUDA"}, `provider "CUDA" is none of cpu, cuda, tensorrt`},
		{"empty profile", Provider{Profiles: []ShapeProfile{landscape, {}}}, "profile 1: it names no input"},
		{"name for the option's syntax", Provider{Profiles: []ShapeProfile{{"x:0": portrait["ids"]}}},
			`profile 0: input name "x:0" cannot be told to TensorRT`},
		{"no axis", shape(nil, nil, nil), `profile 0: input "x": min [], opt [] and max [] need one extent per axis each`},
		{"axes differ", shape([]int64{1}, []int64{1, 2}, []int64{1, 2}), `profile 0: input "x": min [1], opt [1 2] and max [1 2] need one extent per axis each`},
		{"out of order", shape([]int64{2, 3}, []int64{2, 2}, []int64{2, 3}), `profile 0: input "x": axis 1: want 1 <= min 3 <= opt 2 <= max 3`},
		{"opt beyond max", shape([]int64{1}, []int64{9}, []int64{8}), `profile 0: input "x": axis 0: want 1 <= min 1 <= opt 9 <= max 8`},
		{"zero extent", shape([]int64{0}, []int64{1}, []int64{1}), `profile 0: input "x": axis 0: want 1 <= min 0 <= opt 1 <= max 1`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := c.provider.Validate(); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProviderOptions(t *testing.T) {
	everything := Provider{
		Kind: TensorRT, Device: 2, MemoryLimit: 6 << 30, TF32: true, Half: true,
		EngineCache: "/cache", Profiles: []ShapeProfile{landscape},
	}
	cuda := map[string]string{
		"device_id":                 "0",
		"arena_extend_strategy":     "kSameAsRequested",
		"cudnn_conv_algo_search":    "HEURISTIC",
		"do_copy_in_default_stream": "1",
		"use_tf32":                  "0",
	}
	limited := map[string]string{
		"device_id":                 "2",
		"gpu_mem_limit":             "6442450944",
		"arena_extend_strategy":     "kSameAsRequested",
		"cudnn_conv_algo_search":    "HEURISTIC",
		"do_copy_in_default_stream": "1",
		"use_tf32":                  "1",
	}
	plain := map[string]string{"device_id": "0", "trt_fp16_enable": "0", "trt_layer_norm_fp32_fallback": "0"}
	full := map[string]string{
		"device_id":                    "2",
		"trt_fp16_enable":              "1",
		"trt_layer_norm_fp32_fallback": "1",
		"trt_max_workspace_size":       "6442450944",
		"trt_engine_cache_enable":      "1",
		"trt_engine_cache_path":        "/cache/0123",
		"trt_timing_cache_enable":      "1",
		"trt_timing_cache_path":        "/cache",
		"trt_profile_min_shapes":       "ids:1x16,pixels:1x512x800x3",
		"trt_profile_opt_shapes":       "ids:8x32,pixels:8x800x1088x3",
		"trt_profile_max_shapes":       "ids:16x256,pixels:16x800x1344x3",
	}
	cases := []struct {
		name      string
		got, want map[string]string
	}{
		{"cuda defaults", Provider{Kind: CUDA}.cudaOptions(), cuda},
		{"cuda limited", everything.cudaOptions(), limited},
		{"tensorrt defaults", Provider{Kind: TensorRT}.tensorrtOptions(""), plain},
		{"tensorrt with everything", everything.tensorrtOptions("/cache/0123"), full},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.got); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOneEnginePerProfile(t *testing.T) {
	both := []ShapeProfile{landscape, portrait}
	cases := []struct {
		name     string
		provider Provider
		want     [][]ShapeProfile
	}{
		{"cpu", Provider{Profiles: both}, [][]ShapeProfile{nil}},
		{"cuda", Provider{Kind: CUDA, Profiles: both}, [][]ShapeProfile{nil}},
		{"tensorrt without profiles", Provider{Kind: TensorRT}, [][]ShapeProfile{nil}},
		{"tensorrt", Provider{Kind: TensorRT, Profiles: both}, [][]ShapeProfile{{landscape}, {portrait}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got [][]ShapeProfile
			for _, p := range c.provider.perProfile() {
				got = append(got, p.Profiles)
				if p.Kind != c.provider.Kind {
					t.Errorf("kind %q became %q", c.provider.Kind, p.Kind)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("profiles (-want +got):\n%s", diff)
			}
		})
	}
}

// Where there is no GPU the provider must not be replaced in silence; where
// there is one it must compute.
func TestOpenOnGPU(t *testing.T) {
	path := matmul.write(t)
	load(t)
	for _, kind := range []string{CUDA, TensorRT} {
		t.Run(kind, func(t *testing.T) {
			s, err := Open(path, Options{Provider: Provider{Kind: kind}})
			if err != nil {
				checkRefused(t, err, path, kind)
				return
			}
			defer s.Close()
			if !strings.HasPrefix(s.Device(), "cuda:0") || s.Provider().Kind != kind {
				t.Errorf("device %q of provider %q", s.Device(), s.Provider().Kind)
			}
			got, err := s.Run(t.Context(), []Tensor{NewTensor("a", []float32{1, 10}, 1, 2), NewTensor("b", []float32{1, 2, 3, 4, 5, 6}, 2, 3)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Tensor{NewTensor("c", []float32{41, 52, 63}, 1, 3)}, got); diff != "" {
				t.Errorf("outputs (-want +got):\n%s", diff)
			}
		})
	}
}

func checkRefused(t *testing.T, err error, path, kind string) {
	t.Helper()
	if !errors.Is(err, ErrProvider) {
		t.Fatalf("error %v, want %v", err, ErrProvider)
	}
	checkLine(t, err, "open model "+path+": the execution provider cannot be used: "+kind+": ")
	if !strings.Contains(err.Error(), "missing") && !strings.Contains(err.Error(), "GPU") {
		t.Errorf("error %q does not say what to do", err)
	}
	t.Log(err)
}

func TestOpenRefusesProvider(t *testing.T) {
	path := matmul.write(t)
	load(t)
	cases := []struct {
		name     string
		provider Provider
		want     string
	}{
		{"unknown kind", Provider{Kind: "rocm"}, `provider "rocm" is none of cpu, cuda, tensorrt`},
		{"profile of an unknown input", Provider{Kind: TensorRT, Profiles: []ShapeProfile{{
			"a": {Min: []int64{1, 1}, Opt: []int64{1, 1}, Max: []int64{1, 1}},
			"b": {Min: []int64{1, 3}, Opt: []int64{1, 3}, Max: []int64{1, 3}},
			"z": {Min: []int64{1}, Opt: []int64{1}, Max: []int64{1}},
		}}}, `shape profile 0: the model has no input "z"`},
		{"profile without an input", Provider{Kind: TensorRT, Profiles: []ShapeProfile{{
			"a": {Min: []int64{1, 1}, Opt: []int64{1, 1}, Max: []int64{1, 1}},
		}}}, `shape profile 0: it has no shapes for input "b"`},
		{"profile of other rank", Provider{Kind: TensorRT, Profiles: []ShapeProfile{{
			"a": {Min: []int64{1}, Opt: []int64{1}, Max: []int64{1}},
		}}}, `shape profile 0: input "a" has 2 axes, not 1`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(path, Options{Provider: c.provider})
			checkLine(t, err, c.want)
			checkLine(t, err, path)
		})
	}
}

func TestCPUIsTheDefault(t *testing.T) {
	s := openModel(t, matmul.write(t), Options{})
	if s.Device() != "cpu" || s.Provider().Kind != CPU {
		t.Errorf("device %q of provider %q, want cpu", s.Device(), s.Provider().Kind)
	}
}
