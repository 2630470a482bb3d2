package flickr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/bootstrap"
	"github.com/groundmill/groundmill/schema"
)

// twoDogs is one image with a sentence of two phrases with boxes and one without,
// and a sentence that is not asked for.
func twoDogs(t testing.TB) *Gold {
	t.Helper()
	g := &Gold{}
	if err := g.addImage("a", 100, 100, map[string][]Box{"1": {{0, 0, 10, 10}, {20, 0, 30, 10}}, "2": {{50, 50, 60, 60}}}); err != nil {
		t.Fatal(err)
	}
	for i, line := range []string{"[/EN#1/animals two dogs] on [/EN#3/scene the beach] with [/EN#2/clothing/other a hat]", "[/EN#3/scene the beach]"} {
		s, err := ParseSentence(line)
		if err != nil {
			t.Fatal(err)
		}
		s.Number = i
		if err := g.Images[0].addSentence(s); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

var (
	dog, bothDogs, hat, wrong = Box{0, 0, 10, 10}, Box{0, 0, 20, 10}, Box{50, 50, 60, 60}, Box{80, 80, 99, 99}
)

// TestByHand checks recalls that can be worked out on paper: of the dogs at 1, 5,
// 10 and all by any box and merged boxes, and the same of the hat.
func TestByHand(t *testing.T) {
	six := Found{[]Box{hat, wrong, wrong, wrong, wrong, wrong}, []float64{0.1, 0.9, 0.8, 0.7, 0.6, 0.5}}
	many := Found{Scores: make([]float64, 100)}
	for i := range many.Scores {
		many.Boxes, many.Scores[i] = append(many.Boxes, wrong), 0.9
	}
	tests := []struct {
		name            string
		dogs, hat       Found
		anyBox, merged  string
		hatAny, hatHull string
	}{
		{"one of two dogs", Found{[]Box{dog}, []float64{0.9}}, Found{}, "1111", "0000", "0000", "0000"},
		// The hull of the dogs is 30 wide: 20 of it are enough, 10 are not.
		{"merged at the second place", Found{[]Box{bothDogs, dog}, []float64{0.8, 0.9}}, Found{}, "1111", "0111", "0000", "0000"},
		// An overlap of exactly one half is a hit.
		{"half a dog", Found{[]Box{{0, 0, 10, 5}}, []float64{0.1}}, Found{}, "1111", "0000", "0000", "0000"},
		{"the sixth box", Found{}, six, "0000", "0000", "0011", "0011"},
		{"a hundred better boxes", many, Found{[]Box{hat}, []float64{0.5}}, "0000", "0000", "0000", "0000"},
		{"a hundred worse boxes", many, Found{[]Box{hat}, []float64{0.95}}, "0000", "0000", "1111", "1111"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			e := NewEvaluator(twoDogs(t), Options{})
			if err := e.Add(Prediction{"a", 0, []Found{tc.dogs, tc.hat}}); err != nil {
				t.Fatal(err)
			}
			r, err := e.Report(t.Context(), bootstrap.Config{})
			if err != nil {
				t.Fatal(err)
			}
			got := []string{recallText(r, 0, "animals"), recallText(r, 1, "animals"), recallText(r, 0, "other"), recallText(r, 1, "other")}
			if diff := cmp.Diff([]string{tc.anyBox, tc.merged, tc.hatAny, tc.hatHull}, got); diff != "" {
				t.Errorf("recall (-want +got):\n%s", diff)
			}
		})
	}
}

// recallText writes recalls of 0 and 1 as digits.
func recallText(r *Report, protocol int, kind string) (text string) {
	for _, t := range r.Protocols[protocol].Types {
		if t.Name == kind {
			for _, f := range t.Recall {
				text += fmt.Sprint(f.Value)
			}
		}
	}
	return text
}

// TestAverageIsOverPhrases guards that "all" counts a phrase of two types once.
func TestAverageIsOverPhrases(t *testing.T) {
	e := NewEvaluator(twoDogs(t), Options{})
	if err := e.Add(Prediction{"a", 0, []Found{{[]Box{dog}, []float64{1}}, {}}}); err != nil {
		t.Fatal(err)
	}
	r, err := e.Report(t.Context(), bootstrap.Default())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, kind := range r.Protocols[0].Types {
		got = append(got, fmt.Sprint(kind.Name, kind.Phrases, kind.Recall[0]))
	}
	want := []string{"all 2 50.0 [50.0, 50.0]", "animals 1 100.0 [100.0, 100.0]", "clothing 1 0.0 [0.0, 0.0]", "other 1 0.0 [0.0, 0.0]"}
	if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(spaced(got), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// spaced undoes fmt.Sprint's joining of a name and a number.
func spaced(lines []string) []string {
	for i, line := range lines {
		at := strings.IndexAny(line, "0123456789")
		lines[i] = line[:at] + " " + line[at:]
	}
	return lines
}

func TestProtocolErrors(t *testing.T) {
	e := NewEvaluator(twoDogs(t), Options{})
	if err := e.Add(Prediction{"a", 0, []Found{{}}}); err == nil || err.Error() != "sentence a_0: phrases: there are 1, but gold has 2 with boxes" {
		t.Errorf("wrong number of phrases: %v", err)
	}
	for _, p := range []Prediction{{"b", 0, nil}, {"a", 7, nil}, {"a", 1, []Found{{Boxes: []Box{dog}, Scores: []float64{1}}}}, {"a", 1, nil}} {
		if err := e.Add(p); err != nil {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if e.tally.Unexpected != 3 {
		t.Errorf("%d unexpected predictions, want 3", e.tally.Unexpected)
	}
	_, err := e.Report(t.Context(), bootstrap.Config{})
	if err == nil || !strings.HasPrefix(err.Error(), "1 of 1 sentences have no results, the first is a_0;") {
		t.Errorf("missing sentence: %v", err)
	}
	allowed := NewEvaluator(twoDogs(t), Options{AllowMissing: true})
	r, err := allowed.Report(t.Context(), bootstrap.Config{})
	if err != nil || r.Tally.Missing != 1 || recallText(r, 0, "all") != "0000" || r.Protocols[0].Types[0].Phrases != 2 {
		t.Errorf("missing sentence allowed: %+v, %v", r, err)
	}
	for _, p := range []Prediction{{"a", 0, []Found{{}, {}}}, {"a", 0, []Found{{[]Box{dog}, []float64{1}}, {}}}} {
		if err := e.Add(p); err != nil {
			t.Error(err)
		}
	}
	if r, err = e.Report(t.Context(), bootstrap.Config{}); err != nil || r.Tally.Duplicates != 1 || recallText(r, 0, "all") != "0000" {
		t.Errorf("the second prediction counts: %+v, %v", r, err)
	}
}

func TestAddRow(t *testing.T) {
	const caption = "two dogs on the beach with a hat"
	row := func(key, caption string, start, end int32) *schema.Row {
		box := schema.ScoredBox{Box: schema.Box{X1: 0, Y1: 0, X2: 11, Y2: 11}, Score: 0.9}
		return &schema.Row{Key: key, Caption: caption, Phrases: []schema.Phrase{{Span: schema.Span{Start: start, End: end}, Boxes: []schema.ScoredBox{box}}}}
	}
	tests := []struct {
		name    string
		row     *schema.Row
		spanIoU float64
		recall  string // of all phrases
		err     string
	}{
		{"by number", row("a_0", caption, 0, 8), 0, "dogs", ""},
		{"as annotate numbers captions", row("folder/a#0", caption, 0, 8), 0, "dogs", ""},
		{"by caption", row("a", caption, 0, 8), 0, "dogs", ""},
		{"another span", row("a_0", caption, 4, 8), 0, "none", ""},
		{"another span that is near enough", row("a_0", caption, 4, 8), 0.5, "dogs", ""},
		{"another caption", row("a_0", "two dogs", 0, 8), 0, "", `row "a_0": caption "two dogs" is not that of sentence a_0`},
		{"another image", row("b_0", caption, 0, 8), 0, "missing", ""},
		{"no number", row("a_x", caption, 0, 8), 0, "missing", ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			e := NewEvaluator(twoDogs(t), Options{SpanIoU: tc.spanIoU, AllowMissing: true})
			err := e.AddRow(tc.row)
			if tc.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), tc.err) {
					t.Errorf("error %v, want %q", err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			r, err := e.Report(t.Context(), bootstrap.Config{})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{"1111": "dogs", "0000": "none"}[recallText(r, 0, "animals")]
			if r.Tally.Missing > 0 {
				got = "missing"
			}
			if got != tc.recall {
				t.Errorf("found %q, want %q", got, tc.recall)
			}
		})
	}
}
