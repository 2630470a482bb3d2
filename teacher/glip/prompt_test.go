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
			p := onePrompt(t, caption, c.span)
			if diff := cmp.Diff([][]int32{c.want}, p.columns); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]int64{2, 1, 6, 10, 5, 8, 3}, p.ids); diff != "" {
				t.Error(diff)
			}
			if len(p.mask) != len(p.ids) || !p.valid() {
				t.Errorf("prompt %+v", p)
			}
		})
	}
}

// onePrompt is the prompt of a caption within 256 tokens.
func onePrompt(t *testing.T, caption string, phrases ...schema.Span) prompt {
	t.Helper()
	prompts, truncated := newPrompts(words(t), 256, caption, phrases)
	if truncated || len(prompts) != 1 {
		t.Fatalf("truncated %v, %d prompts", truncated, len(prompts))
	}
	return prompts[0]
}

// From a space inwards the first token lies after the last: nothing is marked.
func TestPromptOfWhiteSpace(t *testing.T) {
	p := onePrompt(t, "dog cat", schema.Span{Start: 3, End: 4})
	if p.columns[0] != nil {
		t.Errorf("columns %v", p.columns[0])
	}
}

func TestPromptsOfLongCaption(t *testing.T) {
	caption := strings.Repeat("a ", 300) + "dog"
	phrases := []schema.Span{
		{Start: 0, End: 1}, {Start: 506, End: 507}, {Start: 504, End: 511}, {Start: 598, End: 603},
		{Start: 20, End: 20 + 2*254 + 1},           // too long by one
		{Start: 3, End: 4}, {Start: 700, End: 701}, // without word pieces
	}
	prompts, truncated := newPrompts(words(t), 256, caption, phrases)
	if len(prompts) != 2 || !truncated {
		t.Fatalf("%d prompts, truncated %v", len(prompts), truncated)
	}
	// The first window ends before the third phrase, at word piece 252.
	want := [][][]int32{
		{{1}, nil, nil, nil, nil, nil, nil},
		{nil, {2}, {1, 2, 3, 4}, {48, 49}, nil, nil, nil},
	}
	for i, p := range prompts {
		if diff := cmp.Diff(want[i], p.columns); diff != "" || !p.valid() {
			t.Errorf("prompt %d: %s", i, diff)
		}
		if p.ids[0] != 2 || p.ids[len(p.ids)-1] != 3 || len(p.mask) != len(p.ids) {
			t.Errorf("prompt %d: %+v", i, p)
		}
	}
	if len(prompts[0].ids) != 254 || len(prompts[1].ids) != 51 {
		t.Errorf("%d and %d tokens", len(prompts[0].ids), len(prompts[1].ids))
	}
}

// 254 word pieces are one prompt, as they ever were; one more makes two.
func TestPromptLimit(t *testing.T) {
	whole := strings.Repeat("a ", 253) + "dog"
	p := onePrompt(t, whole, schema.Span{Start: 506, End: 509})
	if diff := cmp.Diff([][]int32{{254}}, p.columns); diff != "" || len(p.ids) != 256 {
		t.Errorf("%d tokens, %s", len(p.ids), diff)
	}
	prompts, truncated := newPrompts(words(t), 256, whole+" dog", []schema.Span{{Start: 506, End: 509}, {Start: 510, End: 513}})
	if len(prompts) != 2 || truncated {
		t.Fatalf("%d prompts, truncated %v", len(prompts), truncated)
	}
	if diff := cmp.Diff(p.ids, prompts[0].ids); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{2, 6, 3}, prompts[1].ids); diff != "" {
		t.Error(diff)
	}
}

// What nobody asks about is not read.
func TestPromptsWithoutPhrases(t *testing.T) {
	caption := strings.Repeat("a ", 600) + "dog"
	if prompts, truncated := newPrompts(words(t), 256, caption, nil); len(prompts) != 0 || truncated {
		t.Errorf("%d prompts, truncated %v", len(prompts), truncated)
	}
	prompts, truncated := newPrompts(words(t), 256, caption, []schema.Span{{Start: 1200, End: 1203}})
	if len(prompts) != 1 || truncated {
		t.Errorf("%d prompts, truncated %v", len(prompts), truncated)
	}
}

func TestPromptOfNothing(t *testing.T) {
	p := onePrompt(t, "")
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
		prompts, truncated := newPrompts(tok, limit, caption, []schema.Span{{Start: start, End: end}})
		if len(prompts) > 1 || truncated && len(prompts) > 0 {
			t.Errorf("limit %d: %d prompts for one phrase, truncated %v", limit, len(prompts), truncated)
		}
		for _, p := range prompts {
			if len(p.ids) > limit || len(p.ids) != len(p.mask) || !p.valid() {
				t.Errorf("limit %d: %+v", limit, p)
			}
			for _, c := range p.columns[0] {
				if c == 0 || int(c) == len(p.ids)-1 {
					t.Errorf("column %d is [CLS] or [SEP] of %d tokens", c, len(p.ids))
				}
			}
		}
	})
}
