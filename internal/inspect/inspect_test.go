package inspect

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
)

// writeRows writes one data file of n rows whose phrases are "a dog" and
// "phrase N".
func writeRows(t *testing.T, dir string, n int, picture []byte) {
	t.Helper()
	digest := sha256.Sum256(picture)
	var file bytes.Buffer
	w, err := schema.NewWriter(&file, schema.Metadata{}, schema.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		second := fmt.Sprintf("phrase %d", i)
		row := &schema.Row{
			Key: fmt.Sprintf("%09d", i), Caption: "A dog, " + second, Width: 100, Height: 50,
			ImageSHA256: hex.EncodeToString(digest[:]), Source: schema.Source{Shard: "pairs.tar", Index: int64(i)},
			Phrases: []schema.Phrase{
				{Text: "A dog", Span: schema.Span{Start: 0, End: 5}, BestScore: 1, Boxes: []schema.ScoredBox{
					{Box: schema.Box{X2: 10, Y2: 10}, Score: 1}, {Box: schema.Box{X2: 20, Y2: 10}, Score: 0.55}}},
				{Text: second, Span: schema.Span{Start: 7, End: int32(7 + len(second))}, PhraseID: 1, BestScore: 0.2},
			},
		}
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "data", "train-00000-of-00001.parquet"), file.Bytes())
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCollectWithoutManifest(t *testing.T) {
	dir := t.TempDir()
	writeRows(t, dir, 10, nil)
	r, err := Collect(context.Background(), dir, Options{Rows: 3, TopPhrases: 2})
	if err != nil {
		t.Fatal(err)
	}
	if r.Complete || r.Manifest != nil {
		t.Error("a folder without manifest is called complete")
	}
	want := schema.Counts{Records: 10, Rows: 10, Phrases: 20, GroundedPhrases: 10, Boxes: 20}
	if diff := cmp.Diff(want, r.Totals); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Histogram{5: 10, 9: 10}, r.Scores); diff != "" {
		t.Errorf("scores (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(PhraseCount{Distinct: 11, Top: []Phrase{{"a dog", 10}, {"phrase 0", 1}}}, r.Phrases); diff != "" {
		t.Errorf("phrases (-want +got):\n%s", diff)
	}
	var keys []string
	for _, row := range r.Sample {
		keys = append(keys, row.Key)
	}
	if diff := cmp.Diff([]string{"000000000", "000000003", "000000006"}, keys); diff != "" {
		t.Errorf("sample (-want +got):\n%s", diff)
	}
	var text strings.Builder
	r.WriteText(&text)
	for _, want := range []string{"unfinished: no manifest.json", "grounded          10   50.0 % of phrases", "[0,5) A dog"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, text.String())
		}
	}
}

func TestCollectRefuses(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"no data", nil, "no data/*.parquet in it"},
		{"success without manifest", map[string]string{"_SUCCESS": ""}, "manifest.json"},
		{"damaged manifest", map[string]string{"manifest.json": "{"}, "manifest.json"},
		{"damaged data", map[string]string{"data/x.parquet": "PAR1"}, "x.parquet"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range tt.files {
				writeFile(t, filepath.Join(dir, name), []byte(content))
			}
			_, err := Collect(context.Background(), dir, Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want one with %q", err, tt.want)
			}
		})
	}
	if _, err := Collect(context.Background(), t.TempDir(), Options{}); !errors.Is(err, ErrNoData) {
		t.Errorf("error is %v, want ErrNoData", err)
	}
}

func TestCollectStopsWhenCancelled(t *testing.T) {
	dir := t.TempDir()
	writeRows(t, dir, 2, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Collect(ctx, dir, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

// Pictures are shown only if they are the ones that were labelled.
func TestWritePageFindsPictures(t *testing.T) {
	labelled := []byte("GIF89a labelled")
	for name, tt := range map[string]struct {
		stored []byte
		want   bool
	}{"same": {labelled, true}, "replaced": {[]byte("GIF89a another"), false}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeRows(t, dir, 2, labelled)
			var tar bytes.Buffer
			w := webdataset.NewWriter(&tar)
			for _, key := range []string{"0", "1"} {
				if err := w.Write(key, webdataset.Member{Ext: "gif", Data: tt.stored}); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			writeFile(t, filepath.Join(dir, "in", "pairs.tar"), tar.Bytes())
			r, err := Collect(context.Background(), dir, Options{Rows: 2})
			if err != nil {
				t.Fatal(err)
			}
			var page strings.Builder
			if err := r.WritePage(context.Background(), &page, filepath.Join(dir, "in")); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(page.String(), "data:image/gif"); got != tt.want {
				t.Errorf("picture shown: %t, want %t", got, tt.want)
			}
		})
	}
}

func TestPrintableKeepsTheTerminalSafe(t *testing.T) {
	if got := Printable("a\x1b[2J\u202eb\n\u2066é"); got != "a�[2J�b��é" {
		t.Errorf("printable text is %q", got)
	}
}
