package glip

import (
	"context"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
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
			for _, o := range Optimizations {
				p := Single
				if name == "large windows" && o == OptimizeFull {
					p = Half
				}
				s := openRandom(t, a, o, p)
				for _, size := range [][2]int{{32, 32}, {96, 160}} {
					runRandom(t, s, newForm(o, 4), size[0], size[1])
				}
			}
		})
	}
}

func openRandom(t *testing.T, a Architecture, o Optimization, p Precision) Session {
	t.Helper()
	return openWeights(t, a, weightsFor(a), o, p)
}

func openWeights(t *testing.T, a Architecture, w tensorSource, o Optimization, p Precision) Session {
	t.Helper()
	g, err := buildGraph(a, w, graphOptions{optimize: o, precision: p})
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
func runRandom(t *testing.T, s Session, f form, height, width int) {
	t.Helper()
	b, names := f.batch(tinyQueries(t, height, width)), slices.Concat(denseOutputs, f.outputs())
	tensors, err := b.run(context.Background(), s, 0.05, names)
	if err != nil {
		t.Fatal(err)
	}
	readings, err := f.read(b, tensors[len(denseOutputs):], DefaultParameters())
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range readings {
		if !r.sound || len(r.best) != 2 {
			t.Errorf("query %d: %+v", i, r)
		}
	}
	for i, tensor := range tensors[:len(denseOutputs)] {
		values, err := ort.Values[float32](tensor)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Fatalf("%s has %v", names[i], v)
			}
		}
	}
}

// tinyQueries are two images of a size with texts of three and four tokens.
func tinyQueries(t *testing.T, height, width int) (queries []query) {
	t.Helper()
	for i := range 2 {
		p, err := prepareImage(sizes{min(height, width), max(height, width)}, picture(width, height, uint32(i)))
		if err != nil {
			t.Fatal(err)
		}
		text := prompt{ids: []int64{1, 2, 3, 4}[:4-i], mask: []int64{1, 1, 1, 1}[:4-i]}
		text.columns = [][]int32{{1}, {1, 2}}
		queries = append(queries, query{prepared: &prepared{pixmap: p}, prompt: text})
	}
	return queries
}

// The number of operators costs time in every run; growth should be a decision.
func TestGraphSize(t *testing.T) {
	for name, c := range map[string]struct {
		a   Architecture
		max int
	}{"GLIP-T": {glipT, 4450}, "tiny": {tiny, 1400}} {
		g, err := buildGraph(c.a, weightsFor(c.a), graphOptions{optimize: OptimizeFull, precision: Single})
		if err != nil {
			t.Fatal(err)
		}
		if g.Nodes() > c.max {
			t.Errorf("%s has %d operators, more than %d", name, g.Nodes(), c.max)
		}
	}
}
