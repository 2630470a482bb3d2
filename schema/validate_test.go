package schema

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// validRow returns a small row that Validate accepts.
func validRow() *Row {
	return &Row{
		Key: "k", Caption: "a dog and 🐕", Width: 10, Height: 8,
		ImageSHA256: strings.Repeat("0a", 32), Source: Source{Shard: "s.tar"},
		Phrases: []Phrase{
			{Text: "a dog", Span: Span{0, 5}, BestScore: 0.9, Boxes: []ScoredBox{
				{Box{0, 0, 10, 8}, 0.9}, {Box{1, 1, 2.5, 2}, 0.6},
			}},
			{Text: "🐕", Span: Span{10, 11}, BestScore: 0.25},
		},
	}
}

func TestValidate(t *testing.T) {
	nan := float32(math.NaN())
	tests := []struct {
		name string
		edit func(*Row)
		want []string // problems
	}{
		{"valid", func(*Row) {}, nil},
		{"no key", func(r *Row) { r.Key = "" }, []string{`key: is empty`}},
		{"key", func(r *Row) { r.Key = "\xff" }, []string{`key: "\xff" is not UTF-8`}},
		{"url", func(r *Row) { r.URL = "\xff" }, []string{`url: "\xff" is not UTF-8`}},
		{"source", func(r *Row) { r.Source = Source{Index: -1} }, []string{"source.shard: is empty", "source.index: -1 is negative"}},
		{"size", func(r *Row) { r.Width = 0 }, []string{
			"width: 0 is no size",
			"phrases[0].boxes[0]: {0 0 10 8} is not inside the 0×8 image",
			"phrases[0].boxes[1]: {1 1 2.5 2} is not inside the 0×8 image",
		}},
		{"digest", func(r *Row) { r.ImageSHA256 = "0A" }, []string{`image_sha256: "0A" is not 64 lower-case hex digits`}},
		{"image", func(r *Row) { r.Image = &EncodedImage{} }, []string{
			"image.bytes: digest e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 differs from image_sha256",
		}},
		{"meta", func(r *Row) { r.Meta = map[string]string{"a": "\xff", "b": ""} }, []string{`meta["a"]: "\xff" is not UTF-8`}},
		{"text", func(r *Row) { r.Phrases[1].Text = "dog" }, []string{`phrases[1].text: is "dog" but caption[10:11] is "🐕"`}},
		{"span in bytes", func(r *Row) { r.Phrases[1].End = 14 }, []string{"phrases[1].start: span [10,14) is not inside the caption"}},
		{"negative span", func(r *Row) { r.Phrases[0].Start = -1 }, []string{"phrases[0].start: span [-1,5) is not inside the caption"}},
		{"empty phrase", func(r *Row) { r.Phrases[1] = Phrase{Span: Span{6, 6}} }, []string{"phrases[1].text: is empty"}},
		{"same span twice", func(r *Row) { r.Phrases[1] = Phrase{Text: "a dog", Span: Span{0, 5}} }, []string{
			"phrases[1].start: span [0,5) does not come after the phrase before it",
		}},
		{"unordered", func(r *Row) { r.Phrases[0], r.Phrases[1] = r.Phrases[1], r.Phrases[0] }, []string{
			"phrases[1].start: span [0,5) does not come after the phrase before it",
		}},
		{"nested", func(r *Row) { r.Phrases[1] = Phrase{Text: "a dog and", Span: Span{0, 9}} }, nil},
		{"id", func(r *Row) { r.Phrases[0].PhraseID = -2 }, []string{"phrases[0].phrase_id: -2 is negative"}},
		{"flag", func(r *Row) { r.Phrases[0].Flags = []string{"name", ""} }, []string{`phrases[0].flags[1]: "" is empty or not UTF-8`}},
		{"best score", func(r *Row) { r.Phrases[1].BestScore = nan }, []string{"phrases[1].best_score: NaN is not in [0,1]"}},
		{"score over best", func(r *Row) { r.Phrases[0].BestScore = 0.8 }, []string{"phrases[0].boxes[0].score: 0.9 is above best_score, 0.8"}},
		{"score over 1", func(r *Row) { r.Phrases[1].BestScore = 1.5 }, []string{"phrases[1].best_score: 1.5 is not in [0,1]"}},
		{"fine score", func(r *Row) { r.Phrases[1].BestScore = 0.12345 }, []string{"phrases[1].best_score: 0.12345 is not a multiple of 1e-4"}},
		{"rising scores", func(r *Row) { r.Phrases[0].Boxes[0].Score = 0.5 }, []string{
			"phrases[0].boxes[1].score: 0.6 is above the box before, 0.5",
		}},
		{"NaN box", func(r *Row) { r.Phrases[0].Boxes[0].Y2 = nan }, []string{"phrases[0].boxes[0]: {0 0 10 NaN} holds NaN"}},
		{"inverted box", func(r *Row) { r.Phrases[0].Boxes[1].X2 = 1 }, []string{"phrases[0].boxes[1]: {1 1 1 2} has no area"}},
		{"box outside", func(r *Row) { r.Phrases[0].Boxes[0].X2 = 11 }, []string{"phrases[0].boxes[0]: {0 0 11 8} is not inside the 10×8 image"}},
		{"infinite box", func(r *Row) { r.Phrases[0].Boxes[0].X1 = float32(math.Inf(-1)) }, []string{
			"phrases[0].boxes[0]: {-Inf 0 10 8} is not inside the 10×8 image",
		}},
		{"fine box", func(r *Row) { r.Phrases[0].Boxes[0].X1 = 0.01 }, []string{
			"phrases[0].boxes[0]: {0.01 0 10 8} is not on the grid of 1/64 pixel",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			row := validRow()
			test.edit(row)
			if diff := cmp.Diff(test.want, problemTexts(row.Validate())); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}

// problemTexts returns the problems of an *InvalidError.
func problemTexts(err error) []string {
	var invalid *InvalidError
	if !errors.As(err, &invalid) {
		return nil
	}
	var texts []string
	for _, p := range invalid.Problems {
		texts = append(texts, p.String())
	}
	return texts
}

func TestInvalidErrorNamesRowAndAllProblems(t *testing.T) {
	row := validRow()
	row.Height, row.ImageSHA256, row.Phrases = -1, "", nil
	want := `invalid row "k": height: -1 is no size; image_sha256: "" is not 64 lower-case hex digits`
	if got := row.Validate(); got == nil || got.Error() != want {
		t.Errorf("got  %v\nwant %s", got, want)
	}
}

func TestValidateAllocatesNothing(t *testing.T) {
	row := validRow()
	if n := testing.AllocsPerRun(100, func() { _ = row.Validate() }); n != 0 {
		t.Errorf("a valid row costs %v allocations", n)
	}
}
