package teacherbench

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

// script is a session whose runs go on for as long as a test wants.
type script struct {
	glip.Session
	outputs []ort.Tensor
	during  func()
}

func (s *script) Run(context.Context, []ort.Tensor, []string) ([]ort.Tensor, error) {
	s.during()
	return s.outputs, nil
}

// TestMeter lets a run begin and end while another one is under way, then a third
// alone.
func TestMeter(t *testing.T) {
	now := time.Unix(0, 0)
	sleep := func(seconds int) { now = now.Add(time.Duration(seconds) * time.Second) }
	s := &script{outputs: []ort.Tensor{ort.NewTensor("scores", make([]float32, 5), 5), ort.NewTensor("places", make([]int32, 5), 5)}}
	m := &meter{Session: s, model: glip.Description{Architecture: glip.GLIPT(), Optimize: glip.OptimizeFull}, now: func() time.Time { return now }}
	inputs := []ort.Tensor{
		ort.NewTensor("pixels", make([]uint8, 2*32*64*3), 2, 32, 64, 3),
		ort.NewTensor("input_ids", make([]int64, 2*16), 2, 16),
		ort.NewTensor("phrases", make([]float32, 2*16*4), 2, 16, 4),
	}
	run := func(during func()) {
		s.during = during
		if _, err := m.Run(t.Context(), inputs, nil); err != nil {
			t.Fatal(err)
		}
	}
	run(func() {
		sleep(1)
		run(func() { sleep(2) })
		sleep(3)
	})
	sleep(10)
	run(func() { sleep(4) })

	got := m.take()
	shape := glip.Workload{Height: 32, Width: 64, Tokens: 16, Columns: 16, Phrases: 4}
	want := traffic{
		runs: 3, texts: 6, shape: shape,
		in: 3 * (2*32*64*3 + 8*2*16 + 4*2*16*4), out: 3 * (4*5 + 4*5),
		busy: 10 * time.Second, total: 12 * time.Second,
		macs: make(map[glip.Part]int64),
	}
	for _, w := range glip.Work(glip.GLIPT(), glip.OptimizeFull, shape) {
		want.macs[w.Part] = 6 * w.MACs
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(traffic{})); diff != "" {
		t.Errorf("traffic (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(traffic{}, m.take(), cmp.AllowUnexported(traffic{})); diff != "" {
		t.Errorf("taken twice:\n%s", diff)
	}
}
