package dataflow

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Accelerator is the GPUs of each worker's VM; none for the type "".
type Accelerator struct {
	// Type is Google's name, such as nvidia-l4.
	Type string `yaml:"type"`
	// Count is how many a VM has.
	Count int `yaml:"count"`
	// InstallDriver has the service install NVIDIA's driver. Leave it on unless
	// the image brings its own.
	InstallDriver bool `yaml:"install_driver"`
}

// acceleratorOption is the service option that asks for GPUs.
const acceleratorOption = "worker_accelerator"

// hosts lists the types of accelerators with the beginnings of the machine types
// that have them, https://cloud.google.com/compute/docs/gpus.
var hosts = []struct {
	accelerator string
	machines    []string
}{
	{"nvidia-l4", []string{"g2-standard-"}},
	{"nvidia-tesla-t4", []string{"n1-"}},
	{"nvidia-tesla-p4", []string{"n1-"}},
	{"nvidia-tesla-p100", []string{"n1-"}},
	{"nvidia-tesla-v100", []string{"n1-"}},
	{"nvidia-tesla-a100", []string{"a2-highgpu-", "a2-megagpu-"}},
	{"nvidia-a100-80gb", []string{"a2-ultragpu-"}},
	{"nvidia-h100-80gb", []string{"a3-highgpu-"}},
}

// armMachines begin the machine types with arm64 processors; they have no GPUs.
var armMachines = []string{"t2a-", "c4a-"}

// builtIn matches machine types whose name says how many GPUs they have.
var builtIn = regexp.MustCompile(`^a[23]-[a-z]+gpu-([0-9]+)g$`)

// option returns the service option, which has semicolons where others might have
// commas, because the SDK splits options at commas.
func (a Accelerator) option() string {
	option := fmt.Sprintf("%s=type:%s;count:%d", acceleratorOption, a.Type, a.Count)
	if a.InstallDriver {
		option += ";install-nvidia-driver"
	}
	return option
}

func (a Accelerator) check(s section, o Options) {
	if a.Count < 1 {
		s.addf("accelerator.count", "%d is less than 1; give the GPUs of one VM, and leave out the type for none", a.Count)
	}
	if a.Type == "" {
		if a.Count > 1 {
			s.addf("accelerator.type", "is empty; give the type of the %d GPUs, such as nvidia-l4", a.Count)
		}
		return
	}
	if o.ContainerImage == "" {
		s.addf("container_image", "is empty; an accelerator needs an image with ONNX Runtime and CUDA, which the SDK's own has not")
	}
	a.checkMachine(s, o.MachineType)
}

// checkMachine finds machines that cannot have the accelerator.
func (a Accelerator) checkMachine(s section, machine string) {
	var names, machines []string
	for _, h := range hosts {
		names = append(names, h.accelerator)
		if h.accelerator == a.Type {
			machines = h.machines
		}
	}
	switch m := builtIn.FindStringSubmatch(machine); {
	case machines == nil:
		s.addf("accelerator.type", "%q is unknown; use one of %q", a.Type, names)
	case machine == "":
		s.addf("machine_type", "is empty; %s needs %s", a.Type, anyOf(machines))
	case arm(machine):
		s.addf("machine_type", "%s has an arm64 processor and no GPUs; %s needs %s", machine, a.Type, anyOf(machines))
	case !beginsWith(machine, machines):
		s.addf("machine_type", "%s has no %s; it needs %s", machine, a.Type, anyOf(machines))
	case m != nil && m[1] != strconv.Itoa(a.Count):
		s.addf("accelerator.count", "%d does not fit %s, which has %s; change one of them", a.Count, machine, m[1])
	}
}

// anyOf writes beginnings of machine types for a person.
func anyOf(machines []string) string { return strings.Join(machines, "* or ") + "*" }

func arm(machine string) bool { return beginsWith(machine, armMachines) }

func beginsWith(s string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}
