package sampling

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/internal/verdict"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// writeRows writes rows as files of so many rows and opens them.
func writeRows(t *testing.T, rows []*schema.Row, perFile int) *rowset.Set {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i*perFile < len(rows); i++ {
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%05d.parquet", i)))
		if err != nil {
			t.Fatal(err)
		}
		w, err := schema.NewWriter(f, schema.Metadata{}, schema.WriterOptions{RowGroupRows: 70})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[i*perFile : min((i+1)*perFile, len(rows))] {
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	set, err := rowset.Open(t.Context(), dir, schema.KindData)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func mustDraw(t *testing.T, set *rowset.Set, rules filter.Config, o Options) *Sample {
	t.Helper()
	s, err := Draw(t.Context(), set, rules, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fileText(t *testing.T, f *verdict.File) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDraw holds a sample against a count of the rows by other means.
func TestDraw(t *testing.T) {
	rows := rowtest.Rows(rowtest.Raw, 400)
	o := Default()
	o.N = 300
	rules := filter.Config{MinScore: 0.3}
	s := mustDraw(t, writeRows(t, rows, 150), rules, o)
	population := map[string]int64{}
	for _, row := range rows {
		for _, p := range row.Phrases {
			for _, b := range p.Boxes {
				if b.Score > 0.3 {
					population[fmt.Sprintf("score 0.%d-", int(b.Score*10+1e-4))]++
				}
			}
		}
	}
	var drawn int
	got, weights := map[string]int64{}, map[string]float64{}
	for _, st := range s.Strata {
		got[st.Name[:10]] += st.Population
		drawn += st.Drawn
		if st.Drawn < 2 && int64(st.Drawn) < st.Population {
			t.Errorf("%s: %d of %d drawn, want the least of 2", st.Name, st.Drawn, st.Population)
		}
	}
	if diff := cmp.Diff(population, got); diff != "" {
		t.Errorf("populations differ (-counted +sample):\n%s", diff)
	}
	for _, j := range s.File.Judgements {
		weights[j.Stratum] += j.Weight
	}
	for _, st := range s.Strata {
		if math.Abs(weights[st.Name]-float64(st.Population)) > 1e-6 {
			t.Errorf("%s: weights add up to %v, want %d", st.Name, weights[st.Name], st.Population)
		}
	}
	if drawn != 300 || s.Drawn != 300 || len(s.File.Judgements) != 300 {
		t.Errorf("%d drawn in strata, %d in all, %d lines", drawn, s.Drawn, len(s.File.Judgements))
	}
	if _, err := verdict.Parse(strings.NewReader(fileText(t, s.File)), "sample"); err != nil {
		t.Errorf("the sample cannot be read back: %v", err)
	}
}

// TestSampleDependsOnSeedAndBoxesAlone draws from the same rows in other files.
func TestSampleDependsOnSeedAndBoxesAlone(t *testing.T) {
	rows := rowtest.Rows(rowtest.Data, 300)
	o := Default()
	o.N = 100
	first := fileText(t, mustDraw(t, writeRows(t, rows, 300), filter.Config{}, o).File)
	reversed := make([]*schema.Row, len(rows))
	for i, row := range rows {
		reversed[len(rows)-1-i] = row
	}
	if again := fileText(t, mustDraw(t, writeRows(t, reversed, 37), filter.Config{}, o).File); again != first {
		t.Error("the order of rows and files changes the sample")
	}
	o.Seed = 2
	if other := fileText(t, mustDraw(t, writeRows(t, rows, 300), filter.Config{}, o).File); other == first {
		t.Error("the seed changes nothing")
	}
}

// TestEveryBoxIsEquallyLikely draws a tenth with many seeds. A box is drawn by
// Binomial(400, .1): 40 ± 6; 4.5 deviations off has a chance of 1 % over all boxes.
func TestEveryBoxIsEquallyLikely(t *testing.T) {
	set := writeRows(t, rowtest.Rows(rowtest.Data, 60), 60)
	o := Default()
	o.By, o.Bands = nil, nil
	drawn := map[string]int{}
	const seeds = 400
	var boxes int64
	for seed := range uint64(seeds) {
		o.Seed, o.N = seed, 30
		s := mustDraw(t, set, filter.Config{}, o)
		boxes = s.Boxes
		for _, j := range s.File.Judgements {
			drawn[j.ID()]++
		}
	}
	want := float64(seeds) * 30 / float64(boxes)
	for id, n := range drawn {
		if math.Abs(float64(n)-want) > 4.5*math.Sqrt(want) {
			t.Errorf("%s was drawn %d times, want about %.0f", id, n, want)
		}
	}
	if int64(len(drawn)) != boxes {
		t.Errorf("%d of %d boxes were ever drawn", len(drawn), boxes)
	}
}

func TestSizeFromHalfWidth(t *testing.T) {
	set := writeRows(t, rowtest.Rows(rowtest.Raw, 400), 400)
	o := Default()
	o.HalfWidth = 0.05
	s := mustDraw(t, set, filter.Config{}, o)
	want := int(math.Ceil(384.14588206941266 / (1 + 383.14588206941266/float64(s.Boxes))))
	if s.Drawn != want {
		t.Errorf("%d of %d boxes drawn, want %d", s.Drawn, s.Boxes, want)
	}
}

func TestAllocations(t *testing.T) {
	set := writeRows(t, rowtest.Rows(rowtest.Raw, 500), 500)
	o := Default()
	o.N, o.By, o.Bands = 200, []Dimension{ByScore}, []float64{0.3, 0.9}
	drawn := map[Allocation][]int{}
	for _, o.Allocation = range Allocations() {
		for _, st := range mustDraw(t, set, filter.Config{}, o).Strata {
			drawn[o.Allocation] = append(drawn[o.Allocation], st.Drawn)
		}
	}
	if equal := drawn[Equal]; equal[0]-equal[1] > 3 || equal[0]-equal[1] < -3 {
		t.Errorf("equal allocation is %v", equal)
	}
	// p(1-p) at .6 is larger than at .15.
	if !(drawn[Neyman][1] > drawn[Proportional][1]) {
		t.Errorf("Neyman's allocation is %v, the proportional one %v", drawn[Neyman], drawn[Proportional])
	}
}

func TestStrata(t *testing.T) {
	o := Default()
	o.By = Dimensions()
	s := newStrata(o)
	row := &schema.Row{Source: schema.Source{Shard: "00017.tar"}}
	tests := []struct {
		score, side float32
		flags       []string
		want        string
	}{
		{0.5, 31, nil, "score 0.5-0.6, small, plain, shards "},
		{0.4999, 32, []string{"name"}, "score 0.4-0.5, medium, name, shards "},
		{1, 96, []string{"name", "abstract"}, "score 0.9-1, large, abstract+name, shards "},
		{0, 1000, nil, "score 0-0.1, large, plain, shards "},
	}
	for _, tt := range tests {
		b := &schema.ScoredBox{Box: schema.Box{X2: tt.side, Y2: tt.side}, Score: tt.score}
		got := s.name(s.of(row, &schema.Phrase{Flags: tt.flags}, b))
		if !strings.HasPrefix(got, tt.want) {
			t.Errorf("stratum is %q, want %q", got, tt.want)
		}
		_, unscored, _ := strings.Cut(tt.want, ", ")
		if group := Group(got); !strings.HasPrefix(group, unscored) {
			t.Errorf("the group of %q is %q, want %q", got, group, unscored)
		}
	}
	if got := newStrata(Options{}).name(cell{}); got != "all" {
		t.Errorf("without dimensions the stratum is %q", got)
	}
	if a, b := Group("score 0.5-0.6"), Group("all"); a != "all" || b != "all" {
		t.Errorf("the groups of the bands alone are %q, of the only stratum %q", a, b)
	}
}

func TestDrawErrors(t *testing.T) {
	set := writeRows(t, rowtest.Rows(rowtest.Data, 20), 20)
	if _, err := Draw(t.Context(), set, filter.Config{MinScore: 0.9999}, Default()); !errors.Is(err, ErrNoBoxes) {
		t.Errorf("no boxes: %v", err)
	}
	o := Default()
	o.N = 3
	if _, err := Draw(t.Context(), set, filter.Config{}, o); err == nil || !strings.Contains(err.Error(), "too few for") {
		t.Errorf("too few draws: %v", err)
	}
	bad := Options{N: -1, Least: 0, Allocation: "fair", By: []Dimension{"colour"}, Bands: []float64{0.5, 0.5}}
	want := []string{
		"n: -1 is negative",
		"least: 0 is not 1 or more: an empty stratum could not be estimated",
		`allocation: "fair" is not one of ["proportional" "neyman" "equal"]`,
		`by: "colour" is not one of ["score" "size" "kind" "shard"]`,
		"bands: [0.5 0.5] are not rising numbers in (0, 1)",
		"groups: 0 is not between 1 and 1000",
	}
	_, err := Draw(t.Context(), set, filter.Config{}, bad)
	var invalid *schema.InvalidError
	var got []string
	if errors.As(err, &invalid) {
		for _, p := range invalid.Problems {
			got = append(got, p.String())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems differ (-want +got):\n%s", diff)
	}
}
