package annotate

import (
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/extract"
	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher/ort"
	"github.com/groundmill/groundmill/teacher/synthetic"
)

// Options is the configuration of the job.
type Options struct {
	Input   InputOptions   `yaml:"input"`
	Extract ExtractOptions `yaml:"extract"`
	Teacher TeacherOptions `yaml:"teacher"`
	Filter  filter.Config  `yaml:"filter"`
	Output  OutputOptions  `yaml:"output"`
	Limits  LimitOptions   `yaml:"limits"`
	// Beam says which runner does the tars; lanes are tars side by side.
	Beam pipelines.BeamOptions `yaml:"beam"`
}

// InputOptions say what is read.
type InputOptions struct {
	// Shards names the tars, see pipelines.PlanFiles.
	Shards string `yaml:"shards"`
	// MaxImageBytes is the largest image file, also the largest of any other
	// member of a tar.
	MaxImageBytes int64 `yaml:"max_image_bytes"`
	// MaxImagePixels is the largest width times height.
	MaxImagePixels int64 `yaml:"max_image_pixels"`
	// MaxCaptions is how many captions an image may have: it bounds what a sample
	// takes in memory.
	MaxCaptions int `yaml:"max_captions"`
}

// ExtractOptions are extract.Options with names for the configuration.
type ExtractOptions struct {
	// Grammar is one of extract.Grammars.
	Grammar extract.Grammar `yaml:"grammar"`
	// MaxCodePoints is the longest caption that is no reject.
	MaxCodePoints int `yaml:"max_code_points"`
	// DropAbstract leaves out phrases that name nothing that can be seen.
	DropAbstract bool `yaml:"drop_abstract"`
	// AnyLanguage keeps captions that are not in English.
	AnyLanguage bool `yaml:"any_language"`
}

// options returns what package extract is given. Rows have no place for referring
// expressions yet, and the teacher is asked for phrases alone.
func (o ExtractOptions) options() extract.Options {
	return extract.Options{
		Grammar:       o.Grammar,
		MaxCodePoints: o.MaxCodePoints,
		DropAbstract:  o.DropAbstract,
		AnyLanguage:   o.AnyLanguage,
	}
}

// OutputOptions say what is written.
type OutputOptions struct {
	// Dir is the folder of the results, local or in a bucket: empty, missing, or
	// of a run of the same configuration, which is continued.
	Dir string `yaml:"dir"`
	// Split is the first part of the file names: train, validation or test for
	// Hugging Face's readers.
	Split string `yaml:"split"`
	// RawFloor is the lowest score that the raw files keep.
	RawFloor float64 `yaml:"raw_floor"`
	// EmbedImages stores each image in its row of the data files.
	EmbedImages bool `yaml:"embed_images"`
}

// LimitOptions end a run that rejects too much, see pipelines.Limits.
type LimitOptions struct {
	MaxRejectRatio float64 `yaml:"max_reject_ratio"`
	MinRecords     int64   `yaml:"min_records"`
}

// Default returns the options that a configuration starts from. Input.Shards,
// Teacher.Model and Output.Dir have no default.
func Default() Options {
	return Options{
		Input:   InputOptions{MaxImageBytes: 32 << 20, MaxImagePixels: 64 << 20, MaxCaptions: 64},
		Extract: ExtractOptions{Grammar: extract.DefaultGrammar, MaxCodePoints: extract.DefaultMaxCodePoints},
		Teacher: defaultTeacher(),
		Filter:  filter.Default(),
		Output:  OutputOptions{Split: "train", RawFloor: 0.1},
		Limits:  LimitOptions{MaxRejectRatio: 1, MinRecords: 1000},
		Beam:    pipelines.DefaultBeam(2),
	}
}

// Validate returns a *schema.InvalidError that lists every problem, or nil. It
// looks at no file.
func (o Options) Validate() error {
	var c schema.Check
	o.Input.check(&c)
	o.Extract.check(&c)
	o.Teacher.check(&c)
	checkFilter(&c, o.Filter)
	o.Output.check(&c)
	o.Limits.check(&c)
	o.Beam.Check(&c, "beam")
	o.checkPlaces(&c)
	o.checkAccelerator(&c)
	return c.Err("configuration")
}

// checkPlaces complains about what workers elsewhere could not reach. Entries of a
// list of inputs are for prepareRun.
func (o Options) checkPlaces(c *schema.Check) {
	reach := func(path, location string) {
		if location != "" && !o.Beam.Reaches(location) {
			c.Addf(path, "workers of %s cannot reach %s; put it into a bucket, gs://", o.Beam.Runner, location)
		}
	}
	if !strings.HasPrefix(o.Input.Shards, "@") {
		reach("input.shards", o.Input.Shards)
	}
	if _, synthetic, _ := synthetic.Parse(o.Teacher.Model); !synthetic {
		reach("teacher.model", o.Teacher.Model)
	}
	reach("output.dir", o.Output.Dir)
}

// checkAccelerator holds what the teacher computes on against what the workers of
// Dataflow have.
func (o Options) checkAccelerator(c *schema.Check) {
	if o.Beam.Runner != pipelines.RunnerDataflow {
		return
	}
	gpu, wanted := o.Beam.Dataflow.Accelerator.Type, o.Teacher.Provider != ort.CPU
	switch _, synthetic, _ := synthetic.Parse(o.Teacher.Model); {
	case synthetic:
	case wanted && gpu == "":
		c.Addf("beam.dataflow.accelerator.type", "is empty, but teacher.provider is %s; name a GPU, such as nvidia-l4", o.Teacher.Provider)
	case !wanted && gpu != "":
		c.Addf("teacher.provider", "is %s, and the workers' %s would be paid for nothing; set cuda, or leave the accelerator out", o.Teacher.Provider, gpu)
	}
}

func (o InputOptions) check(c *schema.Check) {
	if o.Shards == "" {
		c.Addf("input.shards", "is empty; name a tar, a folder of tars, a glob or @ and a list")
	}
	between(c, "input.max_image_bytes", o.MaxImageBytes, 1, 1<<30)
	between(c, "input.max_image_pixels", o.MaxImagePixels, 1, 1<<30)
	between(c, "input.max_captions", o.MaxCaptions, 1, 4096)
}

func (o ExtractOptions) check(c *schema.Check) {
	if !slices.Contains(extract.Grammars, o.Grammar) {
		c.Addf("extract.grammar", "%q is unknown, use one of %q", o.Grammar, extract.Grammars)
	}
	between(c, "extract.max_code_points", o.MaxCodePoints, 1, 1<<20)
}

func (o OutputOptions) check(c *schema.Check) {
	if o.Dir == "" {
		c.Addf("output.dir", "is empty; name a folder for the results")
	}
	if o.Split == "" || strings.Trim(o.Split, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		c.Addf("output.split", "%q must be lower-case letters, digits and underscores", o.Split)
	}
	if !(o.RawFloor >= 0 && o.RawFloor < 1) { // NaN too
		c.Addf("output.raw_floor", "%v is not in [0, 1)", o.RawFloor)
	}
}

func (o LimitOptions) check(c *schema.Check) {
	if !(o.MaxRejectRatio > 0 && o.MaxRejectRatio <= 1) { // NaN too
		c.Addf("limits.max_reject_ratio", "%v is not in (0, 1]; 1 is no limit", o.MaxRejectRatio)
	}
	between(c, "limits.min_records", o.MinRecords, 0, 1<<40)
}

// between records a number outside [low, high].
func between[T int | int64](c *schema.Check, path string, n, low, high T) {
	if n < low || n > high {
		c.Addf(path, "%d is not between %d and %d", n, low, high)
	}
}

// checkFilter adds what the filter finds wrong with its section.
func checkFilter(c *schema.Check, o filter.Config) {
	var invalid *schema.InvalidError
	if errors.As(o.Validate(), &invalid) {
		for _, p := range invalid.Problems {
			c.Addf("filter."+p.Path, "%s", p.Text)
		}
	}
}

// rawFloor returns the floor as scores are stored.
func (o OutputOptions) rawFloor() float32 {
	return schema.QuantizeScore(float32(math.Max(o.RawFloor, 0)))
}
