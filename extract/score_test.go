package extract_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/extract"
	"github.com/groundmill/groundmill/internal/evaluate/phrases/score"
	"github.com/groundmill/groundmill/schema"
)

// goldCaption is a caption with its gold phrases.
type goldCaption struct {
	Image   string `json:"image_id"`
	Caption string `json:"caption"`
	Phrases []struct {
		Start, End int32
		Text, ID   string
	} `json:"phrases"`
}

// sharedCaptions is the folder of the development captions, which is not part
// of the module.
var sharedCaptions = filepath.Join("..", "..", "shared", "data", "captions")

// readLines decodes a JSONL file of the development captions, or skips.
func readLines[T any](t testing.TB, name string) (out []T) {
	t.Helper()
	f, err := os.Open(filepath.Join(sharedCaptions, name))
	if err != nil {
		t.Skipf("no development captions: %v", err)
	}
	defer f.Close()
	dec := json.NewDecoder(bufio.NewReader(f))
	for dec.More() {
		var row T
		if err := dec.Decode(&row); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, row)
	}
	return out
}

// boxed returns, by image, the ids of the entities that have a box.
func boxed(t testing.TB) map[string]map[string]bool {
	t.Helper()
	type row struct {
		Image    string                                 `json:"image_id"`
		Entities map[string]struct{ Boxes [][]float64 } `json:"entities"`
	}
	out := make(map[string]map[string]bool)
	for _, r := range readLines[row](t, "flickr30k_entities_val_boxes.jsonl") {
		ids := make(map[string]bool)
		for id, e := range r.Entities {
			ids[id] = len(e.Boxes) > 0
		}
		out[r.Image] = ids
	}
	return out
}

// scores are percentages over a file.
type scores struct {
	exactF1, iouF1, boxedRecall float64
}

// judge compares predictions with gold.
func judge(gold []goldCaption, boxes map[string]map[string]bool, predict func(string) []schema.Span) scores {
	var total score.Row
	for _, g := range gold {
		want := score.Gold{Caption: g.Caption}
		for _, p := range g.Phrases {
			boxed := boxes[g.Image][p.ID] && !score.IsPronoun(p.Text)
			want.Phrases = append(want.Phrases, score.Phrase{Span: schema.Span{Start: p.Start, End: p.End}, Boxed: boxed})
		}
		total.Add(score.Caption(want, predict(g.Caption)))
	}
	return scores{100 * total.Exact.F1(), 100 * total.IoU.F1(), 100 * float64(total.BoxedIoU) / float64(max(1, total.Boxed))}
}

// predictor returns the spans that an extractor finds in a caption.
func predictor(ex *extract.Extractor) func(string) []schema.Span {
	return func(caption string) []schema.Span {
		var bytes []schema.ByteSpan
		for _, p := range ex.Extract(caption) {
			bytes = append(bytes, p.Span)
		}
		return schema.RuneSpans(caption, bytes)
	}
}

// Every figure of a floor is a little below what was measured, so that a change
// that costs quality is seen.
func TestQualityFloors(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	const val, detok, web = "flickr30k_entities_val", "flickr30k_entities_val_detok", "web_gold_113"
	same := func(s string) string { return s }
	boxes := boxed(t)
	for _, tc := range []struct {
		name    string
		grammar extract.Grammar
		file    string
		change  func(string) string
		floor   scores
	}{
		{"caption", extract.GrammarCaption, val, same, scores{91.3, 93.8, 97}},
		{"caption, natural spacing", extract.GrammarCaption, detok, same, scores{91.3, 93.8, 97}},
		{"caption, capitals", extract.GrammarCaption, detok, strings.ToUpper, scores{91.2, 93.7, 97}},
		{"caption, title case", extract.GrammarCaption, detok, titleCase, scores{90.7, 93.5, 97}},
		{"caption, web", extract.GrammarCaption, web, same, scores{87, 93, 0}},
		{"glip", extract.GrammarGLIP, val, same, scores{71, 84, 88}},
		{"glip, natural spacing", extract.GrammarGLIP, detok, same, scores{71, 84, 88}},
		{"glip, web", extract.GrammarGLIP, web, same, scores{69, 84, 0}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			gold := readLines[goldCaption](t, tc.file+".jsonl")
			predict := predictor(newExtractor(t, extract.Options{Grammar: tc.grammar}))
			got := judge(gold, boxes, func(c string) []schema.Span { return predict(tc.change(c)) })
			t.Logf("exact F1 %.1f, IoU F1 %.1f, boxed recall %.1f", got.exactF1, got.iouF1, got.boxedRecall)
			if got.exactF1 < tc.floor.exactF1 || got.iouF1 < tc.floor.iouF1 || got.boxedRecall < tc.floor.boxedRecall {
				t.Errorf("got %+v, want at least %+v", got, tc.floor)
			}
		})
	}
}

// titleCase writes the first letter of every word as a capital.
func titleCase(s string) string {
	words := strings.Split(s, " ")
	for i, w := range words {
		if w != "" && w[0] >= 'a' && w[0] <= 'z' {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}

// captionFiles are the files whose captions benchmarks read.
var captionFiles = []string{"flickr30k_entities_val.jsonl", "laion400m_alttext_a.jsonl"}

func BenchmarkExtract(b *testing.B) {
	for _, g := range extract.Grammars {
		for _, file := range captionFiles {
			b.Run(string(g)+"/"+strings.TrimSuffix(file, ".jsonl"), func(b *testing.B) {
				captions := readLines[goldCaption](b, file)
				ex := newExtractor(b, extract.Options{Grammar: g})
				b.ReportAllocs()
				i := 0
				var phrases []extract.Phrase
				for b.Loop() {
					phrases = ex.AppendPhrases(phrases[:0], captions[i%len(captions)].Caption)
					i++
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "captions/s")
			})
		}
	}
}
