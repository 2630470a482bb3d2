package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/page"
	"github.com/groundmill/groundmill/internal/picture"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func run(t testing.TB, store storage.Store, opts Options) *Report {
	t.Helper()
	r, err := Run(context.Background(), store, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func pageOf(t testing.TB, r *Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.WritePage(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func jsonOf(t testing.TB, r *Report) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", " ")
	if err := enc.Encode(r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("%s (-want +got); -update rewrites it:\n%.4000s", path, diff)
	}
}

// The small run has hostile texts, odd boxes, rejects and a damaged unit.
func TestGolden(t *testing.T) {
	r := run(t, smallRun(t), Options{PerStratum: 1})
	r.Location, r.title = "small", "small"
	golden(t, "small.json", jsonOf(t, r))
	golden(t, "small.html", []byte(pageOf(t, r)))
}

// Equal data give an equal report, whatever the workers and however the rows are
// cut into files and groups.
func TestEqualDataGiveAnEqualPage(t *testing.T) {
	rows := rowtest.Rows(rowtest.Data, 1000)
	page := func(workers int, cuts ...int) string {
		store := newStore(t)
		from := 0
		for i, to := range append(cuts, len(rows)) {
			data, _ := encodeRows(t, rows[from:to])
			write(t, store, schema.FileName(schema.KindData, "train", i, len(cuts)+1), data)
			from = to
		}
		r := run(t, store, Options{Workers: workers})
		r.title = "set"
		return pageOf(t, r)
	}
	want := page(1)
	for _, got := range []string{page(4), page(3, 100, 101, 700), page(2, 500)} {
		if got != want {
			t.Fatal("the page depends on workers or on the cut into files")
		}
	}
	if other := run(t, smallRun(t), Options{Seed: 1}); pageOf(t, other) == pageOf(t, run(t, smallRun(t), Options{})) {
		t.Error("another seed draws the same samples")
	}
}

// Files without a manifest are audited, and nothing is claimed that only a manifest
// could tell.
func TestWithoutManifest(t *testing.T) {
	tests := []struct{ name, file, state, lead string }{
		{"a folder of files", "some.parquet", "plain files", "Data files without a run"},
		{"a run that goes on", schema.FileName(schema.KindData, "train", 0, 2), "unfinished", "An unfinished run"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			store := newStore(t)
			data, stats := encodeRows(t, rowtest.Rows(rowtest.Data, 50))
			write(t, store, tt.file, data)
			write(t, store, "notes.txt", []byte("mine"))
			r := run(t, store, Options{})
			if r.State != tt.state || r.Counts.Rows != 50 || r.Counts.Boxes != stats.Boxes || len(r.Rules) != 0 || r.Accounting.Balanced {
				t.Errorf("state %q, %d rows, %d boxes, %d rules, balanced %t", r.State, r.Counts.Rows, r.Counts.Boxes, len(r.Rules), r.Accounting.Balanced)
			}
			page := pageOf(t, r)
			for _, want := range []string{tt.lead, "manifest.json: the input", "There is no manifest to hold that against", "Not known without a manifest", "There are no pictures: they were not looked for."} {
				if !strings.Contains(page, want) {
					t.Errorf("the page lacks %q", want)
				}
			}
		})
	}
}

func TestAccounting(t *testing.T) {
	rows := rowtest.Rows(rowtest.Data, 30)
	tests := []struct {
		name   string
		change func(t *testing.T, store storage.Store)
		want   string // part of a problem, "" for none
	}{
		{"whole", func(*testing.T, storage.Store) {}, ""},
		{"a file replaced", func(t *testing.T, store storage.Store) {
			name := schema.FileName(schema.KindData, "train", 1, 2)
			if err := store.Remove(context.Background(), name); err != nil {
				t.Fatal(err)
			}
			data, _ := encodeRows(t, rows[:3])
			write(t, store, name, data)
		}, "rows: manifest.json says 30, the files hold 13"},
		{"a file gone", func(t *testing.T, store storage.Store) {
			if err := store.Remove(context.Background(), schema.FileName(schema.KindData, "train", 1, 2)); err != nil {
				t.Fatal(err)
			}
		}, "missing_file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			store := writeRun(t, unit{rows: rows[:10]}, unit{rows: rows[10:]})
			tt.change(t, store)
			r := run(t, store, Options{})
			problems := strings.Join(r.Accounting.Problems, "\n")
			if r.Accounting.Balanced != (problems == "") || (tt.want == "") != (problems == "") || !strings.Contains(problems, tt.want) {
				t.Errorf("balanced %t, problems:\n%s\nwant %q", r.Accounting.Balanced, problems, tt.want)
			}
		})
	}
}

func TestInvalidRowsAreCountedApart(t *testing.T) {
	p := NewPartial(0, 2)
	for i, row := range rowtest.Rows(rowtest.Data, 3) {
		if i == 1 {
			row.Phrases[0].Start = 9999
		}
		p.add(row, place{File: "f", Row: int64(i)})
	}
	r := newReport(&Folder{store: newStore(t)}, p)
	if r.Counts.Rows != 3 || r.Invalid.Found != 1 || r.Distributions[phrasesPerCaption].N != 2 {
		t.Errorf("%d rows, %d invalid, %d in distributions", r.Counts.Rows, r.Invalid.Found, r.Distributions[phrasesPerCaption].N)
	}
	if page := pageOf(t, r); !strings.Contains(page, "phrases[0].start: span [9999,") {
		t.Error("the page does not say what is wrong")
	}
}

func TestRunRefuses(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"nothing", nil, "name the output folder of a run"},
		{"damaged manifest", map[string]string{"manifest.json": "{", "data/a.parquet": ""}, "manifest.json"},
		{"damaged data", map[string]string{"data/a.parquet": "PAR1"}, "data/a.parquet"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			store := newStore(t)
			for name, text := range tt.files {
				write(t, store, name, []byte(text))
			}
			_, err := Run(context.Background(), store, Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want one with %q", err, tt.want)
			}
			if errors.Is(err, ErrNoData) != (tt.files == nil) {
				t.Errorf("error is %v, ErrNoData is for empty folders alone", err)
			}
		})
	}
}

func TestRunStopsWhenCancelled(t *testing.T) {
	store := smallRun(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, store, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

// Pictures that rows embed are on the page, small.
func TestEmbeddedPictures(t *testing.T) {
	r := run(t, smallRun(t), Options{})
	if err := r.FindPictures(context.Background(), picture.None()); err != nil {
		t.Fatal(err)
	}
	if len(r.pictures) != len(r.shown()) {
		t.Errorf("%d of %d pictures found", len(r.pictures), len(r.shown()))
	}
	page := pageOf(t, r)
	if strings.Contains(page, "picture not found") || !strings.Contains(page, "data:image/jpeg;base64,") {
		t.Error("a card has no picture")
	}
}

// A sample from a file or a row group that is not there is an error, not a picture.
func TestEmbeddedPicturesOfNoPlace(t *testing.T) {
	for want, at := range map[string]place{
		"a sample is from data/none.parquet, which is not there": {File: "data/none.parquet"},
		"it has 1 row groups, no number 7":                       {File: schema.FileName(schema.KindData, "train", 0, 2), Group: 7},
	} {
		r := run(t, smallRun(t), Options{})
		r.Strata[0].picks[0].At = at
		if err := r.FindPictures(t.Context(), picture.None()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}

// A page with more pictures than it may hold says which it left out.
func TestPicturesAreBounded(t *testing.T) {
	r := run(t, smallRun(t), Options{})
	r.pictures = map[*schema.Row][]byte{}
	huge := append([]byte("\xff\xd8\xff\xe0"), make([]byte, page.PictureBytes/3)...)
	for row := range r.shown() {
		r.pictures[row] = huge
	}
	page := pageOf(t, r)
	if len(page) > 20<<20 || !strings.Contains(page, "its picture is left out: the page has enough") {
		t.Errorf("the page has %d bytes", len(page))
	}
}

func TestText(t *testing.T) {
	var b strings.Builder
	r := run(t, smallRun(t), Options{})
	r.WriteText(&b)
	for _, want := range []string{": complete; 42 records, 40 rows, 2 rejects\n", "Whole-image boxes: ", "Identical boxes for different phrases: "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, b.String())
		}
	}
}
