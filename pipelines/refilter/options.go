package refilter

import (
	"errors"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

// Options is the configuration of the job.
type Options struct {
	Filter filter.Config `yaml:"filter"`
	Output OutputOptions `yaml:"output"`
	// Beam says which runner does the raw files; lanes are files side by side.
	Beam pipelines.BeamOptions `yaml:"beam"`
}

// OutputOptions say what is written.
type OutputOptions struct {
	// Dir is the folder of the results, local or in a bucket: empty, missing, or
	// of an equal run, which is continued.
	Dir string `yaml:"dir"`
	// WithoutImages agrees to data files without images from a source whose data
	// files have them: raw files never do.
	WithoutImages bool `yaml:"without_images"`
}

// Default returns the options that a configuration starts from: more lanes than
// most jobs have, since a lane waits for the disk at each file. Output.Dir has
// no default.
func Default() Options {
	return Options{
		Filter: filter.Default(),
		Beam:   pipelines.DefaultBeam(4),
	}
}

// Validate returns a *schema.InvalidError that lists every problem, or nil. It
// looks at no file.
func (o Options) Validate() error {
	var c schema.Check
	checkFilter(&c, o.Filter)
	if o.Output.Dir == "" {
		c.Addf("output.dir", "is empty; name a folder for the results")
	}
	o.Beam.Check(&c, "beam")
	return c.Err("configuration")
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
