// Command bench measures what the documentation claims and writes the figures
// as docs/benchmarks.md; `make bench` runs it. Figures are ratios within one run
// wherever they can be, since machines are noisy.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"

	"github.com/groundmill/groundmill/internal/machine"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run of all measurements.
type bench struct {
	runner   string // bin/runner
	model    string // the bundled teacher as ONNX
	fullSize string // a GLIP-T checkpoint, measured when it exists
	work     string // a folder for whatever is written
	scenes   int    // of the quality figures
	pairs    int    // of the throughput figures
	many     int    // pairs of the largest memory figure
	optimize bool   // measure the full-size model's optimizations
	teacher  teacher.Teacher
	out      bytes.Buffer
}

func run(ctx context.Context, args []string) (err error) {
	b := &bench{}
	flags := flag.NewFlagSet("bench", flag.ExitOnError) // Beam has filled the global set
	output := flags.String("o", "docs/benchmarks.md", "`file` to write")
	only := flags.String("only", "", "run one `section` alone, such as throughput, and print it")
	flags.StringVar(&b.runner, "runner", "bin/runner", "the program to measure")
	flags.StringVar(&b.model, "model", "bin/tiny.onnx", "the imported bundled teacher")
	flags.StringVar(&b.fullSize, "full-size", "out/glip-t.pth", "a GLIP-T checkpoint to import, if it exists")
	flags.IntVar(&b.scenes, "scenes", 1000, "scenes of the quality figures")
	flags.IntVar(&b.pairs, "pairs", 800, "scenes of the throughput figures")
	flags.IntVar(&b.many, "many", 1_000_000, "pairs of the largest memory figure, 3 kB of disk each")
	flags.BoolVar(&b.optimize, "optimization", true, "measure what each optimization saves at full size, which takes minutes and 3 GiB of disk")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if b.work, err = os.MkdirTemp("", "groundmill-bench-*"); err != nil {
		return err
	}
	defer os.RemoveAll(b.work)
	b.head()
	// A child's peak memory counts from its parent's, so children run while this
	// process is still small.
	if err := runSections(ctx, *only, []section{{"importing", b.importing}, {"memory", b.memory}}); err != nil {
		return err
	}
	if err := b.openTeacher(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.teacher.Close()) }()
	err = runSections(ctx, *only, []section{
		{"throughput", b.throughput}, {"refilter", b.refilter}, {"grounding", b.grounding},
		{"precision", b.precision}, {"optimization", b.optimization}, {"parquet", b.parquet},
	})
	if err != nil {
		return err
	}
	if *only != "" {
		_, err := os.Stdout.Write(b.out.Bytes())
		return err
	}
	return os.WriteFile(*output, b.out.Bytes(), 0o644)
}

// section is a part of the figures.
type section struct {
	name string
	run  func(context.Context) error
}

// runSections runs the sections, or the one of them that is asked for.
func runSections(ctx context.Context, only string, list []section) error {
	for _, s := range list {
		if only != "" && s.name != only {
			continue
		}
		if err := s.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// openTeacher opens the bundled teacher on one thread.
func (b *bench) openTeacher() error {
	library, err := ort.Locate("")
	if err != nil {
		return err
	}
	if err := ort.Load(library); err != nil {
		return err
	}
	b.teacher, err = glip.Open(b.model, glip.Options{Session: ort.Options{IntraOpThreads: 1}})
	return err
}

func (b *bench) head() {
	b.line("# Benchmarks\n")
	b.line("Written by `make bench`; do not edit.\n")
	b.line("%s, %d logical processors, %s.", machine.Processor(), runtime.NumCPU(), runtime.Version())
}

func (b *bench) section(title, text string) {
	fmt.Fprintln(os.Stderr, "bench:", title)
	b.line("\n## %s\n\n%s\n", title, text)
}

func (b *bench) line(format string, args ...any) { fmt.Fprintf(&b.out, format+"\n", args...) }
