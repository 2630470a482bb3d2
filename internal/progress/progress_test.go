package progress

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPlainLines(t *testing.T) {
	now := time.Unix(0, 0)
	var out bytes.Buffer
	p := plain(&out, "annotate", "pairs", func() time.Time { return now })
	for _, step := range []struct {
		after       time.Duration
		done, total int64
	}{
		{time.Second, 1, 100},       // too soon for a line
		{10 * time.Second, 22, 100}, // 11 s: a line
		{time.Second, 30, 100},
		{9 * time.Second, 42, 0}, // total no longer known
		{time.Second, 100, 100},  // shown by Stop
	} {
		now = now.Add(step.after)
		p.Set(step.done, step.total)
	}
	p.Stop()
	p.Stop() // the final line appears once
	want := `annotate: 22 of 100 pairs (22%), 2.0/s, 11s gone, about 39s left
annotate: 42 pairs, 2.0/s, 21s
annotate: 100 of 100 pairs (100%), 4.5/s, 22s gone, about 0s left
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

func TestBarDrawsRateAndTimeLeft(t *testing.T) {
	var out bytes.Buffer
	p := &Progress{view: &bar{w: &out, what: "annotate", items: "pairs"}, clock: time.Now}
	p.Set(1, 10)
	p.Set(10, 10)
	p.Stop()
	for _, want := range []string{"annotate", "10/10", "pairs"} {
		if !bytes.Contains(out.Bytes(), []byte(want)) {
			t.Errorf("bar %q does not show %q", out.String(), want)
		}
	}
}
