package glip

import (
	"context"
	"io"
	"math"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/ort"
)

// openPlain returns glip-mini as the official modules compute it.
func openPlain(t *testing.T, p Parameters) *Model {
	t.Helper()
	loadRuntime(t)
	path, _ := importMini(t, ImportOptions{Vocab: miniVocabulary(), Optimize: OptimizeNone})
	m := openWhole(t, path, p)
	t.Cleanup(func() { m.Close() })
	return m
}

// Every optimization together changes the last layer by rounding alone, also
// where a text is much shorter than its neighbour.
func TestOptimizedEqualsPlain(t *testing.T) {
	plain, full := openPlain(t, eager), openMini(t, eager)
	var examples []*prepared
	for _, ex := range []teacher.Example{
		miniExample(90, 140, 100, 200), miniExample(101, 157, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22),
	} {
		examples = append(examples, prepare(t, full, ex).(*prepared))
	}
	q := queries(examples)
	short := longest(q)
	padded := dense(t, plain, newBatch(q, plain.maxTokens, nil))
	cut := dense(t, full, newBatch(q, short, selectAll(q, short)))
	padded[0] = firstColumns(padded[0], plain.maxTokens, short)
	for i, name := range denseOutputs {
		if name == outputLogits {
			name = "token probabilities"
			cut[i], padded[i] = probabilities(cut[i]), probabilities(padded[i])
		}
		diff := maxDiff(cut[i], padded[i])
		if diff > 1e-5 {
			t.Errorf("%s differ by %g", name, diff)
		}
		t.Logf("%s: %.2g", name, diff)
	}
}

func probabilities(logits []float32) []float32 {
	out := make([]float32, len(logits))
	for i, x := range logits {
		out[i] = sigmoid(x)
	}
	return out
}

// dense returns the last layer.
func dense(t *testing.T, m *Model, b *batch) (values [3][]float32) {
	t.Helper()
	out, err := b.run(context.Background(), m.session, 0, denseOutputs)
	if err != nil {
		t.Fatal(err)
	}
	for i := range out {
		if values[i], err = ort.Values[float32](out[i]); err != nil {
			t.Fatal(err)
		}
	}
	return values
}

// firstColumns cuts rows of so many values down to fewer.
func firstColumns(values []float32, from, to int) (out []float32) {
	for i := 0; i < len(values); i += from {
		out = append(out, values[i:i+to]...)
	}
	return out
}

// What the graph picks is what the definition in Go picks, and several texts of
// one image are grounded as if each had its own.
func TestGroundingsOfBothForms(t *testing.T) {
	plain, full := openPlain(t, eager), openMini(t, eager)
	long := miniExample(200, 120, 31, 32, 33, 34, 35, 36)
	long.Texts[0].Phrases = append(long.Texts[0].Phrases, schema.Span{Start: 5000, End: 5003})
	several := miniExample(90, 140, 1, 2, 3)
	several.Texts = append(several.Texts, miniExample(90, 140, 44, 55).Texts[0], teacher.Text{Caption: "word9"})
	boxes := 0
	for name, ex := range map[string]teacher.Example{"six phrases and one outside": long, "three texts": several} {
		t.Run(name, func(t *testing.T) {
			together, err := full.Prepare(ex)
			if err != nil {
				t.Fatal(err)
			}
			got := ground(t, full, together...)
			for i, text := range ex.Texts {
				want := ground(t, plain, prepare(t, plain, example(ex.Image, text.Caption, text.Phrases...)))[0]
				if diff := cmp.Diff(want, got[i], groundingNoise); diff != "" {
					t.Errorf("text %d: %s", i, diff)
				}
				for _, g := range got[i] {
					boxes += len(g.Boxes)
				}
			}
		})
	}
	if boxes == 0 {
		t.Error("no boxes: the test compares nothing")
	}
}

// Texts of one image share its pixels on the way to the model.
func TestSharedImages(t *testing.T) {
	m := fakeModel(t, nil)
	ex := example(picture(40, 32, 1), "dog", dog...)
	ex.Texts = append(ex.Texts, ex.Texts[0])
	both, err := m.Prepare(ex)
	if err != nil {
		t.Fatal(err)
	}
	other := prepare(t, m, example(picture(50, 32, 2), "dog", dog...))
	own, err := sameShape([]teacher.Prepared{both[0], other, both[1]})
	if err != nil {
		t.Fatal(err)
	}
	b := m.form.batch(queries(own))
	if diff := cmp.Diff([]int64{0, 1, 0}, b.images); diff != "" || len(b.pixmaps) != 2 {
		t.Errorf("%d pixmaps, images %s", len(b.pixmaps), diff)
	}
}

// Pixels are given back with the last text that needs them.
func TestRelease(t *testing.T) {
	m := fakeModel(t, constant(3, 0, 3))
	ex := example(picture(40, 32, 1), "dog", dog...)
	ex.Texts = append(ex.Texts, ex.Texts[0])
	both, err := m.Prepare(ex)
	if err != nil {
		t.Fatal(err)
	}
	both[0].Release()
	if best := ground(t, m, both[1])[0][0].Best; best == 0 {
		t.Error("the second text has lost its image")
	}
	both[1].Release()
	if left := both[1].(*prepared).image.Pix; left != nil {
		t.Errorf("%d bytes are kept", len(left))
	}
}

// A model that computes NaN gives no answer, neither by its scores nor by silence.
func TestUnsoundModel(t *testing.T) {
	loadRuntime(t)
	for _, o := range Optimizations {
		for _, tensor := range []string{headPrefix + "centerness.bias", headPrefix + "bias0"} {
			w := poisoned{weightsFor(tiny), tensor}
			s := openWeights(t, tiny, w, o, Single)
			f := newForm(o, 4)
			q := tinyQueries(t, 64, 64)
			b := f.batch(q)
			tensors, err := b.run(context.Background(), s, 0.05, f.outputs())
			if err != nil {
				t.Fatal(err)
			}
			readings, err := f.read(b, tensors, DefaultParameters())
			if err != nil {
				t.Fatal(err)
			}
			if readings[0].sound {
				t.Errorf("%s, NaN in %s: sound", o, tensor)
			}
		}
	}
}

// poisoned has NaN in one tensor.
type poisoned struct {
	randomWeights
	name string
}

func (p poisoned) Stream(name string, w io.Writer) error {
	values, err := p.Values(name)
	if err != nil {
		return err
	}
	return writeFloats(w, values)
}

func (p poisoned) Values(name string) ([]float32, error) {
	values, err := p.randomWeights.Values(name)
	if name == p.name {
		values[0] = float32(math.NaN())
	}
	return values, err
}

func TestBucket(t *testing.T) {
	for _, c := range []struct{ n, limit, want int }{{1, 256, 16}, {16, 256, 16}, {17, 256, 32}, {200, 256, 256}, {20, 24, 24}, {3, 14, 14}} {
		if got := textBucket(c.n, c.limit); got != c.want {
			t.Errorf("%d tokens of at most %d: %d, want %d", c.n, c.limit, got, c.want)
		}
	}
	for n, want := range map[int]int{1: 4, 4: 4, 5: 8, 128: 128, 300: 300} {
		if got := phraseBucket(n); got != want {
			t.Errorf("%d phrases: %d, want %d", n, got, want)
		}
	}
}

func TestImportRefusesAnUnknownOptimization(t *testing.T) {
	_, err := Import(context.Background(), ImportOptions{
		Checkpoint: shared(t, "glip-mini.pth"), Output: filepath.Join(t.TempDir(), "m.onnx"), Optimize: "best",
	})
	if err == nil {
		t.Error("no error")
	}
}
