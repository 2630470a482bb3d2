package glip

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher/wordpiece"
)

// marked takes a caption whose phrases stand in <>, nested if need be, apart.
func marked(text string) (caption string, phrases []schema.Span) {
	var plain []rune
	var open []int
	for _, r := range text {
		switch at := int32(len(plain)); r {
		case '<':
			open = append(open, len(phrases))
			phrases = append(phrases, schema.Span{Start: at})
		case '>':
			phrases[open[len(open)-1]].End = at
			open = open[:len(open)-1]
		default:
			plain = append(plain, r)
		}
	}
	return string(plain), phrases
}

// cut returns the windows of a caption that exceeds the budget.
func cut(tok *wordpiece.Tokenizer, caption string, phrases []schema.Span, budget int) ([]wordpiece.Piece, []run, []window) {
	pieces := tok.Encode(caption)
	runs := make([]run, len(phrases))
	for i, span := range phrases {
		runs[i] = spanPieces(pieces, span)
	}
	return pieces, runs, newCutter(caption, pieces, runs, budget).windows()
}

// text returns the part of a caption that a window covers.
func (w window) text(caption string, pieces []wordpiece.Piece) string {
	s, _ := schema.Span{Start: pieces[w.start].Start, End: pieces[w.end-1].End}.Slice(caption)
	return s
}

// Every word and every mark of punctuation here is one word piece.
func TestWindows(t *testing.T) {
	cases := map[string]struct {
		caption string
		budget  int
		want    []string // window: its phrases
	}{
		"within the budget": {"<a dog> on <a bed>", 5, []string{"a dog on a bed: a dog, a bed"}},
		"at the last sentence that fits": {
			"<Dog>. <Cat>! Then <a red cat> sat on <a mat>.", 7,
			[]string{"Dog. Cat!: Dog, Cat", "Then a red cat sat on: a red cat", "a mat.: a mat"},
		},
		"a sentence longer than the budget begins its own window": {
			"<Dog>. Then <a cat> and then <a dog> and <a pig>.", 6,
			[]string{"Dog.: Dog", "Then a cat and then: a cat", "a dog and a pig.: a dog, a pig"},
		},
		"without sentences": {"<dog> and <cat> and <pig> and <cow>", 3, []string{"dog and cat: dog, cat", "and pig and: pig", "cow: cow"}},
		"quotes and brackets belong to the sentence": {
			`<dog> (said "<no>.") then <cat> ran`, 10, []string{`dog (said "no."): dog, no`, "then cat ran: cat"},
		},
		"a full stop within a number or word ends nothing": {"<dog> 2.5 <cat>.com <pig>", 6, []string{"dog 2.5: dog", "cat.com pig: cat, pig"}},
		"an ellipsis ends a sentence":                      {"<dog>… and <cat> ran", 4, []string{"dog…: dog", "and cat ran: cat"}},
		"a sentence end within a phrase does not count":    {"see <Dr. Who> and <a dog>", 6, []string{"see Dr. Who and: Dr. Who", "a dog: a dog"}},
		"the cut is right before a phrase":                 {"on <a big dog> <a big cat>", 4, []string{"on a big dog: a big dog", "a big cat: a big cat"}},
		"a phrase one word too far":                        {"the very old <big dog> ran", 4, []string{"the very old: ", "big dog ran: big dog"}},
		"a phrase of the whole budget":                     {"on <a big dog> and then", 3, []string{"on: ", "a big dog: a big dog", "and then: "}},
		"a phrase longer than the budget":                  {"on <a very big dog> and <cat>", 3, []string{"on a very: ", "big dog and: ", "cat: cat"}},
		"phrases within one that is too long":              {"<<a dog> and <a cat> on <a mat>>", 4, []string{"a dog and: a dog", "a cat on: a cat", "a mat: a mat"}},
		"nested phrases stay together":                     {"the one <<a dog> on <a mat>> ran", 5, []string{"the one: ", "a dog on a mat: a dog on a mat, a dog, a mat", "ran: "}},
		"a stretch without phrases":                        {"so it is and so it was <dog>", 3, []string{"so it is: ", "and so it: ", "was dog: dog"}},
		"no phrases":                                       {"so it is and so", 3, []string{"so it is: ", "and so: "}},
		"without white space":                              {"<dog>,<cat>,<pig>,<cow>", 4, []string{"dog,cat,: dog, cat", "pig,cow: pig, cow"}},
		"emoji":                                            {"<dog> 🐕🏽 <cat> 👩‍🚀 <pig>", 3, []string{"dog 🐕🏽 cat: dog, cat", "👩‍🚀 pig: pig"}},
		"Chinese": {
			"一只<狗>。<猫>在<草地>上！“好。”<鸟>", 9,
			[]string{"一只狗。: 狗", "猫在草地上！: 猫, 草地", "“好。”鸟: 鸟"},
		},
		"full-width closing quote": {"<狗>。」<猫>在", 4, []string{"狗。」: 狗", "猫在: 猫"}},
		"CRLF and no-break spaces": {"<dog>.\r\nA\u00a0<cat>\u2003ran", 4, []string{"dog.: dog", "A\u00a0cat\u2003ran: cat"}},
		"budget of one":            {"<a> <dog cat> <b>", 1, []string{"a: a", "dog: ", "cat: ", "b: b"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			caption, phrases := marked(c.caption)
			pieces, _, windows := cut(words(t), caption, phrases, c.budget)
			var got []string
			for _, w := range windows {
				var texts []string
				for _, i := range w.phrases {
					text, _ := phrases[i].Slice(caption)
					texts = append(texts, text)
				}
				got = append(got, w.text(caption, pieces)+": "+strings.Join(texts, ", "))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Phrases of a chain leave no place to cut. The second window begins with the
// first phrase that the first could not hold.
func TestWindowsOfOverlappingPhrases(t *testing.T) {
	const caption = "a b c d e f g h"
	var phrases []schema.Span
	for i := range int32(5) {
		phrases = append(phrases, schema.Span{Start: 2 * i, End: 2*i + 7}) // four words
	}
	_, _, got := cut(words(t), caption, phrases, 5)
	want := []window{{run{0, 5}, []int{0, 1}}, {run{2, 7}, []int{2, 3}}, {run{4, 8}, []int{4}}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(window{}, run{})); diff != "" {
		t.Error(diff)
	}
}

// checkWindows looks for what must hold for every caption.
func checkWindows(t *testing.T, tok *wordpiece.Tokenizer, caption string, phrases []schema.Span, budget int) {
	t.Helper()
	pieces, runs, windows := cut(tok, caption, phrases, budget)
	end, held := 0, make([]int, len(runs))
	for n, w := range windows {
		if w.len() < 1 || w.len() > budget || w.start > end || w.end <= end {
			t.Fatalf("window %d is %v, the last one ended at %d; budget %d", n, w.run, end, budget)
		}
		end = w.end
		for _, i := range w.phrases {
			held[i]++
			if !w.holds(runs[i]) {
				t.Errorf("window %v has phrase %v", w.run, runs[i])
			}
		}
	}
	if end != len(pieces) {
		t.Errorf("the windows end at %d of %d word pieces", end, len(pieces))
	}
	for i, r := range runs {
		want := 0
		if 0 < r.len() && r.len() <= budget {
			want = 1
		}
		if held[i] != want {
			t.Errorf("phrase %v of %d word pieces is in %d windows, budget %d", r, r.len(), held[i], budget)
		}
	}
	checkBorders(t, tok, caption, pieces)
}

// checkBorders proves that white space is where the tokenizer sees it: the word
// pieces between two such borders are those of the text there.
func checkBorders(t *testing.T, tok *wordpiece.Tokenizer, caption string, pieces []wordpiece.Piece) {
	t.Helper()
	text := []rune(caption)
	start, from := 0, int32(0)
	all := append(borders(caption, pieces), spaceBorder)
	for i := 1; i < len(all); i++ {
		if all[i] < spaceBorder {
			continue
		}
		to := int32(len(text))
		if i < len(pieces) {
			to = pieces[i].Start
		}
		if part := tok.Encode(string(text[from:to])); !slices.EqualFunc(part, pieces[start:i], sameID) {
			t.Errorf("%q alone is %v, in the caption %v", string(text[from:to]), part, pieces[start:i])
		}
		start, from = i, to
	}
}

func sameID(a, b wordpiece.Piece) bool { return a.ID == b.ID }

// Random words, marks and phrases, by the official vocabulary.
func TestWindowsHoldEveryPhraseOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	stock := []string{"dog", "a", "croissants", ".", "! ", "…", "\n", " ", " ", " ", "。", "中", "🐕🏽", "e\u0301", "\u200b", "\"", ")", "각", "\u0085", "[SEP]", "x.y"}
	for range 2000 {
		var b strings.Builder
		for range rng.IntN(60) {
			b.WriteString(stock[rng.IntN(len(stock))])
		}
		caption := b.String()
		var phrases []schema.Span
		for range rng.IntN(8) {
			start := rng.Int32N(60)
			phrases = append(phrases, schema.Span{Start: start, End: start + 1 + rng.Int32N(12)})
		}
		checkWindows(t, wordpiece.Uncased(), caption, phrases, 1+rng.IntN(20))
	}
}

// The work grows with the length of the caption, whatever it is made of.
func TestWindowsOfHugeCaptions(t *testing.T) {
	for _, word := range []string{".", ")", "a ", "\u200b", "中", "a. ", "... "} {
		caption := strings.Repeat(word, 100_000/len(word))
		checkWindows(t, words(t), caption, []schema.Span{{Start: 5, End: 9}, {Start: 30_000, End: 30_001}}, 254)
	}
}

func FuzzWindows(f *testing.F) {
	f.Add("two dogs. A cat on a mat", uint8(4), []byte{0, 8, 10, 15, 19, 24})
	f.Add("一只狗。猫在草地上！", uint8(3), []byte{2, 3, 4, 5, 6, 8})
	f.Add("a b c d e f g h", uint8(5), []byte{0, 7, 2, 9, 4, 11, 6, 13, 8, 15})
	f.Add("\xff [CLS]. \u0130\u0085x … \"a\" 👩‍🚀", uint8(1), []byte{0, 200, 3, 2})
	tok := words(f)
	f.Fuzz(func(t *testing.T, caption string, budget uint8, bounds []byte) {
		var phrases []schema.Span
		for b := range slices.Chunk(bounds, 2) {
			if len(b) == 2 {
				phrases = append(phrases, schema.Span{Start: int32(b[0]), End: int32(b[1])})
			}
		}
		checkWindows(t, tok, caption, phrases, max(1, int(budget)))
	})
}

func BenchmarkWindows(b *testing.B) {
	caption, phrases := marked(strings.Repeat("<two dogs> ran over <the green grass>. ", 60))
	tok := wordpiece.Uncased()
	for b.Loop() {
		if prompts, _ := newPrompts(tok, maxPromptTokens, caption, phrases); len(prompts) < 2 {
			b.Fatal(fmt.Errorf("%d prompts", len(prompts)))
		}
	}
}
