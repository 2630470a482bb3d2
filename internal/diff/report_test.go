package diff

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

func TestDistribution(t *testing.T) {
	var c, o changes
	for _, change := range []int{-1500, -1, 0, 0, 300} {
		c.add(change, 0.75, change == 0)
	}
	o.add(10_000, 0.9999999, true)
	c.merge(&o)
	c.merge(&changes{})
	want := []Distribution{
		{ID: "score_change", N: 6, Quantiles: quantilesOf(-0.15, -0.15, -0.0001, 0, 0.03, 1, 1), Bins: nil},
		{ID: "moved_iou", N: 3, Quantiles: quantilesOf(0.75, 0.75, 0.75, 0.75, 0.999, 0.999, 0.999), Bins: nil},
	}
	got := c.distributions()
	for i := range got {
		sum := int64(0)
		for j, b := range got[i].Bins {
			sum += b.N
			if j > 0 && b.From != got[i].Bins[j-1].To {
				t.Errorf("%s: bin %d begins at %v", got[i].ID, j, b.From)
			}
		}
		if sum != got[i].N || len(got[i].Bins) > mostBars+9 {
			t.Errorf("%s: %d bins hold %d", got[i].ID, len(got[i].Bins), sum)
		}
		got[i].Bins = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if d := (&changes{}).distributions(); d[0].N != 0 || len(d[0].Bins) != 0 {
		t.Errorf("of nothing: %+v", d)
	}
}

func quantilesOf(values ...float64) (all []Quantile) {
	for i, q := range []float64{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99} {
		all = append(all, Quantile{q, values[i]})
	}
	return all
}

// Phrases are listed by their changes, whatever their case, and counted exactly.
func TestTexts(t *testing.T) {
	dog, far := at(0, 0, 20, 20, 0.75), at(60, 60, 20, 20, 0.75)
	a := newSet(t, []*schema.Row{
		newRow("1", "1", named("dog", dog), named("cat", dog)),
		newRow("2", "2", named("Dog"), named("bird", dog)),
		newRow("3", "3", named("of a row that is in A alone", dog)),
	})
	b := newSet(t, []*schema.Row{
		newRow("1", "1", named("dog", far), named("cat", at(0, 0, 20, 20, 0.5))),
		newRow("2", "2", named("Dog", dog), named("bird")),
	})
	want := TextReport{Different: 3, Changed: 2, Top: []TextCounts{
		{Text: "dog", Phrases: 2, Lost: 1, Added: 2, GroundedNow: 1},
		{Text: "bird", Phrases: 1, Lost: 1, UngroundedNow: 1},
	}}
	for _, limit := range []int{1, 1000} {
		if diff := cmp.Diff(want, run(t, a, b, Options{texts: limit}).Texts); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestProvenance(t *testing.T) {
	a := &schema.Identity{Job: "annotate", ToolVersion: "1", Config: "filter: {min_score: 0.5}\n", Model: schema.Model{Name: "m"}}
	b := &schema.Identity{Job: "refilter", ToolVersion: "1", Config: "filter: {min_score: 0.6}\n", Model: schema.Model{Name: "m"}, RetryOf: &schema.RetryOf{ManifestSHA256: "x"}}
	want := Provenance{true, true, []Difference{
		{"job", "annotate", "refilter"}, {"config.filter.min_score", "0.5", "0.6"}, {"retry_of.manifest_sha256", "", "x"},
	}}
	if diff := cmp.Diff(want, newProvenance(a, b)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p := newProvenance(nil, b); p.Known() || len(p.Differences) > 0 {
		t.Errorf("without a manifest: %+v", p)
	}
}

func TestWriteText(t *testing.T) {
	dog := at(0, 0, 20, 20, 0.75)
	a := newSet(t, []*schema.Row{newRow("1", "1", named("dog", dog, at(50, 50, 20, 20, 0.5)), named("cat")), newRow("2", "2", named("x", dog))})
	b := newSet(t, []*schema.Row{sized(newRow("1", "1", named("dog", at(0, 0, 20, 20, 0.5)), named("cat", dog)), 200)})
	var out strings.Builder
	run(t, a, b, Options{}).WriteText(&out)
	want := `A is sets/a: 2 rows, 3 phrases, 66.7 % of them with a box, 3 boxes
B is sets/b: 1 rows, 2 phrases, 100.0 % of them with a box, 2 boxes
rows: 0 the same, 1 changed, 1 only in A, 0 only in B
rows of another width or height: 1; their boxes are compared as they are
phrases: 1 grounded in both, 0 in neither, 1 grounded now, 0 ungrounded now
phrases of one only: 0 and 0 in rows that both have, 1 and 0 in rows that one has
boxes: 0 the same, 1 rescored, 0 moved, 1 lost, 1 added
boxes of one's phrases only: 0 and 0; of one's rows only: 1 and 0
changes of scores: median -0.2500, 90 % from -0.2500 to -0.2500
what made them is not known: not both have a manifest.json
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What happened is told of a few phrases, with as many digits as a score needs.
func TestExamples(t *testing.T) {
	dog := at(0, 0, 20, 20, 0.75)
	five := []schema.Phrase{named("a", dog), named("b", dog), named("c", dog), named("d", dog), named("e", dog)}
	rescaled := make([]schema.Phrase, len(five))
	for i := range five {
		rescaled[i] = named(five[i].Text, at(0, 0, 20, 20, 0.7501))
	}
	rescaled[0] = named("a", at(0, 2, 20, 20, 0.5), at(60, 60, 9, 9, 0.25))
	rescaled[1] = named("b")
	r := run(t, newSet(t, []*schema.Row{newRow("1", "1", five...)}), newSet(t, []*schema.Row{newRow("1", "1", rescaled...)}), Options{})
	got := map[string][]string{}
	for _, c := range r.Changes {
		for _, s := range c.Samples {
			got[c.ID] = s.What
		}
	}
	want := map[string][]string{
		"lost":           {"“b” lost a box with the score 0.75"},
		"added":          {"“a” got a box with the score 0.25"},
		"moved":          {"“a” moved a box: IoU 0.82, score 0.75 → 0.50"},
		"rescored":       {"“c” score 0.7500 → 0.7501", "“d” score 0.7500 → 0.7501", "“e” score 0.7500 → 0.7501"},
		"ungrounded_now": {"“b” had 1 box, has none; best score 0.75 → 0.25"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
