package teacherbench

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

func TestAttribute(t *testing.T) {
	node := func(name string, milliseconds time.Duration) ort.NodeTime {
		return ort.NodeTime{Node: name, Time: milliseconds * time.Millisecond}
	}
	tests := []struct {
		name  string
		trace ort.Trace
		want  PartTimes
	}{
		{
			"names, and order where they fail",
			ort.Trace{Runs: 2, Time: 100 * time.Millisecond, Nodes: []ort.NodeTime{
				node("Memcpy_1", 1), node("swin/0/0/MatMul_2", 10), node("BiasGelu", 4), node("BiasGelu_token_3", 2),
				node("head/0/fusion/MatMul_9", 20), node("fused swin/0/1/MatMul_7", 5), node("Transpose", 3),
			}},
			PartTimes{
				Runs: 2, Between: 55 * time.Millisecond, Inferred: 9 * time.Millisecond,
				Parts: map[glip.Part]time.Duration{
					glip.PartOther: time.Millisecond, glip.PartBackbone: 24 * time.Millisecond, glip.PartFusion: 20 * time.Millisecond,
				},
			},
		},
		{
			"runs at once",
			ort.Trace{Runs: 1, Time: time.Millisecond, Nodes: []ort.NodeTime{node("fpn/Conv_1", 3)}},
			PartTimes{Runs: 1, Parts: map[glip.Part]time.Duration{glip.PartFPN: 3 * time.Millisecond}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Attribute(tt.trace)); diff != "" {
				t.Errorf("times (-want +got):\n%s", diff)
			}
		})
	}
}
