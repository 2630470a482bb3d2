package annotate

import (
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher/ort"
	"github.com/groundmill/groundmill/teacher/synthetic"
)

// TeacherOptions say which model grounds the phrases, on what, and how it is fed.
type TeacherOptions struct {
	// Model is an imported model file, on disk or in a bucket, or "synthetic:..." as
	// package teacher/synthetic reads it.
	Model string `yaml:"model"`
	// ModelSHA256 is the digest that the model must have; empty takes what is
	// there. Workers elsewhere are always given one.
	ModelSHA256 string `yaml:"model_sha256"`
	// ModelCache is the folder for models from buckets; empty is
	// modelcache.Open's.
	ModelCache string `yaml:"model_cache"`
	// Library is ONNX Runtime's shared library; empty looks in the environment
	// and then for the pinned download.
	Library string `yaml:"library"`
	// Provider is what computes: one of ort.Providers. The run is refused where
	// it is missing. Scores depend on it within float rounding.
	Provider string `yaml:"provider"`
	// Device is the GPU's index.
	Device int `yaml:"device"`
	// MemoryLimit bounds the activations on the GPU, in bytes, see
	// ort.Provider; 0 is no bound.
	MemoryLimit int64 `yaml:"memory_limit"`
	// EngineCache is the folder where TensorRT keeps compiled engines; empty
	// compiles them in each run.
	EngineCache string `yaml:"engine_cache"`
	// TF32 lets CUDA round float32 factors, see ort.Provider: faster, and
	// farther from the CPU's scores.
	TF32 bool `yaml:"tf32"`
	// Batch is the most pairs of one run of the model.
	Batch int `yaml:"batch"`
	// Window is how many pairs may pass before one that waits for others of its
	// shape is grounded without them. At least Batch.
	Window int `yaml:"window"`
	// Threads is how many CPU threads one run of the model uses; 0 is 1.
	Threads int `yaml:"threads"`
	// InFlight is how many runs of the model go on at once, over all lanes; 0 is
	// the number of cores divided by Threads.
	InFlight int `yaml:"in_flight"`
	// Workers is how many samples are decoded and prepared at once, over all
	// lanes; 0 is the number of cores.
	Workers int `yaml:"workers"`
	// RunLimit is how long one run of the model may take before it is cancelled
	// and its batch is halved, see package teacher/guard; 0 is no limit. Runs
	// that compile TensorRT engines count as well.
	RunLimit time.Duration `yaml:"run_limit"`
}

func defaultTeacher() TeacherOptions {
	return TeacherOptions{Provider: ort.CPU, Batch: 4, Window: 64, Threads: 1, RunLimit: 10 * time.Minute}
}

func (o TeacherOptions) check(c *schema.Check) {
	if o.Model == "" {
		c.Addf("teacher.model", "is empty; name a file that `runner teacher import` wrote")
	} else if _, _, err := synthetic.Parse(o.Model); err != nil {
		c.Addf("teacher.model", "%v", err)
	}
	if digest, err := hex.DecodeString(o.ModelSHA256); o.ModelSHA256 != "" && (err != nil || len(digest) != sha256.Size || strings.ToLower(o.ModelSHA256) != o.ModelSHA256) {
		c.Addf("teacher.model_sha256", "%q is not 64 hexadecimal digits in lower case, such as sha256sum prints", o.ModelSHA256)
	}
	if !slices.Contains(ort.Providers[:], o.Provider) {
		c.Addf("teacher.provider", "%q is unknown, use one of %q", o.Provider, ort.Providers)
	}
	between(c, "teacher.device", o.Device, 0, 255)
	between(c, "teacher.memory_limit", o.MemoryLimit, 0, 1<<50)
	between(c, "teacher.batch", o.Batch, 1, 1024)
	between(c, "teacher.window", o.Window, max(o.Batch, 1), 1<<16)
	between(c, "teacher.threads", o.Threads, 0, 1024)
	between(c, "teacher.in_flight", o.InFlight, 0, 1024)
	between(c, "teacher.workers", o.Workers, 0, 1024)
	if o.RunLimit < 0 {
		c.Addf("teacher.run_limit", "%v is negative; 0 is no limit", o.RunLimit)
	}
}

// workers returns the number of samples prepared at once.
func (o TeacherOptions) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// inFlight returns the number of batches grounded at once.
func (o TeacherOptions) inFlight() int {
	if o.InFlight > 0 {
		return o.InFlight
	}
	return max(1, runtime.GOMAXPROCS(0)/max(o.Threads, 1))
}

// permits returns how many samples of a unit may be in memory. Each gives one
// record at least, so anything above Window keeps the stages from waiting for
// each other in a circle.
func (o TeacherOptions) permits() int {
	return o.Window + o.inFlight()*o.Batch + 2*o.workers()
}
