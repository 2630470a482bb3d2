package glip

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher/wordpiece"
)

// words is a vocabulary of a few words and pieces.
func words(t testing.TB) *wordpiece.Tokenizer {
	t.Helper()
	tok, err := wordpiece.New([]string{
		"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", // 0-4
		"a", "dog", "and", "cat", "##s", ",", "é", // 5-11
	})
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func TestPrompt(t *testing.T) {
	const caption = "Ω dog, a  cat"
	// code points:  0 2-4 5 7 10-12; word pieces 1..5 after [CLS]
	cases := map[string]struct {
		span schema.Span
		want []int32
	}{
		"one word":                       {schema.Span{Start: 2, End: 5}, []int32{2}},
		"several":                        {schema.Span{Start: 7, End: 13}, []int32{4, 5}},
		"first word":                     {schema.Span{Start: 0, End: 1}, []int32{1}},
		"space at the start":             {schema.Span{Start: 1, End: 5}, []int32{2}},
		"two spaces at the end":          {schema.Span{Start: 7, End: 10}, []int32{4}},
		"two spaces at the start":        {schema.Span{Start: 8, End: 13}, []int32{5}},
		"inside of a word":               {schema.Span{Start: 3, End: 4}, []int32{2}},
		"outside of the caption":         {schema.Span{Start: 40, End: 44}, nil},
		"end far outside":                {schema.Span{Start: 2, End: 40}, nil},
		"before the caption, within two": {schema.Span{Start: -2, End: 1}, []int32{1}},
		"everything":                     {schema.Span{Start: 0, End: 13}, []int32{1, 2, 3, 4, 5}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := newPrompt(words(t), 256, caption, []schema.Span{c.span})
			if diff := cmp.Diff([][]int32{c.want}, p.columns); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]int64{2, 1, 6, 10, 5, 8, 3}, p.ids); diff != "" || p.truncated {
				t.Errorf("truncated %v, %s", p.truncated, diff)
			}
			if len(p.mask) != len(p.ids) || !p.valid() {
				t.Errorf("prompt %+v", p)
			}
		})
	}
}

// From a space inwards the first token lies after the last: nothing is marked.
func TestPromptOfWhiteSpace(t *testing.T) {
	p := newPrompt(words(t), 256, "dog cat", []schema.Span{{Start: 3, End: 4}})
	if p.columns[0] != nil {
		t.Errorf("columns %v", p.columns[0])
	}
}

func TestPromptTruncation(t *testing.T) {
	caption := strings.Repeat("a ", 300) + "dog"
	spans := []schema.Span{{Start: 0, End: 1}, {Start: 506, End: 507}, {Start: 504, End: 511}, {Start: 508, End: 509}, {Start: 600, End: 603}}
	p := newPrompt(words(t), 256, caption, spans)
	if !p.truncated || len(p.ids) != 256 || p.ids[255] != 3 {
		t.Fatalf("truncated %v, %d tokens, last %d", p.truncated, len(p.ids), p.ids[len(p.ids)-1])
	}
	want := [][]int32{{1}, {254}, {253, 254}, nil, nil}
	if diff := cmp.Diff(want, p.columns); diff != "" {
		t.Error(diff)
	}
	whole := newPrompt(words(t), 256, strings.Repeat("a ", 254), nil)
	if whole.truncated || len(whole.ids) != 256 {
		t.Errorf("254 word pieces: truncated %v, %d tokens", whole.truncated, len(whole.ids))
	}
}

func TestPromptOfNothing(t *testing.T) {
	p := newPrompt(words(t), 256, "", nil)
	if diff := cmp.Diff([]int64{2, 3}, p.ids); diff != "" {
		t.Error(diff)
	}
}

func FuzzPrompt(f *testing.F) {
	f.Add("two dogs, a cat", int32(0), int32(8), 16)
	f.Add("\xff \u0130 中文", int32(-3), int32(1<<30), 3)
	tok := words(f)
	f.Fuzz(func(t *testing.T, caption string, start, end int32, limit int) {
		if limit < 3 || limit > 512 {
			t.Skip()
		}
		p := newPrompt(tok, limit, caption, []schema.Span{{Start: start, End: end}})
		if len(p.ids) > limit || len(p.ids) != len(p.mask) || !p.valid() {
			t.Errorf("limit %d: %+v", limit, p)
		}
		for _, c := range p.columns[0] {
			if c == 0 || int(c) == len(p.ids)-1 {
				t.Errorf("column %d is [CLS] or [SEP] of %d tokens", c, len(p.ids))
			}
		}
	})
}
