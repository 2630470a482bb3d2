package annotate

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/groundmill/groundmill/internal/modelcache"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/guard"
	"github.com/groundmill/groundmill/teacher/ort"
	"github.com/groundmill/groundmill/teacher/synthetic"
)

// openTeacher opens a model file, or a synthetic teacher.
func openTeacher(o TeacherOptions) (teacher.Teacher, error) {
	if opts, ok, err := synthetic.Parse(o.Model); ok {
		return synthetic.New(opts), err
	}
	library, err := ort.Locate(o.Library)
	if err != nil {
		return nil, err
	}
	if err := ort.Load(library); err != nil {
		return nil, err
	}
	path, err := o.fetch(context.Background())
	if err != nil {
		return nil, err
	}
	model, err := glip.Open(path, glip.Options{Session: o.session(), Batch: o.Batch})
	if err != nil {
		return nil, err
	}
	if got := model.Info().SHA256; o.ModelSHA256 != "" && got != o.ModelSHA256 {
		model.Close()
		return nil, &modelcache.MismatchError{Location: o.Model, Want: o.ModelSHA256, Got: got}
	}
	return model, nil
}

// fetch returns where the model is on the local disk, having brought it there
// from a bucket.
func (o TeacherOptions) fetch(ctx context.Context) (string, error) {
	if !modelcache.IsRemote(o.Model) {
		return o.Model, nil
	}
	return modelcache.Open(o.ModelCache).Fetch(ctx, o.Model, o.ModelSHA256)
}

// known returns what can be said of the model without opening it.
func (o TeacherOptions) known() schema.Model {
	if opts, ok, err := synthetic.Parse(o.Model); ok && err == nil {
		return schema.Model(synthetic.New(opts).Info())
	}
	return schema.Model{SHA256: o.ModelSHA256}
}

// pin fixes the model's digest, which workers elsewhere are to prove. Where the
// configuration does not say it, the model is read once.
func (o *TeacherOptions) pin(ctx context.Context) error {
	if _, ok, _ := synthetic.Parse(o.Model); ok || o.ModelSHA256 != "" {
		return nil
	}
	path, err := o.fetch(ctx)
	if err != nil {
		return err
	}
	info, err := glip.Identify(path)
	if err != nil {
		return err
	}
	o.ModelSHA256 = info.SHA256
	return nil
}

// session says how ONNX Runtime opens the model.
func (o TeacherOptions) session() ort.Options {
	return ort.Options{
		IntraOpThreads: o.Threads,
		Provider: ort.Provider{
			Kind:        o.Provider,
			Device:      o.Device,
			MemoryLimit: o.MemoryLimit,
			EngineCache: o.EngineCache,
			TF32:        o.TF32,
		},
	}
}

// guarded makes a teacher whose failed runs cost as little as they can.
func guarded(model teacher.Teacher, o TeacherOptions) teacher.Teacher {
	log := failureLog{warn: slog.Warn}
	return guard.New(model, guard.Options{RunLimit: cmp.Or(o.RunLimit, noLimit), Observe: log.observe})
}

// noLimit is longer than any process lives: package guard takes 0 for its default.
const noLimit = time.Duration(math.MaxInt64)

// failureLog tells people about failed runs of the model, each kind once a shape.
type failureLog struct {
	warn func(message string, args ...any) // such as slog.Warn
	told sync.Map                          // of failure to nothing
}

// failure is what is told once. limit is 0 but for guard.Limited, where each new
// limit is worth a line.
type failure struct {
	kind  guard.Kind
	shape teacher.Shape
	limit int
}

// observe is a guard.Options.Observe.
func (l *failureLog) observe(e guard.Event) {
	f := failure{kind: e.Kind, shape: e.Shape}
	if e.Kind == guard.Limited {
		f.limit = e.Size
	}
	if _, told := l.told.LoadOrStore(f, nil); told {
		return
	}
	shape := fmt.Sprintf("%dx%d", e.Shape.Width, e.Shape.Height)
	switch e.Kind {
	case guard.Split:
		l.warn("a run of the teacher failed; its halves are run instead", "shape", shape, "batch", e.Size, "error", oneLine(e.Err))
	case guard.Rejected:
		l.warn("the teacher fails on a pair alone, which becomes a reject", "shape", shape, "error", oneLine(e.Err))
	case guard.Limited:
		l.warn("batches of this shape are limited from now on", "shape", shape, "batch", e.Size)
	}
}
