package main

import (
	"errors"

	"github.com/spf13/pflag"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/schema"
)

// ruleFlags name the rules that boxes must pass beside the threshold.
type ruleFlags struct {
	config string
	sets   []string
}

func (o *ruleFlags) add(f *pflag.FlagSet) {
	f.StringVar(&o.config, "config", "", "`file` of other rules, YAML with the section filter")
	f.StringArrayVar(&o.sets, "set", nil, "set a field of the rules, as `path=value`, such as filter.nms_iou=0.5; may be repeated")
}

// given says whether the user has named rules.
func (o *ruleFlags) given() bool { return o.config != "" || len(o.sets) > 0 }

// load returns base with what the user sets.
func (o *ruleFlags) load(base filter.Config) (filter.Config, error) {
	sections := ruleSections{Filter: base}
	err := loadConfig(o.config, o.sets, &sections)
	return sections.Filter, err
}

// ruleSections is a configuration of rules alone.
type ruleSections struct {
	Filter filter.Config `yaml:"filter"`
}

// Validate finds what the filter finds wrong with its section.
func (s ruleSections) Validate() error {
	var c schema.Check
	var invalid *schema.InvalidError
	if errors.As(s.Filter.Validate(), &invalid) {
		for _, p := range invalid.Problems {
			c.Addf("filter."+p.Path, "%s", p.Text)
		}
	}
	return c.Err("configuration")
}
