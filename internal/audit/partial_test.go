package audit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// narrow makes a Partial whose summaries overflow with few rows.
func narrow() *Partial {
	p := NewPartial(7, 2)
	p.Phrases.Capacity, p.Heads.Capacity, p.Distinct.Capacity = 100, 50, 40
	return p
}

// same are the options that compare Partials: empty and nil are one.
var same = cmp.Options{cmpopts.EquateEmpty(), cmp.AllowUnexported(rejectPick{})}

// Rows dealt out at random and merged in any order give one result, also where the
// summaries overflow.
func TestMergeInAnyOrder(t *testing.T) {
	rows := rowtest.Rows(rowtest.Raw, 800)
	rows[5].Phrases[0].Boxes = []schema.ScoredBox{{Box: schema.Box{X1: 5, X2: 1}}} // not valid
	add := func(p *Partial, i int) {
		p.add(rows[i], place{File: "f", Row: int64(i)})
		if i%10 == 0 {
			p.addReject(schema.Reject{Key: rows[i].Key, Source: rows[i].Source, Reason: schema.Reasons()[i/10%3].Reason})
		}
	}
	want := narrow()
	for i := range rows {
		add(want, i)
	}
	if want.Phrases.Level == 0 || want.Heads.Level == 0 || want.Distinct.exact() || want.Invalid.Found != 1 {
		t.Fatalf("the test needs levels: phrases %d, heads %d, invalid %d", want.Phrases.Level, want.Heads.Level, want.Invalid.Found)
	}
	trials := 8
	if testing.Short() {
		trials = 2
	}
	for trial := range trials {
		t.Run(fmt.Sprint(trial), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(trial), 1))
			parts := make([]*Partial, 1+rng.IntN(9))
			for i := range parts {
				parts[i] = narrow()
			}
			for _, i := range rng.Perm(len(rows)) {
				add(parts[rng.IntN(len(parts))], i)
			}
			for len(parts) > 1 { // a random tree
				i := rng.IntN(len(parts) - 1)
				parts[i].Merge(parts[i+1])
				parts = slices.Delete(parts, i+1, i+2)
			}
			if diff := cmp.Diff(want, parts[0], same); diff != "" {
				t.Errorf("partials differ (-want +got):\n%.3000s", diff)
			}
		})
	}
}

func TestMergeLeavesOtherAlone(t *testing.T) {
	a, b, again := narrow(), narrow(), narrow()
	for i, row := range rowtest.Rows(rowtest.Raw, 300) {
		a.add(row, place{Row: int64(i)})
	}
	for i, row := range rowtest.Rows(rowtest.Data, 300) {
		b.add(row, place{Row: int64(i)})
		again.add(row, place{Row: int64(i)})
	}
	a.Merge(b)
	a.Merge(b)
	if diff := cmp.Diff(again, b, same); diff != "" {
		t.Errorf("merging changed the other partial:\n%.3000s", diff)
	}
}

func TestPatterns(t *testing.T) {
	const width, height = 100, 50
	box := func(x1, y1, x2, y2 float32) schema.Box { return schema.Box{X1: x1, Y1: y1, X2: x2, Y2: y2} }
	tests := []struct {
		name  string
		boxes [2]schema.Box // of two phrases
		ids   [2]int32
		want  [numPatterns]int64
	}{
		{"nothing odd", [2]schema.Box{box(10, 10, 30, 30), box(40, 10, 60, 30)}, [2]int32{0, 1}, [numPatterns]int64{}},
		{"whole image", [2]schema.Box{box(0, 0, 100, 50), box(40, 10, 60, 30)}, [2]int32{0, 1}, [numPatterns]int64{wholeImage: 1}},
		{"nearly the whole", [2]schema.Box{box(1, 1, 99, 50), box(40, 10, 60, 30)}, [2]int32{0, 1}, [numPatterns]int64{wholeImage: 1}},
		{"glued to three borders", [2]schema.Box{box(0, 0, 40, 50), box(40, 10, 60, 30)}, [2]int32{0, 1}, [numPatterns]int64{glued: 1}},
		{"in a corner", [2]schema.Box{box(0, 0, 40, 40), box(40, 10, 60, 30)}, [2]int32{0, 1}, [numPatterns]int64{}},
		{"shared", [2]schema.Box{box(10, 10, 30, 30), box(10, 10, 30, 30)}, [2]int32{0, 1}, [numPatterns]int64{shared: 2}},
		{"one thing mentioned twice", [2]schema.Box{box(10, 10, 30, 30), box(10, 10, 30, 30)}, [2]int32{3, 3}, [numPatterns]int64{}},
		{"tiny", [2]schema.Box{box(10, 10, 90, 17), box(40, 10, 60, 30)}, [2]int32{0, 1}, [numPatterns]int64{tiny: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := NewPartial(0, 1)
			row := &schema.Row{
				Key: "k", Caption: "a b", Width: width, Height: height, ImageSHA256: strings.Repeat("0", 64), Source: schema.Source{Shard: "s"},
				Phrases: []schema.Phrase{
					{Text: "a", Span: schema.Span{End: 1}, PhraseID: tt.ids[0], BestScore: 0.5, Boxes: []schema.ScoredBox{{Box: tt.boxes[0], Score: 0.5}}},
					{Text: "b", Span: schema.Span{Start: 2, End: 3}, PhraseID: tt.ids[1], BestScore: 0.5, Boxes: []schema.ScoredBox{{Box: tt.boxes[1], Score: 0.5}}},
				},
			}
			p.add(row, place{})
			var got [numPatterns]int64
			for i := range p.Patterns {
				got[i] = p.Patterns[i].Found
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || p.Invalid.Found > 0 {
				t.Errorf("patterns (-want +got), %d invalid:\n%s", p.Invalid.Found, diff)
			}
		})
	}
}

func TestStratumOf(t *testing.T) {
	row := &schema.Row{Width: 100, Height: 100}
	box := func(side float32) []schema.ScoredBox {
		return []schema.ScoredBox{{Box: schema.Box{X2: side, Y2: side}}}
	}
	tests := []struct {
		phrase schema.Phrase
		want   string
	}{
		{schema.Phrase{Text: "a dog", BestScore: 0.95, Boxes: box(90)}, "Score 0.9 to 1, Large box, several words"},
		{schema.Phrase{Text: "dog", BestScore: 0.9, Boxes: box(30)}, "Score 0.9 to 1, Medium box, one word"},
		{schema.Phrase{Text: "Rex", BestScore: 0.85, Boxes: box(10), Flags: []string{schema.FlagName}}, "Score 0.8 to 0.9, Small box, name"},
		{schema.Phrase{Text: "joy", BestScore: 0.2, Flags: []string{schema.FlagAbstract}}, "Score below 0.5, No box, abstract"},
		{schema.Phrase{Text: "x", BestScore: 0, Flags: []string{schema.FlagAbstract, schema.FlagBeyondPrompt}}, "Score below 0.5, No box, beyond the prompt"},
		{schema.Phrase{Text: "a b", BestScore: 0.5}, "Score 0.5 to 0.65, No box, several words"},
	}
	for _, tt := range tests {
		if got := stratumOf(row, &tt.phrase).String(); got != tt.want {
			t.Errorf("%q is in %q, want %q", tt.phrase.Text, got, tt.want)
		}
	}
}
