package audit

import (
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

// Config is the configuration of the job. It has no influence on the results.
type Config struct {
	// Beam says which runner counts the files; lanes are files side by side.
	Beam pipelines.BeamOptions `yaml:"beam"`
}

// DefaultConfig returns what a configuration starts from.
func DefaultConfig() Config { return Config{Beam: pipelines.DefaultBeam(4)} }

// Validate returns a *schema.InvalidError that lists every problem, or nil.
func (c Config) Validate() error {
	var check schema.Check
	c.Beam.Check(&check, "beam")
	return check.Err("configuration")
}
