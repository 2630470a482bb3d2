package pipelines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/extworker"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx" // registers the runners
)

// noSplits keeps Prism from cutting a bundle that it takes for stuck: a unit
// makes no progress that Prism could see.
const noSplits = "prism_disable_sdf_split"

// prismMu serialises runs on Prism: the SDK keeps a job's options in global flags.
var prismMu sync.Mutex

// prismEngine runs pipelines inside this process.
type prismEngine struct {
	lanes int
}

// layout has parallel branches: Prism gives a stage one bundle, so branches are
// the way to run units side by side.
func (e *prismEngine) layout() layout { return layout{lanes: e.lanes} }

// execute hides the deadline and the cancellation of ctx from Beam: a deadline
// would crash Prism, and a cancelled run ends soon anyway, because its units stop
// and no other is begun.
func (e *prismEngine) execute(ctx context.Context, _ <-chan struct{}, p *beam.Pipeline) error {
	prismMu.Lock()
	defer prismMu.Unlock()
	if err := configurePrism(); err != nil {
		return err
	}
	result, err := beam.Run(context.WithoutCancel(ctx), RunnerPrism, p)
	if err != nil {
		return fmt.Errorf("pipeline: %w", err)
	}
	if result == nil {
		return errors.New("pipeline: the runner returned no result")
	}
	return nil
}

func (e *prismEngine) describe(context.Context, *beam.Pipeline) (any, error) {
	return struct {
		Runner string `json:"runner"`
		Lanes  int    `json:"lanes"`
	}{RunnerPrism, e.lanes}, nil
}

// configurePrism sets Beam's global flags.
func configurePrism() error {
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
