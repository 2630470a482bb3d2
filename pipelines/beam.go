package pipelines

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/extworker"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx" // registers the runners
)

// maxLanes is the most bundles that Prism runs at once; it is fixed in Prism.
const maxLanes = 8

// noSplits keeps Prism from cutting a bundle that it takes for stuck: a unit
// makes no progress that Prism could see.
const noSplits = "prism_disable_sdf_split"

// beamMu serialises runs: Beam keeps a job's options in global flags.
var beamMu sync.Mutex

// initBeam starts the Beam SDK, once. Beam makes a logger of its own the default
// of package log/slog, where Prism logs too; ours, which begins at warnings, takes
// its place.
var initBeam = sync.OnceFunc(func() {
	if !beam.Initialized() {
		beam.Init()
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
})

// Init hands the process over to Beam if a runner started it as a worker, and
// returns otherwise. Programs that link this package call it first of all, with
// os.Args[1:], before they look at the arguments themselves.
func Init(args []string) {
	if slices.ContainsFunc(args, isWorkerFlag) {
		if err := flag.CommandLine.Parse(args); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	initBeam()
}

// isWorkerFlag recognises the flag with which Beam's boot program starts a
// worker.
func isWorkerFlag(arg string) bool {
	return strings.TrimLeft(arg, "-") == "worker=true" && strings.HasPrefix(arg, "-")
}

// buildPipeline makes lanes parallel branches of the heavy stage, whose tallies
// meet in one sum. Prism gives a stage one bundle, so branches are the way to
// run units side by side. Every heavy stage has an output that another stage
// consumes, without which Prism would spin.
func buildPipeline(fn unitFn, units []Unit, lanes int) *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	var tallies []beam.PCollection
	for lane, part := range deal(units, lanes) {
		scope := s.Scope(fmt.Sprintf("lane%d", lane))
		tallies = append(tallies, beam.ParDo(scope, &fn, beam.CreateList(scope, part)))
	}
	sum := beam.Combine(s, addTallies, beam.Flatten(s, tallies...))
	beam.ParDo0(s, &tallyFn{Session: fn.Session}, sum)
	return p
}

// deal gives each lane every lanes-th unit, in order.
func deal(units []Unit, lanes int) [][]Unit {
	parts := make([][]Unit, min(lanes, len(units)))
	for i, u := range units {
		parts[i%len(parts)] = append(parts[i%len(parts)], u)
	}
	return parts
}

// execute runs the pipeline to its end. Beam sees neither the deadline nor the
// cancellation of ctx: a deadline would crash Prism, and a cancelled run ends
// soon anyway, because its units stop and no other is begun.
func execute(ctx context.Context, runner string, p *beam.Pipeline) error {
	if err := configure(runner); err != nil {
		return err
	}
	result, err := beam.Run(context.WithoutCancel(ctx), runner, p)
	if err != nil {
		return fmt.Errorf("pipeline: %w", err)
	}
	if result == nil {
		return errors.New("pipeline: the runner returned no result")
	}
	return nil
}

// configure sets Beam's global flags for a runner.
func configure(runner string) error {
	if runner != RunnerPrism {
		return nil
	}
	if !slices.Contains(jobopts.GetExperiments(), noSplits) {
		*jobopts.Experiments = strings.Trim(*jobopts.Experiments+","+noSplits, ",")
	}
	if *jobopts.EnvironmentType == "" {
		return useLoopback()
	}
	return nil
}

// useLoopback makes this process its own worker, as the SDK's own loopback mode
// does, but without the temporary file that the SDK leaves behind in each run:
// the worker binary is not used here, so an empty one will do.
func useLoopback() error {
	pool, err := extworker.StartLoopback(context.Background(), 0)
	if err != nil {
		return fmt.Errorf("pipeline: start worker: %w", err)
	}
	*jobopts.EnvironmentType = "external"
	*jobopts.EnvironmentConfig = pool.EnvironmentConfig(context.Background())
	*jobopts.WorkerBinary = os.DevNull
	return nil
}
