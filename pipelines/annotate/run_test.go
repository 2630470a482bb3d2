package annotate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSameBytesOnAnyNumberOfLanes(t *testing.T) {
	var tars [][]byte
	for i := range 9 {
		samples := pairs(20 + i)
		delete(samples[7].members, "jpg")
		samples[i].members["txt"] = "of and to"
		tars = append(tars, tarOf(t, samples...))
	}
	input := shards(t, tars...)
	var want map[string]string
	for i, lanes := range []int{1, 1, 4, 8} {
		opts := testOptions(t, input)
		opts.Teacher.Batch, opts.Teacher.Window = 4, 16
		opts.Beam.Lanes, opts.Teacher.Workers, opts.Teacher.InFlight = lanes, 1+i, 1+2*i
		if i == 3 {
			opts.Teacher.Model = "synthetic:latency=1ms"
		}
		r := mustRun(t, opts)
		if len(r.data)+len(r.rejects) != 9*24 || len(r.rejects) != 2*9-1 {
			t.Errorf("%d lanes: %d rows, %d rejects", lanes, len(r.data), len(r.rejects))
		}
		got := digests(t, opts.Output.Dir)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d lanes (-first run +this):\n%s", lanes, diff)
		}
	}
}
