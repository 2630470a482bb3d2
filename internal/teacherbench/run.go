package teacherbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

// Options says what to measure.
type Options struct {
	Model   string       // a file that glip.Import or glip.Random wrote
	Glip    glip.Options // how to open it
	Batches []int        // sizes, at least one, each positive
	// InFlight is how many batches are grounded at once; 0 means 1.
	InFlight int
	// Workers is how many samples are prepared at once; 0 means one a core.
	Workers int
	// Time is how long each loop lasts, of which there are two for each batch
	// size and one for the profile. A loop does not stop in the middle of a batch.
	Time time.Duration
	// Observe, if set, is told what is measured next.
	Observe func(step string)
}

func (o Options) validate() error {
	switch {
	case len(o.Batches) == 0 || slices.Min(o.Batches) < 1:
		return fmt.Errorf("batch sizes %v: want at least one, all positive", o.Batches)
	case o.InFlight < 0 || o.Workers < 0 || o.Time < 0:
		return fmt.Errorf("in flight %d, workers %d, time %v: none can be negative", o.InFlight, o.Workers, o.Time)
	}
	return nil
}

// bench is one measurement under way.
type bench struct {
	options Options
	samples []Sample
	meter   *meter
	model   *glip.Model
	session *ort.Session
}

// Run measures a model on at least one sample. ONNX Runtime must be loaded. The
// error names the sample that cannot be decoded, or says which batch size has too
// few images of one shape.
func Run(ctx context.Context, samples []Sample, o Options) (report *Report, err error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	o.InFlight = cmp.Or(o.InFlight, 1)
	o.Workers = cmp.Or(o.Workers, runtime.GOMAXPROCS(0))
	o.Glip.Batch = slices.Max(o.Batches)
	b := &bench{options: o, samples: samples}
	if err := b.open(); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.session.Close()) }()
	return b.run(ctx)
}

// open puts the meter between the model and its session.
func (b *bench) open() (err error) {
	b.observe("opening the model")
	if b.session, err = glip.OpenSession(b.options.Model, b.options.Glip); err != nil {
		return err
	}
	if b.meter, err = newMeter(b.session); err == nil {
		b.model, err = glip.New(b.meter, b.options.Glip.Parameters)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", b.options.Model, err), b.session.Close())
	}
	return nil
}

func (b *bench) observe(format string, args ...any) {
	if b.options.Observe != nil {
		b.options.Observe(fmt.Sprintf(format, args...))
	}
}

func (b *bench) run(ctx context.Context) (*Report, error) {
	r := b.head()
	b.observe("preparing %d images", len(b.samples))
	all, spent, err := b.prepareAll(ctx)
	if err != nil {
		return nil, err
	}
	r.Host = newHost(spent)
	first, err := b.check(all)
	if err != nil {
		return nil, err
	}
	for _, size := range b.options.Batches {
		b.observe("batches of %d", size)
		p, err := b.measure(ctx, all, size)
		if err != nil {
			return nil, err
		}
		r.Points = append(r.Points, p)
	}
	r.PeakBytes = peakMemory()
	b.observe("the parts of the model")
	times, seen, err := b.profile(ctx, first)
	if err != nil {
		return nil, err
	}
	r.Profile, r.Shape = newProfile(len(first), times, seen), seen.shape
	return r, nil
}

// check refuses batch sizes that the images are too few for, before any is
// measured. It returns a batch of the first size.
func (b *bench) check(all []teacher.Prepared) (first []teacher.Prepared, err error) {
	for i, size := range b.options.Batches {
		full, err := fullBatches(all, size, b.options.InFlight)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first = full[0]
		}
	}
	return first, nil
}

// head is what is known before anything is measured.
func (b *bench) head() *Report {
	return &Report{
		Model: b.meter.model, Runtime: "onnxruntime " + ort.Version(),
		Provider: b.session.Provider().Kind, Device: b.session.Device(),
		Threads:  max(1, b.options.Glip.Session.IntraOpThreads),
		InFlight: b.options.InFlight, Workers: b.options.Workers, Images: len(b.samples),
	}
}

// peakMemory returns the most resident memory of this process in bytes, as Linux
// tells it.
func peakMemory() int64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kibibytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err == nil {
				return kibibytes << 10
			}
		}
	}
	return 0
}
