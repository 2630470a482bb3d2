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

// openBoxes opens the files of a run of the first kind that there are any of, or
// other rows, and returns the rules that their boxes have passed. Raw boxes are taken
// to pass the run's rules, or those that the user sets in their place, with the floor
// as the threshold.
func openBoxes(ctx context.Context, dir string, flags ruleFlags, kinds ...schema.Kind) (*rowset.Set, filter.Config, error) {
	set, err := rowset.Open(ctx, dir, kinds...)
	switch {
	case err != nil:
		return nil, filter.Config{}, err
	case set.Kind == schema.KindRaw:
		rules, err := flags.load(set.Configured)
		rules.MinScore, rules.Evidence = set.Rules.MinScore, nil
		return set, rules, err
	case flags.given():
		return nil, filter.Config{}, errors.New("--config and --set are for raw files: boxes of data files have passed the run's rules")
	}
	return set, set.Rules, nil
}

// openRaw opens the raw files of a run as openBoxes does.
func openRaw(ctx context.Context, dir string, flags ruleFlags) (*rowset.Set, filter.Config, error) {
	set, rules, err := openBoxes(ctx, dir, flags, schema.KindRaw)
	if errors.Is(err, rowset.ErrNoRows) || err == nil && set.Kind != schema.KindRaw {
		return nil, filter.Config{}, fmt.Errorf("%s has no raw files; give the output folder of annotate", dir)
	}
	return set, rules, err
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
