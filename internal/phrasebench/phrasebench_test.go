package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/evaluate/phrases/score"
	"github.com/groundmill/groundmill/schema"
)

func TestRecase(t *testing.T) {
	tests := []struct{ caption, upper, title string }{
		{"a man 's hat", "A MAN 'S HAT", "A Man 's Hat"},
		{"straße in ﬂames", "STRAßE IN ﬂAMES", "Straße In ﬂames"},
		{"", "", ""},
	}
	for _, tc := range tests {
		got := []string{upperCase(tc.caption), titleCase(tc.caption)}
		if diff := cmp.Diff([]string{tc.upper, tc.title}, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tc.caption, diff)
		}
		for _, text := range got {
			if utf8.RuneCountInString(text) != utf8.RuneCountInString(tc.caption) {
				t.Errorf("%q has another length than %q", text, tc.caption)
			}
		}
	}
}

func TestExtractJob(t *testing.T) {
	dir := t.TempDir()
	captions, spans := filepath.Join(dir, "captions.jsonl"), filepath.Join(dir, "spans.jsonl")
	text := `{"caption":"🐕 a dog runs ."}` + "\n" + `{"caption":" "}` + "\n"
	if err := os.WriteFile(captions, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(Job{map[string]any{"grammar": "glip"}, []JobFile{{captions, spans, 1e-9}}})
	if err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	if err := extractJob(bytes.NewReader(input), &output); err != nil {
		t.Fatal(err)
	}
	var result Result
	if err := json.Unmarshal(output.Bytes(), &result); err != nil {
		t.Fatal(err)
	}
	if len(result.Files) != 1 || len(result.Files[0].Rates) != 1 || result.PeakBytes == 0 || result.Ready == 0 {
		t.Errorf("result %+v lacks something", result)
	}
	got, err := os.ReadFile(spans)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("[[2,7]]\n[]\n", string(got)); diff != "" {
		t.Errorf("spans differ (-want +got):\n%s", diff)
	}
}

func TestReadSpansRefuses(t *testing.T) {
	gold := []score.Gold{{Caption: "été"}}
	for name, text := range map[string]string{
		"fewer lines": "", "more lines": "[] []", "past the end": "[[0,4]]", "empty": "[[1,1]]", "negative": "[[-1,2]]",
		"no JSON": "[[0",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "spans.jsonl")
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			if spans, err := readSpans(path, gold); err == nil {
				t.Errorf("got %v, want an error", spans)
			}
		})
	}
}

func TestTable(t *testing.T) {
	table := &table{header: []string{"system", "F1", "P"}}
	table.add(text("a"), percent(0.5), percent(0.123))
	table.add(text("b"), percent(0.75), percent(0.123))
	table.missing("c")
	var got strings.Builder
	table.write(&got)
	want := `| system | F1 | P |
| --- | --- | --- |
| a | 50.0 | **12.3** |
| b | **75.0** | **12.3** |
| c | not available | – |
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("table differs (-want +got):\n%s", diff)
	}
}

func TestHalfWidth(t *testing.T) {
	hit := score.Caption(score.Gold{Caption: "dog", Phrases: []score.Phrase{{Span: schema.Span{End: 3}}}}, []schema.Span{{End: 3}})
	miss := score.Row{Exact: score.Counts{Found: 1, Gold: 1}}
	f1 := func(r score.Row) float64 { return r.Exact.F1() }
	if got, err := halfWidths(t.Context(), []score.Row{hit, hit, hit}, f1); err != nil || got[0] != 0 {
		t.Errorf("of equal captions: got %v, %v, want 0", got, err)
	}
	rows := make([]score.Row, 0, 400)
	for range 200 {
		rows = append(rows, hit, miss)
	}
	if got, err := halfWidths(t.Context(), rows, f1); err != nil || got[0] < 0.04 || got[0] > 0.06 { // 1.96 sqrt(0.5 0.5 / 400) = 0.049
		t.Errorf("of 400 captions, half of them hit: got %v, %v, want about 0.049", got, err)
	}
}

func TestNoCaptions(t *testing.T) {
	output := filepath.Join(t.TempDir(), "phrases.md")
	if err := run(context.Background(), []string{"-data", t.TempDir(), "-o", output}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(output); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the report was touched: %v", err)
	}
}
