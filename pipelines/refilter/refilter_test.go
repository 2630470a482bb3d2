package refilter_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/pipelines/annotate"
	"github.com/groundmill/groundmill/schema"
)

// lenient are the rules of sources: nearly all boxes are in their data files.
var lenient = filter.Config{MinScore: 0.1}

// ruleSets are rules that remove different things.
var ruleSets = map[string]filter.Config{
	"default":     filter.Default(),
	"the same":    lenient,
	"strict":      {MinScore: 0.9},
	"sides":       {MinScore: 0.1, MinBoxSide: 12},
	"areas":       {MinScore: 0.2, MaxRelativeArea: 0.3},
	"overlaps":    {MinScore: 0.1, NMSIoU: 0.2},
	"one box":     {MinScore: 0.1, MaxBoxesPerPhrase: 1},
	"no abstract": {MinScore: 0.3, DropFlags: []string{schema.FlagAbstract}},
	"everything": {MinScore: 0.15, MinBoxSide: 5, MaxRelativeArea: 0.8, NMSIoU: 0.5, MaxBoxesPerPhrase: 2,
		DropFlags: []string{schema.FlagAbstract, schema.FlagName, schema.FlagBeyondPrompt}},
}

// TestSameAsAnnotate holds the job to its promise: the data files are those of a
// run of annotate with the same rules, byte for byte, and so are their counts.
func TestSameAsAnnotate(t *testing.T) {
	input := tars(t, 3)
	source := label(t, input, lenient, nil)
	before := contents(t, source)
	for name, rules := range ruleSets {
		t.Run(name, func(t *testing.T) {
			opts := options(t, rules)
			got := mustRun(t, source, opts)
			labels := label(t, input, rules, nil)
			want := manifestOf(t, labels)
			if names := unlike(of(schema.KindData, contents(t, labels)), of(schema.KindData, contents(t, opts.Output.Dir))); names != nil {
				t.Errorf("these files differ from those of annotate: %v", names)
			}
			if got.Metadata() != want.Metadata() || got.Config != want.Config || got.Model != want.Model {
				t.Errorf("identity is %+v, annotate's %+v", got.Identity, want.Identity)
			}
			wantTotals := want.Totals
			wantTotals.Records, wantTotals.Rejects = want.Totals.Rows, map[schema.Reason]int64{}
			if diff := cmp.Diff(wantTotals, got.Totals); diff != "" {
				t.Errorf("totals (-annotate +refilter):\n%s", diff)
			}
		})
	}
	if names := unlike(before, contents(t, source)); names != nil {
		t.Errorf("the source changed: %v", names)
	}
}

// TestFolder says what an output folder has in it, and what its manifest says of
// the source.
func TestFolder(t *testing.T) {
	source := label(t, tars(t, 2), lenient, func(o *annotate.Options) { o.Output.Split = "validation" })
	opts := options(t, filter.Default())
	m := mustRun(t, source, opts)
	files := contents(t, opts.Output.Dir)
	want := []string{"_SUCCESS", "data/validation-00000-of-00002.parquet", "data/validation-00001-of-00002.parquet", "manifest.json",
		"run.json", "units/validation-00000-of-00002.json", "units/validation-00001-of-00002.json"}
	got := maps.Clone(files)
	for _, name := range want {
		delete(got, name)
	}
	if len(got) > 0 || len(files) != len(want) {
		t.Errorf("files are %v, want %v", files, want)
	}
	if m.RefilterOf != sha256Of(contents(t, source)[schema.ManifestName]) {
		t.Errorf("refilter_of is %s", m.RefilterOf)
	}
	unit := m.Units[1]
	if unit.Name != "00001.tar" || unit.Inputs[0] != "raw/validation-00001-of-00002.parquet" {
		t.Errorf("unit 1 is %s of %v", unit.Name, unit.Inputs)
	}
}

// TestLanes proves that lanes are no part of the result.
func TestLanes(t *testing.T) {
	source := label(t, tars(t, 9), lenient, nil)
	var first map[string]string
	for _, lanes := range []int{1, 4, 8} {
		opts := options(t, filter.Default())
		opts.Beam.Lanes = lanes
		mustRun(t, source, opts)
		files := contents(t, opts.Output.Dir)
		if first == nil {
			first = files
		}
		if names := unlike(first, files); names != nil {
			t.Errorf("on %d lanes these files differ: %v", lanes, names)
		}
	}
}

// TestImages refuses a source with embedded images unless it is told that there
// will be none.
func TestImages(t *testing.T) {
	input := tars(t, 1)
	source := label(t, input, lenient, func(o *annotate.Options) { o.Output.EmbedImages = true })
	opts := options(t, filter.Default())
	if _, err := run(t.Context(), source, opts); err == nil || !strings.Contains(err.Error(), "output.without_images: is false, but the source embeds images") {
		t.Errorf("error is %v", err)
	}
	opts.Output.WithoutImages = true
	mustRun(t, source, opts)
	labels := label(t, input, filter.Default(), nil)
	if names := unlike(of(schema.KindData, contents(t, labels)), of(schema.KindData, contents(t, opts.Output.Dir))); names != nil {
		t.Errorf("these files differ from those of annotate: %v", names)
	}
}

// TestAgain runs once more in a finished folder, with the same and with other
// rules, and with another source.
func TestAgain(t *testing.T) {
	input := tars(t, 2)
	source := label(t, input, lenient, nil)
	opts := options(t, filter.Default())
	want := mustRun(t, source, opts)
	before := contents(t, opts.Output.Dir)
	if diff := cmp.Diff(want, mustRun(t, source, opts), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the manifest changed:\n%s", diff)
	}
	stricter := opts
	stricter.Filter.MinScore = 0.7
	if _, err := run(t.Context(), source, stricter); err == nil || !strings.Contains(err.Error(), "config differs in filter.min_score: the folder has 0.5, this run 0.7") {
		t.Errorf("other rules: error is %v", err)
	}
	other := label(t, input, filter.Default(), nil)
	if _, err := run(t.Context(), other, opts); err == nil || !strings.Contains(err.Error(), "input differs in refilter_of") {
		t.Errorf("another source: error is %v", err)
	}
	if names := unlike(before, contents(t, opts.Output.Dir)); names != nil {
		t.Errorf("these files changed: %v", names)
	}
}

// TestRefused lists what is refused before anything is touched.
func TestRefused(t *testing.T) {
	input := tars(t, 2)
	raw := filepath.Join("raw", "train-00001-of-00002.parquet")
	tests := []struct {
		name   string
		damage func(t *testing.T, source string) error
		rules  filter.Config
		want   string
	}{
		{"not finished", remove("_SUCCESS"), filter.Default(), "there is no finished run (no _SUCCESS); finish it first"},
		{"no folder", remove(""), filter.Default(), "there is no finished run"},
		{"a raw file is missing", remove(raw), filter.Default(), "raw/train-00001-of-00002.parquet is missing; let that run's own command do it again, with --redo 1"},
		{"a raw file is cut off", truncate(raw), filter.Default(), "raw/train-00001-of-00002.parquet has 99 bytes, its unit wrote"},
		{"the manifest is cut off", truncate("manifest.json"), filter.Default(), "manifest.json: manifest: "},
		{"below the floor", nil, filter.Config{MinScore: 0.05}, "filter.min_score: 0.05 is below the source's raw_floor: boxes under 0.1 were not kept"},
		{"bad rules", nil, filter.Config{MinScore: 2}, "filter.min_score: 2 is not in [0, 1)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := label(t, input, lenient, nil)
			if tt.damage != nil {
				if err := tt.damage(t, source); err != nil {
					t.Fatal(err)
				}
			}
			opts := options(t, tt.rules)
			wantRefusal(t, source, opts, tt.want)
		})
	}
}

// TestRefusedPlaces refuses output folders and sources that cannot be.
func TestRefusedPlaces(t *testing.T) {
	source := label(t, tars(t, 1), lenient, nil)
	opts := options(t, filter.Default())
	mustRun(t, source, opts)
	again := options(t, filter.Default())
	wantRefusal(t, opts.Output.Dir, again, "the run has no raw/train-00000-of-00001.parquet; give the run of annotate that it was made from")
	again.Output.Dir = filepath.Join(source, "strict")
	wantRefusal(t, source, again, "lies in the source")
	again.Output.Dir = source + "/"
	wantRefusal(t, source, again, "lies in the source")
	again.Output.Dir = ""
	wantRefusal(t, source, again, "output.dir: is empty")
	again.Output.Dir, again.Beam.Runner, again.Beam.Lanes = "x", "spark", 0
	wantRefusal(t, source, again, `beam.runner: "spark" is unknown`)
	wantRefusal(t, source, again, "beam.lanes: 0 is not between 1 and 8")
}

func remove(name string) func(*testing.T, string) error {
	return func(_ *testing.T, source string) error { return os.RemoveAll(filepath.Join(source, name)) }
}

func truncate(name string) func(*testing.T, string) error {
	return func(_ *testing.T, source string) error { return os.Truncate(filepath.Join(source, name), 99) }
}
