package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/rowset"
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

// openData opens the data files of a run, or others, and returns the rules that
// they say their boxes have passed.
func openData(ctx context.Context, dir string, flags ruleFlags) (*rowset.Set, filter.Config, error) {
	if flags.given() {
		return nil, filter.Config{}, errors.New("--config and --set are for raw files: boxes of data files have passed the run's rules")
	}
	set, err := rowset.Open(ctx, dir, schema.KindData)
	if err != nil {
		return nil, filter.Config{}, err
	}
	return set, set.Rules, nil
}

// openRaw opens the raw files of a run and returns its rules, or those that the
// user sets in their place, with the floor as the threshold.
func openRaw(ctx context.Context, dir string, flags ruleFlags) (*rowset.Set, filter.Config, error) {
	if !rowset.Has(ctx, dir, schema.KindRaw) {
		return nil, filter.Config{}, fmt.Errorf("%s has no raw files; give the output folder of annotate", dir)
	}
	set, err := rowset.Open(ctx, dir, schema.KindRaw)
	if err != nil {
		return nil, filter.Config{}, err
	}
	rules, err := flags.load(set.Configured)
	if err != nil {
		return nil, filter.Config{}, err
	}
	rules.MinScore, rules.Evidence = set.Rules.MinScore, nil
	return set, rules, nil
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
