package diff

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

// What becomes of small datasets.
func TestClasses(t *testing.T) {
	dog, wide := at(10, 10, 20, 20, 0.75), at(10, 10, 40, 20, 0.75)
	tests := []struct {
		name string
		a, b []*schema.Row
		want Counts
	}{
		{"nothing", nil, nil, Counts{}},
		{"the same", []*schema.Row{newRow("i", "k", named("dog", dog), named("cat"))}, []*schema.Row{newRow("i", "k", named("dog", dog), named("cat"))},
			Counts{RowCounts{Same: 1}, PhraseCounts{Grounded: 1, Ungrounded: 1}, BoxCounts{Same: 1}}},
		{"rescored, the edges equal", []*schema.Row{newRow("i", "k", named("dog", dog))}, []*schema.Row{newRow("i", "k", named("dog", at(10, 10, 20, 20, 0.5)))},
			Counts{RowCounts{Changed: 1}, PhraseCounts{Grounded: 1, OtherBest: 1}, BoxCounts{Rescored: 1}}},
		{"rescored, the edges nearly equal", []*schema.Row{newRow("i", "k", named("dog", dog))}, []*schema.Row{newRow("i", "k", named("dog", at(10, 10, 20, 20.5, 0.5)))},
			Counts{RowCounts{Changed: 1}, PhraseCounts{Grounded: 1, OtherBest: 1}, BoxCounts{Rescored: 1}}},
		{"moved, the score equal", []*schema.Row{newRow("i", "k", named("dog", dog))}, []*schema.Row{newRow("i", "k", named("dog", at(10, 10, 20, 20.5, 0.75)))},
			Counts{RowCounts{Changed: 1}, PhraseCounts{Grounded: 1}, BoxCounts{Moved: 1}}},
		{"moved by half", []*schema.Row{newRow("i", "k", named("dog", dog))}, []*schema.Row{newRow("i", "k", named("dog", wide))},
			Counts{RowCounts{Changed: 1}, PhraseCounts{Grounded: 1}, BoxCounts{Moved: 1}}},
		{"too far", []*schema.Row{newRow("i", "k", named("dog", dog))}, []*schema.Row{newRow("i", "k", named("dog", at(60, 10, 20, 20, 0.75)))},
			Counts{RowCounts{Changed: 1}, PhraseCounts{Grounded: 1}, BoxCounts{Lost: 1, Added: 1}}},
		{"grounded and ungrounded now", []*schema.Row{newRow("i", "k", named("dog", dog), named("cat"))}, []*schema.Row{newRow("i", "k", named("dog"), named("cat", dog, wide))},
			Counts{RowCounts{Changed: 1}, PhraseCounts{GroundedNow: 1, UngroundedNow: 1, OtherBest: 2}, BoxCounts{Lost: 1, Added: 2}}},
		{"another caption", []*schema.Row{newRow("i", "k", named("dog", dog))}, []*schema.Row{newRow("i", "k", named("cat", dog, wide))},
			Counts{RowCounts{OnlyA: 1, OnlyB: 1}, PhraseCounts{RowsOnlyA: 1, RowsOnlyB: 1}, BoxCounts{RowsOnlyA: 1, RowsOnlyB: 2}}},
		{"another image", []*schema.Row{newRow("i", "k", named("dog", dog))}, []*schema.Row{newRow("j", "k", named("dog", dog))},
			Counts{RowCounts{OnlyA: 1, OnlyB: 1}, PhraseCounts{RowsOnlyA: 1, RowsOnlyB: 1}, BoxCounts{RowsOnlyA: 1, RowsOnlyB: 1}}},
		{"other spans", []*schema.Row{newRow("i", "k", named("big dog", dog))}, []*schema.Row{withSpan(newRow("i", "k", named("big dog", dog)), 4, 7)},
			Counts{RowCounts{Changed: 1}, PhraseCounts{OnlyA: 1, OnlyB: 1}, BoxCounts{PhrasesOnlyA: 1, PhrasesOnlyB: 1}}},
		{"doubles, by their keys", []*schema.Row{newRow("i", "2", named("dog", wide)), newRow("i", "1", named("dog", dog))},
			[]*schema.Row{newRow("i", "1", named("dog", dog)), newRow("i", "2", named("dog", wide)), newRow("i", "3", named("dog"))},
			Counts{RowCounts{Same: 2, OnlyB: 1}, PhraseCounts{Grounded: 2, RowsOnlyB: 1}, BoxCounts{Same: 2}}},
		{"another key and size", []*schema.Row{newRow("i", "k", named("dog", dog))}, []*schema.Row{sized(newRow("i", "l", named("dog", dog)), 200)},
			Counts{RowCounts{Same: 1, OtherKey: 1, OtherSize: 1}, PhraseCounts{Grounded: 1}, BoxCounts{Same: 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := run(t, newSet(t, tt.a), newSet(t, tt.b), Options{})
			if diff := cmp.Diff(tt.want, r.Counts); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for i, c := range r.Changes {
				if c.N != classInfo[i].count(&tt.want) || (c.N > 0) != (len(c.Samples) > 0) {
					t.Errorf("%s: %d with %d samples", c.ID, c.N, len(c.Samples))
				}
			}
			pageOf(t, r)
		})
	}
}

func withSpan(row *schema.Row, start, end int32) *schema.Row {
	p := &row.Phrases[0]
	p.Span = schema.Span{Start: start, End: end}
	p.Text, _ = p.Slice(row.Caption)
	return row
}

func sized(row *schema.Row, width int32) *schema.Row {
	row.Width = width
	return row
}

// A dataset is all the same as itself.
func TestOfItself(t *testing.T) {
	s := newSet(t, benchRows(2000), 700)
	r := run(t, s, s, Options{})
	want := Counts{RowCounts{Same: r.A.Rows}, PhraseCounts{Grounded: r.A.Grounded, Ungrounded: r.A.Phrases - r.A.Grounded}, BoxCounts{Same: r.A.Boxes}}
	if diff := cmp.Diff(want, r.Counts); diff != "" || !r.Same() || r.Texts.Changed != 0 || r.A.Rows != 2000 {
		t.Errorf("the classes (-want +got):\n%s", diff)
	}
}

// B with A is the mirror of A with B, to the samples and the numbers of phrases.
func TestMirror(t *testing.T) {
	rows := benchRows(3000)
	a, b := newSet(t, rows, 1000), newSet(t, changed(rows, 1))
	ab, ba := run(t, a, b, Options{IoU: 0.3}), run(t, b, a, Options{IoU: 0.3})
	for _, c := range ab.Changes {
		if c.N == 0 {
			t.Errorf("there are no %s", c.ID)
		}
	}
	back := ba.Counts
	back.Rows.OnlyA, back.Rows.OnlyB = back.Rows.OnlyB, back.Rows.OnlyA
	p, x := &back.Phrases, &back.Boxes
	p.GroundedNow, p.UngroundedNow = p.UngroundedNow, p.GroundedNow
	p.OnlyA, p.OnlyB, p.RowsOnlyA, p.RowsOnlyB = p.OnlyB, p.OnlyA, p.RowsOnlyB, p.RowsOnlyA
	x.Lost, x.Added = x.Added, x.Lost
	x.PhrasesOnlyA, x.PhrasesOnlyB, x.RowsOnlyA, x.RowsOnlyB = x.PhrasesOnlyB, x.PhrasesOnlyA, x.RowsOnlyB, x.RowsOnlyA
	if diff := cmp.Diff(ab.Counts, back); diff != "" {
		t.Errorf("the mirrored classes differ:\n%s", diff)
	}
	if diff := cmp.Diff(ab.Distributions[1], ba.Distributions[1]); diff != "" {
		t.Errorf("the IoUs differ:\n%s", diff)
	}
	for i := range ba.Texts.Top {
		c := &ba.Texts.Top[i]
		c.Lost, c.Added, c.GroundedNow, c.UngroundedNow = c.Added, c.Lost, c.UngroundedNow, c.GroundedNow
	}
	if diff := cmp.Diff(ab.Texts, ba.Texts); diff != "" {
		t.Errorf("the phrases differ:\n%s", diff)
	}
	for _, k := range [][2]class{{lost, added}, {added, lost}, {moved, moved}, {groundedNow, ungroundedNow}, {onlyA, onlyB}} {
		if diff := cmp.Diff(imagesOf(ab.Changes[k[0]]), imagesOf(ba.Changes[k[1]])); diff != "" {
			t.Errorf("%s shows other rows:\n%s", ab.Changes[k[0]].ID, diff)
		}
	}
}

func imagesOf(c Change) (all []string) {
	for _, s := range c.Samples {
		all = append(all, s.ImageSHA256+s.Caption)
	}
	return all
}

// The report does not depend on the order of rows and files, on workers, partitions,
// temporary files, nor on how many phrases are counted in memory.
func TestEqualDataGiveAnEqualPage(t *testing.T) {
	rows := benchRows(2000)
	other := changed(rows, 2)
	report := func(shuffle uint64, o Options, cuts ...int) string {
		a, b := shuffled(rows, shuffle), shuffled(other, shuffle)
		o.TempDir = t.TempDir()
		r := run(t, newSet(t, a, cuts...), newSet(t, b), o)
		if left, err := os.ReadDir(o.TempDir); err != nil || len(left) > 0 {
			t.Errorf("left over: %v, %v", left, err)
		}
		return jsonOf(t, r) + pageOf(t, r)
	}
	want := report(0, Options{Workers: 1})
	for i, got := range []string{
		report(1, Options{Workers: 4}, 10, 1500),
		report(2, Options{partitions: 1}),
		report(3, Options{partitions: 1024, memory: 1}, 999),
		report(4, Options{partitions: 2, memory: 1, texts: 1, Workers: 3}),
	} {
		if got != want {
			t.Errorf("report %d is another:\n%.2000s", i, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		}
	}
	if report(0, Options{Seed: 1}) == want {
		t.Error("another seed draws the same samples")
	}
}

func shuffled(rows []*schema.Row, seed uint64) []*schema.Row {
	out := append([]*schema.Row{}, rows...)
	if seed > 0 {
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	}
	return out
}

// FuzzClassesAddUp compares random datasets: Run fails if the classes do not add up,
// and the classes must not depend on which dataset comes first.
func FuzzClassesAddUp(f *testing.F) {
	f.Add(uint64(1), uint16(40), 0.5)
	f.Add(uint64(2), uint16(0), 1.0)
	f.Add(uint64(3), uint16(100), 0.01)
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, iou float64) {
		if !(iou > 0 && iou <= 1) {
			t.Skip()
		}
		rows := benchRows(int(n % 200))
		a, b := newSet(t, changed(rows, seed)), newSet(t, changed(rows, seed+1))
		o := Options{IoU: iou, partitions: 1 + int(seed%7), memory: 1}
		ab, ba := run(t, a, b, o), run(t, b, a, o)
		if ab.Boxes.Same != ba.Boxes.Same || ab.Boxes.Moved != ba.Boxes.Moved || ab.Boxes.Lost != ba.Boxes.Added || ab.Rows.OnlyA != ba.Rows.OnlyB {
			t.Errorf("%+v and %+v", ab.Counts, ba.Counts)
		}
	})
}

// Errors name the dataset, the file, the row and the field.
func TestErrors(t *testing.T) {
	rows := benchRows(400)
	good := newSet(t, rows)
	dir := t.TempDir()
	junk := filepath.Join(dir, "junk.parquet")
	if err := os.WriteFile(junk, []byte("PAR1"), 0o644); err != nil {
		t.Fatal(err)
	}
	data := encode(t, rows)
	cut := filepath.Join(dir, "damaged.parquet")
	copy(data[len(data)/2:], make([]byte, 2000))
	if err := os.WriteFile(cut, data, 0o644); err != nil {
		t.Fatal(err)
	}
	for place, want := range map[string]string{junk: "junk.parquet: junk.parquet: ", cut: "damaged.parquet: damaged.parquet: "} {
		if _, err := Run(context.Background(), good, openSet(t, place), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error is %v", place, err)
		}
	}
	_, err := Run(context.Background(), good, good, Options{memory: 1, partitions: 1, TempDir: filepath.Join(dir, "none")})
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "set TMPDIR") || !strings.Contains(err.Error(), filepath.Join(dir, "none")) {
		t.Errorf("without a folder for temporary files the error is %v", err)
	}
}

// A stopped comparison leaves nothing, wherever it is stopped.
func TestStop(t *testing.T) {
	rows := benchRows(2000)
	a, b := newSet(t, rows, 500, 1000, 1500), newSet(t, rows)
	for _, at := range []int64{0, 500, 1500, 2500, 3900} {
		ctx, cancel := context.WithCancel(context.Background())
		dir := t.TempDir()
		_, err := Run(ctx, a, b, Options{memory: 1, partitions: 2, TempDir: dir, Workers: 1, Observe: func(done, _ int64) {
			if done >= at {
				cancel()
			}
		}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("at %d the error is %v", at, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("at %d there are left: %v, %v", at, left, err)
		}
	}
}

func TestObserve(t *testing.T) {
	rows := benchRows(1000)
	last := [2]int64{}
	run(t, newSet(t, rows), newSet(t, rows[:300]), Options{Workers: 1, Observe: func(done, total int64) {
		if done < last[0] {
			t.Errorf("%d comes after %d", done, last[0])
		}
		last = [2]int64{done, total}
	}})
	if last != [2]int64{1300, 1300} {
		t.Errorf("it ends at %v", last)
	}
}
