package ort

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// device names what p computes on: "cpu", or such as "cuda:0 NVIDIA H100 80GB
// HBM3", without the model where it is not known for sure.
func (p Provider) device() string {
	if p.kind() == CPU {
		return CPU
	}
	name := fmt.Sprintf("cuda:%d", p.Device)
	if gpu := gpuName(os.DirFS("/proc/driver/nvidia/gpus"), os.Getenv, p.Device); gpu != "" {
		name += " " + gpu
	}
	return name
}

// gpuName returns the model of CUDA's GPU of the given index from the NVIDIA
// driver's folder of GPUs, which are named by PCI address. CUDA counts in that
// order only when told to and shown all, so unless all GPUs are of one model
// "" is returned in other cases.
func gpuName(gpus fs.FS, env func(string) string, index int) string {
	files, err := fs.Glob(gpus, "*/information")
	if err != nil {
		return ""
	}
	models := make([]string, len(files)) // Glob sorts, hence so are the addresses
	for i, file := range files {
		models[i] = gpuModel(gpus, file)
	}
	inOrder := env("CUDA_DEVICE_ORDER") == "PCI_BUS_ID" && env("CUDA_VISIBLE_DEVICES") == ""
	if inOrder && index < len(models) {
		return models[index]
	}
	if kinds := slices.Compact(models); len(kinds) == 1 {
		return kinds[0]
	}
	return ""
}

func gpuModel(gpus fs.FS, file string) string {
	data, err := fs.ReadFile(gpus, file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if model, ok := strings.CutPrefix(line, "Model:"); ok {
			return strings.TrimSpace(model)
		}
	}
	return ""
}
