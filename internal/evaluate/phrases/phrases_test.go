package phrases

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/bootstrap"
	"github.com/groundmill/groundmill/internal/evaluate/phrases/score"
	"github.com/groundmill/groundmill/schema"
)

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	goldText = `{"image_id":"a","caption":"two dogs near it","phrases":[{"start":0,"end":8,"text":"two dogs","id":"1"},{"start":14,"end":16,"text":"it","id":"2"}]}
{"image_id":"a","caption":"café","phrases":[{"start":0,"end":4,"text":"café","id":"3"}]}
`
	boxesText = `{"image_id":"a","entities":{"1":{"boxes":[[1,1,2,2]]},"2":{"boxes":[[1,1,2,2]]},"3":{"boxes":[]}}}`
)

func readGold(t *testing.T) []Caption {
	t.Helper()
	boxes, err := ReadBoxes(file(t, boxesText))
	if err != nil {
		t.Fatal(err)
	}
	gold, err := ReadGold(file(t, goldText), boxes)
	if err != nil {
		t.Fatal(err)
	}
	return gold
}

func TestReadGold(t *testing.T) {
	want := []Caption{
		{"a", score.Gold{Caption: "two dogs near it", Phrases: []score.Phrase{{Span: schema.Span{Start: 0, End: 8}, Boxed: true}, {Span: schema.Span{Start: 14, End: 16}}}}},
		{"a", score.Gold{Caption: "café", Phrases: []score.Phrase{{Span: schema.Span{Start: 0, End: 4}}}}},
	}
	if diff := cmp.Diff(want, readGold(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestEvaluate: of three gold phrases one is found exactly and one by its head.
func TestEvaluate(t *testing.T) {
	found, err := ReadFound(strings.NewReader("[[4,8]]\n{\"caption\":\"café\",\"phrases\":[{\"start\":0,\"end\":4}]}\n"), "f", readGold(t))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Evaluate(t.Context(), readGold(t), found, bootstrap.Default())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Figures {
		got = append(got, f.Value.Percent())
	}
	want := []string{"50.0", "33.3", "40.0", "100.0", "66.7", "80.0", "100.0", "66.7", "80.0", "0.0", "100.0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	if r.Units != 1 || r.Boxed != 1 || r.Figures[0].Low != 0.5 {
		t.Errorf("captions of one image are not one unit: %+v", r)
	}
}

func TestRefusals(t *testing.T) {
	gold := readGold(t)
	tests := []struct{ name, in, want string }{
		{"outside", "[[0,99]]\n", `f: line 1: span 0: [0,99) is not inside "two dogs near it"`},
		{"empty span", "[[3,3]]\n", "f: line 1: span 0: [3,3) is not inside"},
		{"three numbers", "[[0,1,2]]\n", "f: line 1: span 0: [0 1 2] has not the two numbers"},
		{"too few lines", "[]\n", "f: 1 lines for 2 captions"},
		{"too many lines", "[]\n[]\n[]\n", "f: line 3: there are more lines than gold has captions, 2"},
		{"another caption", `{"caption":"x","phrases":[]}`, `f: line 1: caption: "x" is not gold's`},
		{"no JSON", "x", "f: line 1: invalid character"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := ReadFound(strings.NewReader(tc.in), "f", gold); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q in it", err, tc.want)
			}
		})
	}
	for name, in := range map[string]string{"caption: is missing": `{}`, "phrases[0]: caption[0:3] is": `{"caption":"a dog","phrases":[{"start":0,"end":3,"text":"dog"}]}`} {
		if _, err := ReadGold(file(t, in), nil); err == nil || !strings.Contains(err.Error(), "line 1: "+name) {
			t.Errorf("error %v, want %q in it", err, name)
		}
	}
}

func TestRows(t *testing.T) {
	rows := Rows{}
	rows.Add(&schema.Row{Caption: "café", Phrases: []schema.Phrase{{Span: schema.Span{End: 4}}}})
	found, missing := rows.Found(readGold(t))
	if diff := cmp.Diff([][]schema.Span{nil, {{Start: 0, End: 4}}}, found); diff != "" || missing != 1 {
		t.Errorf("%d missing, found (-want +got):\n%s", missing, diff)
	}
}

func FuzzReadFound(f *testing.F) {
	f.Add("[[4,8]]\n{\"phrases\":[{\"start\":0,\"end\":1}]}\n")
	gold := []Caption{{"", score.Gold{Caption: "two dogs é"}}, {"", score.Gold{Caption: "x"}}}
	f.Fuzz(func(t *testing.T, text string) {
		found, err := ReadFound(strings.NewReader(text), "f", gold)
		if err != nil {
			return
		}
		for i, spans := range found {
			score.Caption(gold[i].Gold, spans) // panics on a span outside
		}
	})
}
