package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"

	"github.com/groundmill/groundmill/internal/machine"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "phrasebench:", err)
		os.Exit(1)
	}
}

// options are the flags of the comparison.
type options struct {
	data, peers, output string
	core, rounds        int
	seconds             float64
}

func run(ctx context.Context, args []string) error {
	if len(args) == 1 && args[0] == "extract" {
		return extractJob(os.Stdin, os.Stdout)
	}
	var o options
	flags := flag.NewFlagSet("phrasebench", flag.ExitOnError)
	flags.StringVar(&o.data, "data", "../shared/data/captions", "`folder` of the captions")
	flags.StringVar(&o.peers, "peers", ".cache/peers", "`folder` of the installed peers")
	flags.StringVar(&o.output, "o", "docs/phrases.md", "`file` to write")
	flags.IntVar(&o.core, "core", runtime.NumCPU()-1, "processor core that all systems run on")
	flags.IntVar(&o.rounds, "rounds", 3, "rounds of the speed figures; 0 leaves them out")
	flags.Float64Var(&o.seconds, "seconds", 2, "how long each system goes through each file in a round")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(o.data, valFile)); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(os.Stderr, "phrasebench: %s has no captions, which are not part of the repository: %s stays as it is\n", o.data, o.output)
		return nil
	}
	return o.compare(ctx)
}

// compare measures everything and then writes the report.
func (o options) compare(ctx context.Context) error {
	work, err := os.MkdirTemp("", "groundmill-phrasebench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	all, err := systems(o.peers, work)
	if err != nil {
		return err
	}
	sets, err := goldSets(o.data, work)
	if err != nil {
		return err
	}
	r := &report{}
	if err := o.quality(ctx, r, all, sets, work); err != nil {
		return err
	}
	if o.rounds > 0 {
		if err := o.speed(ctx, r, all, sets["val"].captions); err != nil {
			return err
		}
	}
	return os.WriteFile(o.output, r.Bytes(), 0o644)
}

func (o options) speed(ctx context.Context, r *report, all []system, val string) error {
	laion, err := filepath.Abs(filepath.Join(o.data, laionFile))
	if err != nil {
		return err
	}
	captions, err := readCaptions(laion)
	if err != nil {
		return err
	}
	timings, err := race(ctx, o, all, [2]string{val, laion})
	if err != nil {
		return err
	}
	r.speed(timings, o, len(captions))
	return nil
}

func (o options) quality(ctx context.Context, r *report, all []system, sets map[string]goldSet, work string) error {
	for _, s := range all {
		fmt.Fprintln(os.Stderr, "phrasebench: phrases of", s.name)
		f, err := judge(ctx, s, o.core, sets, work)
		if err != nil {
			return err
		}
		r.findings = append(r.findings, f)
	}
	r.head(machine.Processor())
	r.systems()
	r.val(sets["val"].gold)
	r.spellings()
	return r.web(ctx, sets["web"].gold)
}
