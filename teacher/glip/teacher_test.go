package glip

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/onnx"
	"github.com/groundmill/groundmill/teacher/ort"
)

// fakeSession answers with what answer makes of the inputs.
type fakeSession struct {
	props  []onnx.Property
	answer func(inputs []ort.Tensor) ([]ort.Tensor, error)
	closed bool
}

func (s *fakeSession) Metadata() map[string]string {
	m := map[string]string{}
	for _, p := range s.props {
		m[p.Key] = p.Value
	}
	return m
}
func (s *fakeSession) Outputs() []ort.ValueInfo { return nil }
func (s *fakeSession) Close() error             { s.closed = true; return nil }
func (s *fakeSession) Run(_ context.Context, inputs []ort.Tensor, _ []string) ([]ort.Tensor, error) {
	return s.answer(inputs)
}

// fakeModel is a teacher over a fake session, for images of 32 to 64 pixels.
func fakeModel(t *testing.T, answer func([]ort.Tensor) ([]ort.Tensor, error)) *Model {
	t.Helper()
	vocabulary := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "dog"}
	a := tiny
	a.BERT.Vocabulary = len(vocabulary)
	props, err := metadata{name: "fake", architecture: a, optimize: OptimizeNone, precision: Single, sizes: sizes{32, 64}, vocabulary: vocabulary}.properties()
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(&fakeSession{props: props, answer: answer}, Parameters{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// constant answers with one number for each kind of output.
func constant(logit, delta, centerness float32) func([]ort.Tensor) ([]ort.Tensor, error) {
	return func(inputs []ort.Tensor) ([]ort.Tensor, error) {
		shape, b, tokens := inputs[0].Shape, inputs[3].Shape[0], inputs[3].Shape[1]
		n := 0
		for _, g := range grids(teacher.Shape{Height: int(shape[1]), Width: int(shape[2])}) {
			n += g.positions()
		}
		fill := func(v float32, dims ...int64) ort.Tensor {
			size := 1
			for _, d := range dims {
				size *= int(d)
			}
			data := make([]float32, size)
			for i := range data {
				data[i] = v
			}
			return ort.NewTensor("", data, dims...)
		}
		p := int64(n)
		return []ort.Tensor{fill(logit, b, p, tokens), fill(delta, b, p, 4), fill(centerness, b, p)}, nil
	}
}

func prepare(t testing.TB, m *Model, ex teacher.Example) teacher.Prepared {
	t.Helper()
	p, err := m.Prepare(ex)
	if err != nil {
		t.Fatal(err)
	}
	return p[0]
}

// example is an image with one text.
func example(image *teacher.RGB, caption string, phrases ...schema.Span) teacher.Example {
	return teacher.Example{Image: image, Texts: []teacher.Text{{Caption: caption, Phrases: phrases}}}
}

func ground(t testing.TB, m *Model, batch ...teacher.Prepared) [][]teacher.Grounding {
	t.Helper()
	answers, err := m.Ground(context.Background(), batch)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]teacher.Grounding
	for i, a := range answers {
		if a.Err != nil {
			t.Fatalf("example %d: %v", i, a.Err)
		}
		out = append(out, a.Phrases)
	}
	return out
}

var dog = []schema.Span{{Start: 0, End: 3}}

// What the unoptimised graph is given: bytes in the corner, sizes, tokens padded
// to the longest text of the model.
func TestModelInputs(t *testing.T) {
	var got []ort.Tensor
	m := fakeModel(t, func(in []ort.Tensor) ([]ort.Tensor, error) {
		got = in
		return nil, errors.New("seen enough")
	})
	a := prepare(t, m, example(picture(40, 32, 1), "dog", dog...))
	b := prepare(t, m, example(picture(50, 32, 2), "dog dog dog", dog...))
	if _, err := m.Ground(context.Background(), []teacher.Prepared{a, b}); err == nil {
		t.Error("the session's error is lost")
	}
	shapes := map[string][]int64{}
	for _, in := range got {
		shapes[in.Name] = in.Shape
	}
	want := map[string][]int64{"pixels": {2, 32, 64, 3}, "sizes": {2, 2}, "images": {2}, "input_ids": {2, 16}, "attention_mask": {2, 16}}
	if diff := cmp.Diff(want, shapes); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff([]int64{32, 40, 32, 50}, got[1].Data); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{0, 1}, got[2].Data); diff != "" {
		t.Error(diff)
	}
	padded := func(a, b []int64) []int64 {
		both := make([]int64, 32)
		copy(both, a)
		copy(both[16:], b)
		return both
	}
	if diff := cmp.Diff(padded([]int64{2, 5, 3}, []int64{2, 5, 5, 5, 3}), got[3].Data); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(padded([]int64{1, 1, 1}, []int64{1, 1, 1, 1, 1}), got[4].Data); diff != "" {
		t.Error(diff)
	}
	second := got[0].Data.([]uint8)[32*64*3:]
	if diff := cmp.Diff(picture(50, 32, 2).Pix[150*31:], second[64*3*31:][:150]); diff != "" {
		t.Error(diff)
	}
}

func TestGroundWithoutPhrasesOrExamples(t *testing.T) {
	m := fakeModel(t, constant(0, 0, 0))
	if out := ground(t, m); out != nil {
		t.Errorf("empty batch gave %v", out)
	}
	out := ground(t, m, prepare(t, m, example(picture(32, 32, 1), "")))
	if diff := cmp.Diff([][]teacher.Grounding{{}}, out); diff != "" {
		t.Error(diff)
	}
}

func TestPrepareRefuses(t *testing.T) {
	m := fakeModel(t, nil)
	cases := map[string]*teacher.RGB{
		"nil": nil, "empty": {}, "short": {Width: 2, Height: 2, Pix: make([]byte, 11)}, "elongated": picture(1, 4000, 1),
	}
	for name, image := range cases {
		_, err := m.Prepare(example(image, "dog"))
		if !errors.Is(err, teacher.ErrExample) || errors.Is(err, teacher.ErrExtremeAspect) != (name == "elongated") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestPrepareDoesNotKeepTheImage(t *testing.T) {
	m := fakeModel(t, nil)
	image := picture(32, 32, 1)
	p := prepare(t, m, example(image, "")).(*prepared)
	clear(image.Pix)
	if diff := cmp.Diff(picture(32, 32, 1).Pix, p.image.Pix); diff != "" {
		t.Error("the example's pixels are still in use")
	}
}

type foreign struct{ *prepared }

func TestGroundRefusesWhatIsNoBatch(t *testing.T) {
	m := fakeModel(t, constant(0, 0, 0))
	small := prepare(t, m, example(picture(32, 32, 1), ""))
	wide := prepare(t, m, example(picture(64, 32, 1), ""))
	for want, batch := range map[string][]teacher.Prepared{
		"example 1 of the batch has shape": {small, wide},
		"by another teacher":               {foreign{small.(*prepared)}},
	} {
		if _, err := m.Ground(context.Background(), batch); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestGroundReportsABrokenModel(t *testing.T) {
	short := func(in []ort.Tensor) ([]ort.Tensor, error) {
		out, _ := constant(0, 0, 0)(in)
		out[1] = ort.NewTensor("bbox", make([]float32, 8), 1, 2, 4)
		return out, nil
	}
	integers := func(in []ort.Tensor) ([]ort.Tensor, error) {
		out, _ := constant(0, 0, 0)(in)
		out[0] = ort.NewTensor("logits", make([]int64, 8), 8)
		return out, nil
	}
	for want, answer := range map[string]func([]ort.Tensor) ([]ort.Tensor, error){
		"output bbox has shape [1 ": short,
		`"logits" holds`:            integers,
	} {
		m := fakeModel(t, answer)
		p := prepare(t, m, example(picture(32, 32, 1), "dog", dog...))
		if _, err := m.Ground(context.Background(), []teacher.Prepared{p}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// eager finds boxes in the noise of random weights.
var eager = Parameters{InferenceThreshold: 0.002, NMS: 0.6, Detections: 20}

func miniExample(width, height int, words ...int) teacher.Example {
	var caption strings.Builder
	var spans []schema.Span
	for _, w := range words {
		start := int32(caption.Len())
		fmt.Fprintf(&caption, "word%d", w)
		spans = append(spans, schema.Span{Start: start, End: int32(caption.Len())})
		caption.WriteByte(' ')
	}
	return example(picture(width, height, uint32(width)), caption.String(), spans...)
}

var groundingNoise = cmp.Options{cmpopts.EquateApprox(0, 1e-5), cmp.Comparer(func(a, b schema.Box) bool {
	near := func(x, y float32) bool { return math.Abs(float64(x-y)) < 1e-2 }
	return near(a.X1, b.X1) && near(a.Y1, b.Y1) && near(a.X2, b.X2) && near(a.Y2, b.Y2)
})}

// An example's answer must not depend on its neighbours: neither on their
// pixels nor on the length of their captions.
func TestBatchEqualsSingles(t *testing.T) {
	m := openMini(t, eager)
	examples := []teacher.Example{
		miniExample(90, 140, 100, 200), miniExample(101, 157, 7, 8, 9, 10, 11, 12), miniExample(88, 138, 300),
	}
	var batch []teacher.Prepared
	var alone [][]teacher.Grounding
	found := 0
	for _, ex := range examples {
		alone = append(alone, ground(t, m, prepare(t, m, ex))...)
		batch = append(batch, prepare(t, m, ex))
	}
	together := ground(t, m, batch...)
	if diff := cmp.Diff(alone, together, groundingNoise); diff != "" {
		t.Error(diff)
	}
	for _, g := range together[1] {
		found += len(g.Boxes)
	}
	if found == 0 {
		t.Error("no boxes: the test compares nothing")
	}
}

// Padding of the text changes nothing, and what lies outside an image is not
// looked at.
func TestPaddingIsInvisible(t *testing.T) {
	m := openMini(t, eager)
	run := func(padding int, garbage byte) []float32 {
		p := prepare(t, m, miniExample(120, 90, 55, 66, 77)).(*prepared)
		q := queries([]*prepared{p})
		for range padding {
			q[0].ids, q[0].mask = append(q[0].ids, 5), append(q[0].mask, 0)
		}
		buffer := make([]uint8, 1<<20)
		for i := range buffer {
			buffer[i] = garbage
		}
		pixelBuffers.Put(&buffer)
		length := longest(q)
		out, err := newBatch(q, length, selectAll(q, length)).run(context.Background(), m.session, 0, denseOutputs)
		if err != nil {
			t.Fatal(err)
		}
		var data [3][]float32
		for i := range out {
			if data[i], err = ort.Values[float32](out[i]); err != nil {
				t.Fatal(err)
			}
		}
		var logits []float32
		for n := range data[2] {
			logits = append(logits, data[0][n*length:][:5]...)
		}
		return slices.Concat(logits, data[1], data[2])
	}
	want := run(0, 0)
	for name, got := range map[string][]float32{"text": run(11, 0), "image": run(0, 255)} {
		if diff := maxDiff(got, want); diff > 1e-5 {
			t.Errorf("padding of the %s changes outputs by %g", name, diff)
		}
	}
}

// Every size must pass through windows, merging and the flattened offsets.
func TestOddSizes(t *testing.T) {
	m := openMini(t, eager)
	for _, size := range [][2]int{{1, 1}, {3, 2}, {33, 47}, {213, 100}, {1, 300}, {400, 2}, {500, 501}} {
		ex := miniExample(size[0], size[1], 42, 43)
		for _, g := range ground(t, m, prepare(t, m, ex))[0] {
			if !(g.Best > 0 && g.Best < 1) {
				t.Errorf("%v: best %v", size, g.Best)
			}
			for _, b := range g.Boxes {
				if !inside(b.Box, float32(size[0]), float32(size[1])) {
					t.Errorf("%v: box %v", size, b)
				}
			}
		}
	}
}

func TestGroundStopsWithItsContext(t *testing.T) {
	m := openMini(t, eager)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p := prepare(t, m, miniExample(120, 90, 55))
	if _, err := m.Ground(ctx, []teacher.Prepared{p}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestConcurrentUse(t *testing.T) {
	m := openMini(t, eager)
	var examples []teacher.Example
	var want [][]teacher.Grounding
	for i := range 4 {
		examples = append(examples, miniExample(80+10*i, 60, 100+i, 200+i))
		want = append(want, ground(t, m, prepare(t, m, examples[i]))...)
	}
	got := make([][]teacher.Grounding, len(examples))
	var group errgroup.Group
	for i, ex := range examples {
		group.Go(func() error {
			p, err := m.Prepare(ex)
			if err != nil {
				return err
			}
			out, err := m.Ground(context.Background(), p)
			if err == nil {
				got[i] = out[0].Phrases
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, groundingNoise); diff != "" {
		t.Error(diff)
	}
}
