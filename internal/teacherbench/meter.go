package teacherbench

import (
	"context"
	"sync"
	"time"

	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

// meter is a session that counts what passes through it.
type meter struct {
	glip.Session
	model glip.Description
	now   func() time.Time

	mu     sync.Mutex
	active int       // runs in flight
	since  time.Time // when the first of them began
	count  traffic
}

// traffic is what went through a session, of runs that have ended.
type traffic struct {
	runs, texts int
	in, out     int64               // bytes
	macs        map[glip.Part]int64 // of all texts
	shape       glip.Workload       // of the last run
	busy        time.Duration       // during which at least one run was in flight
	total       time.Duration       // of all runs
}

func newMeter(s glip.Session) (*meter, error) {
	model, err := glip.Describe(s)
	return &meter{Session: s, model: model, now: time.Now}, err
}

// Run implements glip.Session.
func (m *meter) Run(ctx context.Context, inputs []ort.Tensor, outputs []string) ([]ort.Tensor, error) {
	start := m.begin()
	results, err := m.Session.Run(ctx, inputs, outputs)
	m.end(start, inputs, results)
	return results, err
}

func (m *meter) begin() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if m.active == 0 {
		m.since = now
	}
	m.active++
	return now
}

func (m *meter) end(start time.Time, inputs, outputs []ort.Tensor) {
	shape, texts := glip.WorkloadOf(inputs)
	work := glip.Work(m.model.Architecture, m.model.Optimize, shape)
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	m.active--
	if m.active == 0 {
		m.count.busy += now.Sub(m.since)
	}
	m.count.total += now.Sub(start)
	m.count.runs++
	m.count.texts += texts
	m.count.in += size(inputs)
	m.count.out += size(outputs)
	m.count.shape = shape
	if m.count.macs == nil {
		m.count.macs = make(map[glip.Part]int64)
	}
	for _, w := range work {
		m.count.macs[w.Part] += w.MACs * int64(texts)
	}
}

// take returns what was counted since the last call. No run may be in flight.
func (m *meter) take() traffic {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.count
	m.count = traffic{}
	return c
}

// all returns the multiply-adds of all parts.
func (t traffic) all() (macs int64) {
	for _, n := range t.macs {
		macs += n
	}
	return macs
}

// size returns the bytes of the tensors' elements.
func size(tensors []ort.Tensor) (bytes int64) {
	for _, t := range tensors {
		switch data := t.Data.(type) {
		case []float32:
			bytes += 4 * int64(len(data))
		case []int32:
			bytes += 4 * int64(len(data))
		case []int64:
			bytes += 8 * int64(len(data))
		case []uint8:
			bytes += int64(len(data))
		}
	}
	return bytes
}
