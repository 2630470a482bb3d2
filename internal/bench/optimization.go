package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/groundmill/groundmill/internal/teacherbench"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
	"github.com/groundmill/groundmill/teacher/raster"
)

// optimizationSteps lead from what the official modules compute to what an
// imported model does. Each includes the one before.
var optimizationSteps = []optimizationStep{
	{"as released", glip.OptimizeNone, 0},
	{"short text", glip.OptimizeNone, 32},
	{"all", glip.OptimizeFull, 0},
}

type optimizationStep struct {
	name     string
	optimize glip.Optimization
	tokens   int // to which texts are padded, 0 for what the form pads to
}

// stepCost is what a step takes for one image.
type stepCost struct {
	times    teacherbench.PartTimes // of all runs
	macs     map[glip.Part]int64
	after    time.Duration // in post-processing
	returned int64         // bytes that leave the model
	answer   []teacher.Grounding
}

// The steps take turns, and of each its fastest turn counts, which was disturbed
// least. A turn is a session with two runs, of which the first warms up, too.
const (
	optimizationRounds = 3
	optimizationRuns   = 2
)

// optimization compares the steps at the dimensions of GLIP-T.
func (b *bench) optimization(ctx context.Context) error {
	if !b.optimize {
		return nil
	}
	b.section("Optimization", fmt.Sprintf(`GLIP-T's architecture with random weights on one 800x1333 image and a caption of 24
tokens, one thread. As released: the official order of products, texts padded to 256
tokens. Short text: padded to 32 instead. All: the fusion's products re-ordered as
well, only phrases' tokens scored, candidates chosen in the graph, which is what
"runner teacher import" writes. The three take %d turns of %d runs under the profiler;
for each the mean of its fastest turn. GMAC are 10⁹ multiply-adds of matrix products
and convolutions, two floating point operations each.`, optimizationRounds, optimizationRuns))
	const needed = 3 << 30
	if free := freeSpace(b.work); free < needed {
		b.line("Not measured: %s has %.1f GiB of space, 3 are needed.", b.work, float64(free)/(1<<30))
		return nil
	}
	photos, err := teacherbench.Photos(1, 1333, 800)
	if err != nil {
		return err
	}
	costs, err := b.stepCosts(ctx, glip.RandomOptions{Architecture: glip.GLIPT()}, photos[0])
	if err != nil {
		return err
	}
	b.optimizationTable(costs)
	return nil
}

// stepCosts measures all steps with one set of random weights.
func (b *bench) stepCosts(ctx context.Context, o glip.RandomOptions, s teacherbench.Sample) ([]stepCost, error) {
	folder, err := os.MkdirTemp(b.work, "optimization-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder) // gigabytes, which other sections may need
	costs := make([]stepCost, len(optimizationSteps))
	for range optimizationRounds {
		for i, step := range optimizationSteps {
			o.Optimize, o.Output = step.optimize, filepath.Join(folder, string(step.optimize)+".onnx")
			cost, err := turn(ctx, o, step, s)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", step.name, err)
			}
			if costs[i].answer == nil || cost.whole() < costs[i].whole() {
				costs[i] = cost
			}
		}
	}
	return costs, nil
}

// turn measures a step once, with a model that the first turn writes.
func turn(ctx context.Context, o glip.RandomOptions, step optimizationStep, s teacherbench.Sample) (stepCost, error) {
	if _, err := os.Stat(o.Output); err != nil {
		if _, err := glip.Random(ctx, o); err != nil {
			return stepCost{}, err
		}
	}
	return measureStep(ctx, o.Output, step, s)
}

// measureStep grounds a sample under the profiler.
func measureStep(ctx context.Context, model string, step optimizationStep, s teacherbench.Sample) (cost stepCost, err error) {
	session, err := glip.OpenSession(model, glip.Options{Session: ort.Options{IntraOpThreads: 1, ProfilePrefix: model}})
	if err != nil {
		return cost, err
	}
	watch := &stopwatch{Session: session, tokens: step.tokens}
	cost, err = groundRepeatedly(ctx, watch, s)
	if err := errors.Join(err, session.Close()); err != nil {
		return cost, err
	}
	if cost.times, err = teacherbench.ReadProfiles(session); err != nil {
		return cost, err
	}
	about, err := glip.Describe(session)
	cost.macs = make(map[glip.Part]int64)
	for _, w := range glip.Work(about.Architecture, about.Optimize, watch.shape) {
		cost.macs[w.Part] = w.MACs
	}
	cost.returned = watch.returned
	return cost, err
}

// groundRepeatedly returns a cost with the answer and the time after the model.
func groundRepeatedly(ctx context.Context, watch *stopwatch, s teacherbench.Sample) (cost stepCost, err error) {
	model, err := glip.New(watch, glip.Parameters{})
	if err != nil {
		return cost, err
	}
	img, err := raster.Decode(s.Image, raster.Limits{})
	if err != nil {
		return cost, err
	}
	prepared, err := model.Prepare(teacher.Example{Image: img.RGB, Texts: []teacher.Text{s.Text}})
	if err != nil {
		return cost, err
	}
	start := time.Now()
	for range optimizationRuns {
		answers, err := model.Ground(ctx, prepared)
		if err == nil {
			err = answers[0].Err
		}
		if err != nil {
			return cost, err
		}
		cost.answer = answers[0].Phrases
	}
	cost.after = (time.Since(start) - watch.inside) / optimizationRuns
	return cost, nil
}

// optimizationTable prints a row for each part, and how much less time it takes
// in the end.
func (b *bench) optimizationTable(costs []stepCost) {
	header, rule := "| |", "| --- |"
	for _, step := range optimizationSteps {
		header += fmt.Sprintf(" %s: GMAC | ms |", step.name)
		rule += " --- | --- |"
	}
	b.line("%s gain |\n%s --- |", header, rule)
	for _, part := range glip.Parts {
		name := string(part)
		if part == glip.PartFusion {
			name = "**fusion**"
		}
		b.optimizationRow(name, costs, func(c stepCost) (int64, time.Duration) {
			return c.macs[part], c.times.Parts[part] / optimizationRuns
		})
	}
	b.optimizationRow("between nodes", costs, func(c stepCost) (int64, time.Duration) {
		return 0, c.times.Between / optimizationRuns
	})
	b.optimizationRow("after the model", costs, func(c stepCost) (int64, time.Duration) { return 0, c.after })
	b.optimizationRow("**whole**", costs, func(c stepCost) (int64, time.Duration) { return c.work(), c.whole() })
	first, last := costs[0], costs[len(costs)-1]
	b.line("\nBytes that the model returns for the image: %.1f MB as released, %.2f MB in the end. Largest\ndifference of a phrase's best score between the steps: %.1g.",
		float64(first.returned)/1e6, float64(last.returned)/1e6, largestDifference(costs))
}

// whole is the time of an image.
func (c stepCost) whole() time.Duration { return c.times.Sum()/optimizationRuns + c.after }

// work is the multiply-adds of an image.
func (c stepCost) work() (macs int64) {
	for _, n := range c.macs {
		macs += n
	}
	return macs
}

// optimizationRow prints one row, unless all of it is nothing. What a part gains
// shows where it multiplies: the rest is too short to compare.
func (b *bench) optimizationRow(name string, costs []stepCost, cell func(stepCost) (int64, time.Duration)) {
	row, gain := "| "+name+" |", ""
	first, before := cell(costs[0])
	_, after := cell(costs[len(costs)-1])
	if before == 0 && after == 0 {
		return
	}
	for _, c := range costs {
		macs, spent := cell(c)
		row += fmt.Sprintf(" %s | %.1f |", gmac(macs), 1000*spent.Seconds())
	}
	if first > 0 {
		gain = fmt.Sprintf(" %.1f×", before.Seconds()/after.Seconds())
	}
	b.line("%s%s |", row, gain)
}

// gmac prints multiply-adds, and nothing for none.
func gmac(macs int64) string {
	if macs == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", float64(macs)/1e9)
}

// largestDifference compares the best score of each phrase with the first step's.
func largestDifference(costs []stepCost) (largest float64) {
	for _, c := range costs[1:] {
		for i, g := range c.answer {
			largest = max(largest, math.Abs(float64(g.Best)-float64(costs[0].answer[i].Best)))
		}
	}
	return largest
}

// freeSpace returns the bytes that may still be written to a folder.
func freeSpace(folder string) int64 {
	var s syscall.Statfs_t
	if syscall.Statfs(folder, &s) != nil {
		return 0
	}
	return int64(s.Bavail) * s.Bsize
}
