package glip

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher/wordpiece"
)

func TestParseExtra(t *testing.T) {
	cases := map[string]struct {
		value any
		want  metadata
		err   string
	}{
		"full": {
			value: map[string]any{"name": "tiny", "min_size": int64(256), "max_size": int64(426), "vocab": []any{"a", "b"}, "note": []any{}},
			want:  metadata{name: "tiny", sizes: sizes{256, 426}, vocabulary: []string{"a", "b"}},
		},
		"vocabulary as text":  {value: map[string]any{"vocab": "a\nb\n"}, want: metadata{vocabulary: []string{"a", "b"}}},
		"nothing":             {value: map[string]any{}},
		"no dict":             {value: []any{}, err: "want a dict"},
		"name is a number":    {value: map[string]any{"name": int64(1)}, err: `"name" is of the wrong type, int64`},
		"size is a fraction":  {value: map[string]any{"max_size": 1.5}, err: `"max_size" is of the wrong type, float64`},
		"vocabulary of lists": {value: map[string]any{"vocab": []any{[]any{}}}, err: `"vocab" is of the wrong type`},
		"vocabulary is true":  {value: map[string]any{"vocab": true}, err: `"vocab" is of the wrong type, bool`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := parseExtra(c.value)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(metadata{}, sizes{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestVocabulary(t *testing.T) {
	special := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
	own, other := append(slices.Clone(special), "own"), append(slices.Clone(special), "other")
	cases := map[string]struct {
		option, extra []string
		rows          int
		want          []string
		warns         bool
	}{
		"the option wins":            {option: own, extra: other, rows: 6, want: own},
		"then the checkpoint":        {extra: other, rows: 6, want: other},
		"then the official one":      {rows: 30522, want: wordpiece.UncasedVocab()},
		"none, and the report warns": {rows: 30521, warns: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			im := importer{options: ImportOptions{Vocab: c.option}}
			got := im.vocabulary(c.extra, c.rows)
			if !slices.Equal(got, c.want) || len(im.warnings) > 0 != c.warns {
				t.Errorf("%d word pieces, warnings %q", len(got), im.warnings)
			}
		})
	}
}
