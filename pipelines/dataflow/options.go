package dataflow

import "github.com/groundmill/groundmill/schema"

// Options is the section beam.dataflow of the configuration: where a job runs and
// on what. What is left out is up to the service.
type Options struct {
	// Project is the ID of the project that runs the job and pays for it.
	Project string `yaml:"project"`
	// Region is where the job is run and, unless WorkerZone says more, its VMs.
	Region string `yaml:"region"`
	// Staging is gs://bucket/folder, for the workers' program and the pipeline.
	Staging string `yaml:"staging"`
	// Temp is gs://bucket/folder for the job's temporary files, the folder tmp of
	// Staging for "".
	Temp string `yaml:"temp"`
	// JobName is the job's name, Run.Name for "". A region runs one job of a name
	// at a time.
	JobName string `yaml:"job_name"`
	// WorkerBinary is the build of this program that workers run, this very
	// program for "". It must fit the container's C library.
	WorkerBinary string `yaml:"worker_binary"`
	// ContainerImage is what workers run in, the SDK's own image for "", which has
	// no ONNX Runtime.
	ContainerImage string `yaml:"container_image"`
	// MachineType is that of the workers' VMs, such as n1-standard-8.
	MachineType string `yaml:"machine_type"`
	// Accelerator is the GPUs of each VM.
	Accelerator Accelerator `yaml:"accelerator"`
	// DiskGB and DiskType describe the VMs' disks, which hold the image too: GB and
	// a name such as pd-ssd.
	DiskGB   int    `yaml:"disk_gb"`
	DiskType string `yaml:"disk_type"`
	// Workers is how many VMs the job begins with, MaxWorkers the most that it may
	// have; 0 leaves it to the service.
	Workers    int `yaml:"workers"`
	MaxWorkers int `yaml:"max_workers"`
	// Autoscaling is one of Autoscalings, "" leaves it to the service.
	Autoscaling string `yaml:"autoscaling"`
	// ServiceAccount is the e-mail address of the account that workers use.
	ServiceAccount string `yaml:"service_account"`
	// Network and Subnetwork are those of the VMs; PrivateIPs leaves out public
	// addresses, for which the subnetwork needs Private Google Access.
	Network    string `yaml:"network"`
	Subnetwork string `yaml:"subnetwork"`
	PrivateIPs bool   `yaml:"private_ips"`
	// WorkerZone is the zone of the VMs, one of Region.
	WorkerZone string `yaml:"worker_zone"`
	// KMSKey is the full name of the key that encrypts what the job stores.
	KMSKey string `yaml:"kms_key"`
	// Labels are put on the job and its VMs.
	Labels map[string]string `yaml:"labels"`
	// ServiceOptions and Experiments are passed on as they are. GPUs are asked for
	// by Accelerator.
	ServiceOptions []string `yaml:"service_options"`
	Experiments    []string `yaml:"experiments"`
	// Endpoint is the URL of a private endpoint of the API.
	Endpoint string `yaml:"endpoint"`
}

// Values of Options.Autoscaling.
const (
	AutoscalingNone            = "none"
	AutoscalingThroughputBased = "throughput_based"
)

// Autoscalings are the values that Options.Autoscaling may have besides "".
var Autoscalings = []string{AutoscalingNone, AutoscalingThroughputBased}

// Default returns the options that a configuration starts from. Project, Region
// and Staging have no default.
func Default() Options {
	return Options{Accelerator: Accelerator{Count: 1, InstallDriver: true}}
}

// Check adds every problem of the options to c, under the path of their section.
// It looks at no file and asks no service.
func (o Options) Check(c *schema.Check, path string) {
	s := section{c, path}
	o.checkRequired(s)
	o.checkForms(s)
	o.checkPlaces(s)
	o.checkWorkers(s)
	o.checkLabels(s)
	o.checkLists(s)
	o.checkEndpoint(s)
	o.Accelerator.check(s, o)
}

// section adds problems of one section of the configuration.
type section struct {
	c    *schema.Check
	path string
}

func (s section) addf(field, format string, args ...any) {
	s.c.Addf(s.path+"."+field, format, args...)
}
