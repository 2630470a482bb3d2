package filter

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/schema"
)

// randomConfig returns rules of which each is off in one of three.
func randomConfig(rng *rand.Rand) Config {
	pick := func(values ...float64) float64 { return values[rng.IntN(len(values))] }
	c := Config{
		MinScore: pick(0, 0.3, 0.5), MinBoxSide: pick(0, 3, 9), MaxRelativeArea: pick(1, 0.2, 0.05), NMSIoU: pick(1, 0.3, 0.6),
		MaxBoxesPerPhrase: int(pick(0, 1, 3)),
	}
	if rng.IntN(3) > 0 {
		c.DropFlags = schema.Flags()[:1+rng.IntN(2)]
	}
	return c
}

// byScore orders boxes by falling score.
func byScore(a, b schema.ScoredBox) int {
	switch {
	case a.Score > b.Score:
		return -1
	case a.Score < b.Score:
		return 1
	}
	return 0
}

// apart applies the rules one after the other, each to all boxes that are left,
// as docs/filter.md tells them.
func apart(c Config, area float64, phrases []schema.Phrase) ([]schema.Phrase, map[string]int64) {
	removed := map[string]int64{}
	var out []schema.Phrase
	for _, p := range phrases {
		if slices.ContainsFunc(p.Flags, func(flag string) bool { return slices.Contains(c.DropFlags, flag) }) {
			removed["drop_flags"] += int64(len(p.Boxes))
			continue
		}
		p.Boxes = slices.Clone(p.Boxes)
		remove := func(rule Rule, bad func(b schema.ScoredBox) bool) {
			before := len(p.Boxes)
			p.Boxes = slices.DeleteFunc(p.Boxes, bad)
			removed[string(rule)] += int64(before - len(p.Boxes))
		}
		remove(RuleMinScore, func(b schema.ScoredBox) bool { return b.Score <= float32(c.MinScore) })
		remove(RuleMinBoxSide, func(b schema.ScoredBox) bool { return float64(min(b.Width(), b.Height())) < c.MinBoxSide })
		remove(RuleMaxRelativeArea, func(b schema.ScoredBox) bool { return float64(b.Area()) > c.MaxRelativeArea*area })
		best := slices.Clone(p.Boxes)
		slices.SortStableFunc(best, byScore)
		var kept []schema.ScoredBox
		for _, b := range best {
			switch {
			case slices.ContainsFunc(kept, func(k schema.ScoredBox) bool { return k.IoU(b.Box) > float32(c.NMSIoU) }):
				removed["nms_iou"]++
			case c.MaxBoxesPerPhrase > 0 && len(kept) == c.MaxBoxesPerPhrase:
				removed["max_boxes_per_phrase"]++
			default:
				kept = append(kept, b)
			}
		}
		left := slices.Clone(kept)
		p.Boxes = slices.DeleteFunc(p.Boxes, func(b schema.ScoredBox) bool {
			i := slices.Index(left, b)
			if i >= 0 {
				left = slices.Delete(left, i, i+1)
			}
			return i < 0
		})
		if len(p.Boxes) == 0 {
			p.Boxes = nil
		}
		out = append(out, p)
	}
	return out, removed
}

// TestSieve holds a Sieve of many rows and Apply to each other and to the rules
// applied apart, on random rows and rules. Every second row is stored as a file has
// it, by falling score.
func TestSieve(t *testing.T) {
	const side = 60
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 2))
		config := randomConfig(rng)
		f, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		rows, applied := make([]*schema.Row, 5), make([][]schema.Phrase, 5)
		sum, counts := Removals{}, map[string]int64{}
		for i := range rows {
			rows[i] = &schema.Row{Width: side, Height: side, Phrases: randomPhrases(rng)}
			if i%2 == 0 {
				sortBoxes(rows[i].Phrases)
			}
			want, removed := apart(config, side*side, rows[i].Phrases)
			for rule, n := range removed {
				counts[rule] += n
			}
			var one Removals
			applied[i], one = f.Apply(side, side, rows[i].Phrases)
			sum.Add(one)
			if diff := cmp.Diff(want, applied[i], cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("seed %d, row %d: %+v: Apply differs from the rules (-want +got):\n%s", seed, i, config, diff)
			}
		}
		sieve, selection := f.Sieve(), schema.Select(rows...)
		sieve.Narrow(selection)
		for i, row := range rows {
			if diff := cmp.Diff(applied[i], left(selection, i, row.Phrases), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("seed %d, row %d: %+v: Narrow differs from Apply (-want +got):\n%s", seed, i, config, diff)
			}
		}
		if diff := cmp.Diff(sum, sieve.Removals()); diff != "" {
			t.Fatalf("seed %d: removals differ (-apply +sieve):\n%s", seed, diff)
		}
		for _, rule := range Rules() {
			counts[string(rule)] += 0
		}
		if diff := cmp.Diff(counts, sum.Counts()); diff != "" {
			t.Fatalf("seed %d: removals differ (-want +got):\n%s", seed, diff)
		}
	}
}

// sortBoxes sorts the boxes of all phrases by falling score.
func sortBoxes(phrases []schema.Phrase) {
	for _, p := range phrases {
		slices.SortStableFunc(p.Boxes, byScore)
	}
}

// TestSieveAllocates proves that rows as they are stored cost no memory.
func TestSieveAllocates(t *testing.T) {
	f, err := New(Config{MinScore: 0.2, MinBoxSide: 2, NMSIoU: 0.5, MaxBoxesPerPhrase: 3, DropFlags: []string{schema.FlagName}})
	if err != nil {
		t.Fatal(err)
	}
	sieve := f.Sieve()
	rows := make([]*schema.Selection, 110)
	for i := range rows {
		phrases := randomPhrases(rand.New(rand.NewPCG(uint64(i), 3)))
		sortBoxes(phrases)
		rows[i] = schema.Select(&schema.Row{Width: 60, Height: 60, Phrases: phrases})
	}
	next := 0
	if n := testing.AllocsPerRun(100, func() {
		sieve.Narrow(rows[next])
		next++
	}); n > 0 {
		t.Errorf("a row costs %v allocations", n)
	}
}
