package flickr

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/groundmill/groundmill/internal/bootstrap"
)

// shared reads the validation split, which is not part of the module, or skips.
func shared(t *testing.T) *Gold {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "shared", "data", "captions", "flickr30k_entities_val.jsonl")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no Flickr30k Entities: %v", err)
	}
	g, err := ReadLines(path, BoxesFile(path))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// predict evaluates what guess says of every phrase.
func predict(t *testing.T, g *Gold, guess func(*Phrase) Found) *Report {
	t.Helper()
	e := NewEvaluator(g, Options{})
	for i := range g.Images {
		for j := range g.Images[i].Sentences {
			s := &g.Images[i].Sentences[j]
			p := Prediction{Image: g.Images[i].ID, Sentence: s.Number}
			for _, phrase := range s.Asked() {
				p.Phrases = append(p.Phrases, guess(phrase))
			}
			if err := e.Add(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	r, err := e.Report(t.Context(), bootstrap.Config{Resamples: 100, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestOracleOnTheValidationSplit: one who knows a box of each phrase recalls all of
// them by any box; the merged box of several is another one, so not by that.
func TestOracleOnTheValidationSplit(t *testing.T) {
	g := shared(t)
	r := predict(t, g, func(p *Phrase) Found { return Found{p.Boxes[:1], []float64{1}} })
	if all := r.Protocols[0].Types[0]; all.Phrases < 14_000 || all.Recall[0].Value != 1 || all.Recall[3].Value != 1 {
		t.Errorf("any box: %d phrases, %v", all.Phrases, all.Recall)
	}
	if merged := r.Protocols[1].Types[0].Recall[0].Value; merged > 0.95 || merged < 0.6 {
		t.Errorf("merged boxes: %v", merged)
	}
	hulls := predict(t, g, func(p *Phrase) Found { return Found{[]Box{hull(p.Boxes)}, []float64{1}} })
	if merged := hulls.Protocols[1].Types[0].Recall[0].Value; merged != 1 {
		t.Errorf("merged boxes with hulls: %v", merged)
	}
	t.Logf("asked for %d phrases in %d sentences; one box: merged R@1 %v; hulls: any R@1 %v", r.Protocols[0].Types[0].Phrases,
		r.Sentences, r.Protocols[1].Types[0].Recall[0], hulls.Protocols[0].Types[0].Recall[0])
}

// TestRandomDetectorOnTheValidationSplit: recall at k of independent guesses grows
// about as 1-(1-p)^k while it is small.
func TestRandomDetectorOnTheValidationSplit(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	r := predict(t, shared(t), func(*Phrase) (f Found) {
		for range 10 {
			x, y := 400*random.Float64(), 400*random.Float64()
			f.Boxes = append(f.Boxes, Box{x, y, x + 20 + 300*random.Float64(), y + 20 + 300*random.Float64()})
			f.Scores = append(f.Scores, random.Float64())
		}
		return f
	})
	recall := r.Protocols[0].Types[0].Recall
	at1, at10 := float64(recall[0].Value), float64(recall[2].Value)
	if at1 < 0.005 || at1 > 0.1 || at10 < 2*at1 || at10 > 1-math.Pow(1-at1, 10)+0.02 {
		t.Errorf("recall %v", recall)
	}
	t.Logf("recall %v", recall)
}
