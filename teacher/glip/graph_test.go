package glip

import (
	"context"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/groundmill/groundmill/teacher/onnx"
	"github.com/groundmill/groundmill/teacher/ort"
)

// randomWeights draws a tensor from its name.
type randomWeights map[string][]int

func weightsFor(a Architecture) randomWeights {
	w := randomWeights{}
	for _, s := range SpecFor(a) {
		w[s.Name] = s.Shape
	}
	return w
}

func (w randomWeights) Shape(name string) []int { return w[name] }

func (w randomWeights) Values(name string) ([]float32, error) {
	h := fnv.New64a()
	io.WriteString(h, name)
	r := rand.New(rand.NewPCG(h.Sum64(), 0))
	values := make([]float32, elements([]TensorSpec{{name, w[name]}}))
	for i := range values {
		values[i] = float32(0.1 * r.NormFloat64())
	}
	return values, nil
}

func (w randomWeights) Stream(name string, out io.Writer) error {
	values, err := w.Values(name)
	if err != nil {
		return err
	}
	return writeFloats(out, values)
}

// Every shape of architecture must give a graph that the runtime accepts, for
// maps smaller and larger than a window and for odd sizes of the upper levels.
func TestGraphRuns(t *testing.T) {
	loadRuntime(t)
	noFusion, large, single := tiny, tiny, tiny
	noFusion.FusionEmbed = 0
	large.Swin.Window, large.Swin.Depths, large.Blocks = 12, [4]int{2, 2, 3, 2}, 2
	single.Swin.Depths, single.BERT.Layers = [4]int{1, 1, 1, 1}, 2
	for name, a := range map[string]Architecture{"fusion": tiny, "no fusion": noFusion, "large windows": large, "no shifts": single} {
		t.Run(name, func(t *testing.T) {
			s := openRandom(t, a)
			for _, size := range [][2]int{{32, 32}, {96, 160}} {
				runRandom(t, s, a, size[0], size[1])
			}
		})
	}
}

func openRandom(t *testing.T, a Architecture) Session {
	t.Helper()
	g, err := buildGraph(a, weightsFor(a), false)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.onnx")
	if _, err := (&onnx.Model{Graph: g, Opset: opset}).WriteFile(path, onnx.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	return openSession(t, path)
}

// runRandom runs a batch of two whose second text is shorter, and looks for
// finite outputs of the right sizes.
func runRandom(t *testing.T, s Session, a Architecture, height, width int) {
	t.Helper()
	var queries []query
	for i := range 2 {
		p, err := prepareImage(sizes{min(height, width), max(height, width)}, picture(width, height, uint32(i)))
		if err != nil {
			t.Fatal(err)
		}
		text := prompt{ids: []int64{1, 2, 3, 4}[:4-i], mask: []int64{1, 1, 1, 1}[:4-i]}
		queries = append(queries, query{prepared: p, prompt: text})
	}
	b := newBatch(queries)
	tensors, err := b.run(context.Background(), s, headOutputs)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.split(tensors); err != nil {
		t.Error(err)
	}
	for i, tensor := range tensors {
		values, err := ort.Values[float32](tensor)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Fatalf("%s has %v", headOutputs[i], v)
			}
		}
	}
}

// The number of operators costs time in every run; growth should be a decision.
func TestGraphSize(t *testing.T) {
	for name, c := range map[string]struct {
		a   Architecture
		max int
	}{"GLIP-T": {glipT, 4300}, "tiny": {tiny, 1400}} {
		g, err := buildGraph(c.a, weightsFor(c.a), false)
		if err != nil {
			t.Fatal(err)
		}
		if g.Nodes() > c.max {
			t.Errorf("%s has %d operators, more than %d", name, g.Nodes(), c.max)
		}
	}
}
