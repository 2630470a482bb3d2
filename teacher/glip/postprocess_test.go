package glip

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

var square = frame{
	shape: teacher.Shape{Height: 64, Width: 96}, resizedWidth: 90, resizedHeight: 60,
	originalWidth: 180, originalHeight: 240,
}

// randomOutput draws logits around mean for a frame.
func randomOutput(r *rand.Rand, f frame, tokens int, mean float64) output {
	n := 0
	for _, g := range grids(f.shape) {
		n += g.positions()
	}
	draw := func(n int, mean, std float64) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(mean + std*r.NormFloat64())
		}
		return v
	}
	return output{logits: draw(n*tokens, mean, 2), deltas: draw(4*n, 0, 2), centerness: draw(n, 0, 1), tokens: tokens}
}

// naive is detect without any shortcut.
func naive(p Parameters, out output, f frame, columns [][]int32) (found []detection, best []float32) {
	best = make([]float32, len(columns))
	for level, g := range grids(f.shape) {
		var candidates []detection
		for position := range g.positions() {
			n := g.first + position
			for k, c := range columns {
				var mean float32
				for _, column := range c {
					mean += sigmoid(out.logits[n*out.tokens+int(column)])
				}
				mean /= float32(len(c))
				d := detection{phrase: int32(k), level: int32(level), position: int32(position), score: sqrt(mean * sigmoid(out.centerness[n]))}
				d.box = g.decode(position, out.deltas[4*n:4*n+4])
				if d.score > best[k] {
					best[k] = d.score
				}
				if mean > p.InferenceThreshold && !d.box.isNaN() {
					d.box = d.box.clip(f.resizedWidth, f.resizedHeight)
					candidates = append(candidates, d)
				}
			}
		}
		slices.SortFunc(candidates, byScore)
		found = append(found, candidates[:min(len(candidates), preNMSTop)]...)
	}
	slices.SortFunc(found, byScore)
	var kept []detection
	for _, d := range found {
		if !slices.ContainsFunc(kept, func(k detection) bool { return k.phrase == d.phrase && k.box.iou(d.box) > p.NMS }) {
			kept = append(kept, d)
		}
	}
	if len(kept) > p.Detections {
		kept = slices.DeleteFunc(kept, func(d detection) bool { return d.score < kept[p.Detections-1].score })
	}
	for i := range kept {
		kept[i].box = kept[i].box.scale(float64(f.originalWidth)/float64(f.resizedWidth), float64(f.originalHeight)/float64(f.resizedHeight))
	}
	return kept, best
}

func TestDetectEqualsItsDefinition(t *testing.T) {
	columns := [][]int32{{1, 2}, {4}, nil, {2, 3, 4}}
	options := cmp.Options{cmp.AllowUnexported(detection{}, box{}), cmpopts.EquateEmpty()}
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		out := randomOutput(r, square, 6, []float64{-8, -5, -2, 1}[seed%4])
		p := DefaultParameters()
		p.Detections = 1 + r.IntN(30)
		found, best := p.detect(out, square, columns)
		wantFound, wantBest := naive(p, out, square, columns)
		if diff := cmp.Diff(wantFound, found, options); diff != "" {
			t.Errorf("seed %d: detections: %s", seed, diff)
		}
		if diff := cmp.Diff(wantBest, best, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
			t.Errorf("seed %d: best: %s", seed, diff)
		}
	}
}

// Numbers that a broken model or an overflow gives must neither crash nor rank.
func TestDetectSurvivesNaNAndInf(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	weird := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1e38, -1e38}
	for range 50 {
		out := randomOutput(r, square, 4, -2)
		for _, values := range [][]float32{out.logits, out.deltas, out.centerness} {
			for range len(values) / 3 {
				values[r.IntN(len(values))] = weird[r.IntN(len(weird))]
			}
		}
		found, best := DefaultParameters().detect(out, square, [][]int32{{1}, {2, 3}})
		for _, b := range best {
			if !(b >= 0 && b <= 1) {
				t.Fatalf("best %v", best)
			}
		}
		for _, g := range groundings(found, best, square, [][]int32{{1}, {2, 3}}) {
			for _, b := range g.Boxes {
				if !(b.Score > 0 && b.Score <= g.Best) || !inside(b.Box, 180, 240) {
					t.Fatalf("box %v of best %v", b, g.Best)
				}
			}
		}
	}
}

func inside(b schema.Box, width, height float32) bool {
	return b.X1 >= 0 && b.Y1 >= 0 && b.X2 >= b.X1 && b.Y2 >= b.Y1 && b.X2 <= width && b.Y2 <= height
}

// flatOutput has one logit everywhere, so that every tie-break shows.
func flatOutput(f frame, logit float32) output {
	out := randomOutput(rand.New(rand.NewPCG(0, 0)), f, 3, 0)
	for i := range out.logits {
		out.logits[i] = logit
	}
	clear(out.deltas)
	clear(out.centerness)
	return out
}

func TestTies(t *testing.T) {
	p := Parameters{InferenceThreshold: 0.05, NMS: 1, Detections: 4}
	found, _ := p.detect(flatOutput(square, 0), square, [][]int32{{1}, {2}})
	var order [][3]int32
	for _, d := range found {
		order = append(order, [3]int32{d.level, d.position, d.phrase})
	}
	// The first thousand of each level by position and phrase; all tie with the
	// fourth, so all stay.
	var want [][3]int32
	for level, g := range grids(square.shape) {
		for n := range int32(min(2*g.positions(), preNMSTop)) {
			want = append(want, [3]int32{int32(level), n / 2, n % 2})
		}
	}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Error(diff)
	}
}

func TestThresholdIsStrictAndBeforeCenterness(t *testing.T) {
	p := DefaultParameters()
	p.InferenceThreshold = 0.5
	if found, best := p.detect(flatOutput(square, 0), square, [][]int32{{1}}); len(found) > 0 || best[0] != sqrt(0.25) {
		t.Errorf("%d detections at the threshold, best %v", len(found), best)
	}
	out := flatOutput(square, 0.001)
	for i := range out.centerness {
		out.centerness[i] = -10
	}
	if found, _ := p.detect(out, square, [][]int32{{1}}); len(found) == 0 {
		t.Error("centerness counts against the threshold")
	}
}

func TestGroundings(t *testing.T) {
	columns := [][]int32{{1}, nil, {2}}
	found := []detection{
		{phrase: 2, score: 0.9, box: box{0, 0, 9, 9}},
		{phrase: 0, score: 0.8, box: box{5, 5, 179, 239}},
		{phrase: 2, score: 0.7, box: box{1, 1, 2, 2}},
	}
	got := groundings(found, []float32{0.8, 0, 0.9}, square, columns)
	want := []teacher.Grounding{
		{Best: 0.8, Boxes: []schema.ScoredBox{{Box: schema.Box{X1: 5, Y1: 5, X2: 180, Y2: 240}, Score: 0.8}}},
		{BeyondPrompt: true},
		{Best: 0.9, Boxes: []schema.ScoredBox{
			{Box: schema.Box{X2: 10, Y2: 10}, Score: 0.9},
			{Box: schema.Box{X1: 1, Y1: 1, X2: 3, Y2: 3}, Score: 0.7},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParametersValidate(t *testing.T) {
	if err := DefaultParameters().validate(); err != nil {
		t.Error(err)
	}
	bad := Parameters{InferenceThreshold: 1, NMS: -1, Detections: 0}
	err := bad.validate()
	if err == nil || len(err.(interface{ Unwrap() []error }).Unwrap()) != 3 {
		t.Errorf("error %v", err)
	}
}

func BenchmarkDetect(b *testing.B) {
	f := frame{shape: teacher.Shape{Height: 800, Width: 1344}, resizedWidth: 1333, resizedHeight: 800, originalWidth: 1333, originalHeight: 800}
	out := randomOutput(rand.New(rand.NewPCG(1, 2)), f, 32, -9)
	columns := [][]int32{{1, 2}, {4, 5, 6}, {8}, {10, 11}, {13, 14, 15}, {20}}
	for b.Loop() {
		DefaultParameters().detect(out, f, columns)
	}
}
