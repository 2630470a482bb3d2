package glip

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/ort"
)

// dogs is an example whose caption has n word pieces, of which the given ones
// are phrases.
func dogs(n int, phrases ...int32) teacher.Example {
	var spans []schema.Span
	for _, i := range phrases {
		spans = append(spans, schema.Span{Start: 4 * i, End: 4*i + 3})
	}
	return example(picture(32, 32, 1), strings.Repeat("dog ", n), spans...)
}

// The fake model reads 14 word pieces at once.
func TestBeyondPrompt(t *testing.T) {
	m := fakeModel(t, constant(3, 0, 3))
	ex := dogs(20, 0, 19, 30)
	ex.Texts[0].Phrases = append(ex.Texts[0].Phrases, schema.Span{Start: 0, End: 4*15 - 1}, schema.Span{Start: 0, End: 4*14 - 1})
	p := prepare(t, m, ex)
	if !p.CaptionTruncated() {
		t.Error("a phrase of 15 word pieces is read")
	}
	for i, g := range ground(t, m, p)[0] {
		beyond := i == 2 || i == 3 // outside of the caption, too long
		if g.BeyondPrompt != beyond || (len(g.Boxes) == 0) != beyond || (g.Best == 0) != beyond {
			t.Errorf("phrase %d: %+v", i, g)
		}
	}
	if prepare(t, m, dogs(20, 0, 19)).CaptionTruncated() {
		t.Error("a caption is truncated though all its phrases are read")
	}
}

// No run of the model is larger than the batch, the order of runs follows from
// the order of examples alone, and the first run is as without windows.
func TestWindowsInBatches(t *testing.T) {
	var sizes [][2]int64 // examples, tokens
	answer := constant(3, 0, 3)
	m := fakeModel(t, func(in []ort.Tensor) ([]ort.Tensor, error) {
		sizes = append(sizes, [2]int64(in[3].Shape))
		return answer(in)
	})
	cases := map[string]struct {
		batch []teacher.Example
		want  [][2]int64
	}{
		"one window each":         {[]teacher.Example{dogs(3, 0), dogs(14, 2)}, [][2]int64{{2, 16}}},
		"a long one alone":        {[]teacher.Example{dogs(40, 0, 20, 39)}, [][2]int64{{1, 16}, {1, 16}, {1, 16}}},
		"a long one between":      {[]teacher.Example{dogs(3, 0), dogs(60, 0, 20, 30, 50, 59), dogs(2, 1)}, [][2]int64{{3, 16}, {3, 16}, {1, 16}}},
		"windows without phrases": {[]teacher.Example{dogs(60, 50), dogs(2, 1)}, [][2]int64{{2, 16}}},
		"nothing asked":           {[]teacher.Example{dogs(60), dogs(60)}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			sizes = nil
			var batch []teacher.Prepared
			for _, ex := range c.batch {
				batch = append(batch, prepare(t, m, ex))
			}
			for i, answers := range ground(t, m, batch...) {
				if len(answers) != len(c.batch[i].Texts[0].Phrases) {
					t.Errorf("example %d: %d answers", i, len(answers))
				}
				for j, g := range answers {
					if g.BeyondPrompt || len(g.Boxes) == 0 {
						t.Errorf("example %d, phrase %d: %+v", i, j, g)
					}
				}
			}
			if diff := cmp.Diff(c.want, sizes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An example without a sound answer to one of its windows has none, and its
// neighbours have theirs.
func TestBrokenAnswerToAWindow(t *testing.T) {
	runs := 0
	m := fakeModel(t, func(in []ort.Tensor) ([]ort.Tensor, error) {
		if runs++; runs == 2 {
			return constant(0, 0, float32(math.NaN()))(in)
		}
		return constant(0, 0, 0)(in)
	})
	batch := []teacher.Prepared{prepare(t, m, dogs(3, 0)), prepare(t, m, dogs(20, 0, 19))}
	answers, err := m.Ground(context.Background(), batch)
	if err != nil {
		t.Fatal(err)
	}
	if err := answers[1].Err; answers[0].Err != nil || !errors.Is(err, teacher.ErrExample) || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("answers %+v", answers)
	}
}

// A window's phrases are grounded as if its text were the whole caption.
func TestWindowsEqualCaptionsOfTheirOwn(t *testing.T) {
	m := openTiny(t)
	image := picture(120, 90, 7)
	cases := map[string]struct{ limit, repeats int }{"short prompts": {12, 1}, "the model's own": {m.maxTokens, 12}}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m.maxTokens = c.limit
			caption, phrases := marked(strings.Repeat(story, c.repeats))
			whole := prepare(t, m, example(image, caption, phrases...))
			got := ground(t, m, whole)[0]
			pieces, _, windows := cut(m.tokenizer, caption, phrases, c.limit-2)
			if len(windows) < 3 || whole.CaptionTruncated() {
				t.Fatalf("%d windows, truncated %v", len(windows), whole.CaptionTruncated())
			}
			boxes := 0
			for _, w := range windows {
				own := example(image, w.text(caption, pieces))
				var answers []teacher.Grounding
				for _, i := range w.phrases {
					offset := pieces[w.start].Start
					own.Texts[0].Phrases = append(own.Texts[0].Phrases, schema.Span{Start: phrases[i].Start - offset, End: phrases[i].End - offset})
					answers = append(answers, got[i])
					boxes += len(got[i].Boxes)
				}
				if len(w.phrases) == 0 {
					continue
				}
				want := ground(t, m, prepare(t, m, own))[0]
				if diff := cmp.Diff(want, answers, groundingNoise); diff != "" {
					t.Errorf("window %q: %s", own.Texts[0].Caption, diff)
				}
			}
			if boxes == 0 {
				t.Error("no boxes: the test compares nothing")
			}
		})
	}
}

// story has about 60 word pieces, sentences of several lengths and phrases of
// one to four words.
const story = "<A red apple> lies on <a table> next to <two dogs>. <A cat> sees <the big yellow banana>! " +
	"On <the left> and on <the right> there are <umbrellas>, <boats> and <a small green car> which nobody drives. "

// openTiny returns the bundled teacher with eager parameters, for small images.
func openTiny(t *testing.T) *Model { return openTinyAs(t, Single) }

func openTinyAs(t *testing.T, p Precision) *Model {
	t.Helper()
	loadRuntime(t)
	path := filepath.Join(t.TempDir(), "tiny.onnx")
	checkpoint := filepath.Join("..", "..", "testdata", "tiny.pth")
	if _, err := Import(context.Background(), ImportOptions{Checkpoint: checkpoint, Output: path, Precision: p}); err != nil {
		t.Fatal(err)
	}
	m := openWhole(t, path, eager)
	t.Cleanup(func() { m.Close() })
	m.sizes = sizes{64, 96}
	return m
}

// A long caption does not change what its neighbours get.
func TestWindowsLeaveNeighboursAlone(t *testing.T) {
	m := openMini(t, eager)
	m.maxTokens = 8
	long := miniExample(101, 157, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
	near := miniExample(90, 140, 100, 200)
	alone := slices.Concat(ground(t, m, prepare(t, m, near)), ground(t, m, prepare(t, m, long)))
	together := ground(t, m, prepare(t, m, near), prepare(t, m, long))
	if diff := cmp.Diff(alone, together, groundingNoise); diff != "" {
		t.Error(diff)
	}
	for i, g := range together[1] {
		if g.BeyondPrompt || g.Best == 0 {
			t.Errorf("phrase %d: %+v", i, g)
		}
	}
}
