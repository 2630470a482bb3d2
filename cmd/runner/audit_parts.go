package main

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"github.com/groundmill/groundmill/internal/audit"
	"github.com/groundmill/groundmill/pipelines"
	parts "github.com/groundmill/groundmill/pipelines/audit"
)

// partsOptions are what an audit in parts takes beside the others.
type partsOptions struct {
	dir    string
	config string
	sets   []string
	redo   []int
	dryRun bool
}

func (o *partsOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.dir, "parts", "", "count file by file and keep the partial results in this `folder`, which is continued")
	f.StringVar(&o.config, "config", "", "configuration `file` of --parts, YAML")
	f.StringArrayVar(&o.sets, "set", nil, "set a field of the configuration, as `path=value`; may be repeated")
	f.IntSliceVar(&o.redo, "redo", nil, "`numbers` of parts to count again, such as verify names them")
	dryRunFlag(f, &o.dryRun)
}

// check refuses options that mean nothing without --parts.
func (o *partsOptions) check() error {
	if o.dir == "" && (o.config != "" || len(o.sets) > 0 || len(o.redo) > 0 || o.dryRun) {
		return errors.New("--config, --set, --redo and --dry-run are about an audit in parts: name their folder with --parts")
	}
	return nil
}

// request is the audit in parts that the options ask for.
func (o *auditOptions) request(dir string) parts.Request {
	return parts.Request{
		Source: dir, Parts: o.parts.dir, Seed: o.Seed, PerStratum: o.PerStratum, ToolVersion: version, Redo: o.parts.redo,
	}
}

func (o *partsOptions) load() (pipelines.Options, error) {
	config := parts.DefaultConfig()
	err := loadConfig(o.config, o.sets, &config)
	return pipelines.Options{Beam: config.Beam}, err
}

// submit prints what would be submitted.
func (o *partsOptions) submit(ctx context.Context, c *console, req parts.Request) error {
	opts, err := o.load()
	if err != nil {
		return err
	}
	sub, err := parts.DryRun(ctx, req, opts)
	return c.submission(sub, err)
}

// report counts what the folder of parts does not hold, and puts all together.
func (o *partsOptions) report(ctx context.Context, c *console, req parts.Request) (*audit.Report, error) {
	opts, err := o.load()
	if err != nil {
		return nil, err
	}
	f := c.follow("audit", "records", opts.Beam)
	opts.Stop, opts.Begin, opts.Job, opts.Observe = f.stop, f.begin, f.job, f.observe
	manifest, err := parts.Run(ctx, req, opts)
	if err := f.finish(err); err != nil {
		return nil, err
	}
	p := c.progress("merge", "parts")
	defer p.Stop()
	return parts.Report(ctx, req, manifest, p.Set)
}
