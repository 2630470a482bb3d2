package synthetic

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

func example(w, h int, shade byte, caption string, spans ...schema.Span) teacher.Example {
	pix := make([]byte, 3*w*h)
	for i := range pix {
		pix[i] = shade
	}
	text := teacher.Text{Caption: caption, Phrases: spans}
	return teacher.Example{Image: &teacher.RGB{Width: w, Height: h, Pix: pix}, Texts: []teacher.Text{text}}
}

func TestAnswersDependOnExampleOnly(t *testing.T) {
	fox := example(70, 50, 1, "a fox and a hen", schema.Span{Start: 0, End: 5}, schema.Span{Start: 10, End: 15})
	other := example(100, 60, 2, "a fox", schema.Span{Start: 0, End: 5})
	a, b := New(Options{}), New(Options{Latency: time.Microsecond, Stride: 128})
	alone := ground(t, a, fox)
	if diff := cmp.Diff(alone[0], ground(t, b, other, fox)[1]); diff != "" {
		t.Errorf("answer changed with the batch (-alone +batch):\n%s", diff)
	}
	if cmp.Equal(alone[0].Phrases[0], ground(t, a, other)[0].Phrases[0]) {
		t.Error("the same phrase in another image has the same boxes")
	}
	if cmp.Equal(alone[0].Phrases[0], ground(t, New(Options{Seed: 1}), fox)[0].Phrases[0]) {
		t.Error("another seed gives the same boxes")
	}
}

// TestTextsOfOneImage wants the answers that each text gets on its own.
func TestTextsOfOneImage(t *testing.T) {
	first := example(70, 50, 1, "a fox and a hen", schema.Span{Start: 0, End: 5}, schema.Span{Start: 10, End: 15})
	second := example(70, 50, 1, "one hen", schema.Span{Start: 4, End: 7})
	none := example(70, 50, 1, "nothing asked")
	teach := New(Options{})
	want := ground(t, teach, first, second, none)
	first.Texts = append(first.Texts, second.Texts[0], none.Texts[0])
	if diff := cmp.Diff(want, ground(t, teach, first)); diff != "" {
		t.Errorf("answers (-image by image +texts of one image):\n%s", diff)
	}
}

func ground(t *testing.T, teach *Teacher, examples ...teacher.Example) []teacher.Answer {
	t.Helper()
	var batch []teacher.Prepared
	for _, ex := range examples {
		texts, err := teach.Prepare(ex)
		if err != nil {
			t.Fatal(err)
		}
		batch = append(batch, texts...)
	}
	out, err := teach.Ground(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnswersKeepThePromises(t *testing.T) {
	teach := New(Options{})
	const phrases = 500
	grounded := 0
	for i := range phrases {
		w, h := 1+i%90, 1+i%70
		g := ground(t, teach, example(w, h, byte(i), "thing", schema.Span{Start: 0, End: 5}))[0].Phrases[0]
		last := g.Best
		for _, b := range g.Boxes {
			if b.Score > last || b.X1 < 0 || b.Y1 < 0 || b.X2 > float32(w) || b.Y2 > float32(h) || b.Width() <= 0 || b.Height() <= 0 {
				t.Fatalf("bad box %+v in a %d×%d image after score %v", b, w, h, last)
			}
			last = b.Score
		}
		if len(g.Boxes) > 0 && g.Boxes[0].Score > 0.5 {
			grounded++
		}
	}
	if grounded < phrases/4 || grounded > phrases/2 {
		t.Errorf("%d of %d phrases have a box above 0.5", grounded, phrases)
	}
}

func TestLongCaptions(t *testing.T) {
	text := make([]rune, promptLimit+10)
	for i := range text {
		text[i] = 'é'
	}
	teach := New(Options{})
	inside, beyond := schema.Span{Start: 0, End: 3}, schema.Span{Start: promptLimit, End: promptLimit + 3}
	for _, tt := range []struct {
		length        int
		wantTruncated bool
	}{{promptLimit, false}, {promptLimit + 1, true}} {
		p, err := teach.Prepare(example(8, 8, 0, string(text[:tt.length])))
		if err != nil || len(p) != 1 || p[0].CaptionTruncated() != tt.wantTruncated {
			t.Errorf("caption of %d code points gave %+v, %v; want truncated %v", tt.length, p, err, tt.wantTruncated)
		}
	}
	g := ground(t, teach, example(8, 8, 0, string(text), inside, beyond))[0].Phrases
	if g[0].BeyondPrompt || !g[1].BeyondPrompt {
		t.Errorf("beyond prompt: %v and %v, want false and true", g[0].BeyondPrompt, g[1].BeyondPrompt)
	}
}

func TestPrepareRefuses(t *testing.T) {
	teach := New(Options{})
	if _, err := teach.Prepare(example(1, 101, 0, "x")); !errors.Is(err, teacher.ErrExtremeAspect) || !errors.Is(err, teacher.ErrExample) {
		t.Errorf("1×101 image gave %v", err)
	}
	if _, err := teach.Prepare(example(8, 8, 0, "x", schema.Span{Start: 0, End: 9})); !errors.Is(err, teacher.ErrExample) {
		t.Errorf("span outside the caption gave %v", err)
	}
}

func TestGroundStopsWithContext(t *testing.T) {
	teach := New(Options{Latency: time.Hour})
	p, err := teach.Prepare(example(8, 8, 0, "x"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("enough")
	cancel(stop)
	if _, err := teach.Ground(ctx, p); !errors.Is(err, stop) {
		t.Errorf("Ground gave %v, want the cause", err)
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		name   string
		want   Options
		wantOK bool
		bad    bool
	}{
		{name: "model.onnx"},
		{name: "synthetic:", wantOK: true},
		{name: "synthetic:latency=20ms,per_image=1ms,stride=32,seed=7", wantOK: true,
			want: Options{Latency: 20 * time.Millisecond, PerImage: time.Millisecond, Stride: 32, Seed: 7}},
		{name: "synthetic:speed=9", wantOK: true, bad: true},
		{name: "synthetic:latency=fast", wantOK: true, bad: true},
		{name: "synthetic:latency=-1s", wantOK: true, bad: true},
	}
	for _, tt := range tests {
		got, ok, err := Parse(tt.name)
		if ok != tt.wantOK || (err != nil) != tt.bad || got != tt.want {
			t.Errorf("Parse(%q) = %+v, %v, %v", tt.name, got, ok, err)
		}
	}
}
