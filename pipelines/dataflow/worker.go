package dataflow

import (
	"cmp"
	"debug/buildinfo"
	"fmt"

	"github.com/groundmill/groundmill/pipelines/internal/portable"
)

// findWorker returns the program that workers run, unless they could not run it:
// such a job would stand still in the cloud without saying why.
func findWorker(o Options) (portable.Worker, error) {
	w, err := portable.FindWorker(o.WorkerBinary)
	if err != nil {
		return w, err
	}
	if arch := machineArch(o.MachineType); w.Arch != arch {
		return w, fmt.Errorf("worker binary: %s is for %s, machines of type %s are %s; build runner for %[4]s and name it in worker_binary, "+
			"or choose another machine_type", w.Path, w.Arch, cmp.Or(o.MachineType, "unspecified"), arch)
	}
	return w, checkBuild(w.Path)
}

func machineArch(machine string) string {
	if arm(machine) {
		return "arm64"
	}
	return "amd64"
}

// checkBuild refuses programs built without cgo, which leaves out ONNX Runtime.
func checkBuild(path string) error {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return fmt.Errorf("worker binary: %s is no program built by Go; name a build of runner in worker_binary: %w", path, err)
	}
	for _, s := range info.Settings {
		if s.Key == "CGO_ENABLED" && s.Value == "0" {
			return fmt.Errorf("worker binary: %s was built without cgo, so it cannot use ONNX Runtime; "+
				"build runner with CGO_ENABLED=1 in the image of the workers and name it in worker_binary", path)
		}
	}
	return nil
}
