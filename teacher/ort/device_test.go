package ort

import (
	"testing"
	"testing/fstest"
)

func TestGPUName(t *testing.T) {
	gpu := func(model string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("Model: \t\t " + model + "\nIRQ:   \t\t 0\nGPU UUID: \t GPU-????????\n")}
	}
	equal := fstest.MapFS{
		"0000:1a:00.0/information": gpu("NVIDIA H100 80GB HBM3"),
		"0000:3b:00.0/information": gpu("NVIDIA H100 80GB HBM3"),
	}
	mixed := fstest.MapFS{
		"0000:1a:00.0/information": gpu("NVIDIA L4"),
		"0000:3b:00.0/information": gpu("NVIDIA H100 80GB HBM3"),
	}
	ordered := map[string]string{"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
	chosen := map[string]string{"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": "1"}
	cases := []struct {
		name  string
		gpus  fstest.MapFS
		env   map[string]string
		index int
		want  string
	}{
		{"no driver", fstest.MapFS{}, nil, 0, ""},
		{"one model", equal, nil, 1, "NVIDIA H100 80GB HBM3"},
		{"models differ, fastest first", mixed, nil, 0, ""},
		{"models differ, by address", mixed, ordered, 1, "NVIDIA H100 80GB HBM3"},
		{"beyond the last", mixed, ordered, 2, ""},
		{"some hidden", mixed, chosen, 0, ""},
		{"unreadable", fstest.MapFS{"0000:1a:00.0/information": {Data: []byte("nothing\n")}}, nil, 0, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := gpuName(c.gpus, func(key string) string { return c.env[key] }, c.index)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
