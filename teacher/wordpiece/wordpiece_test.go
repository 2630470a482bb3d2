package wordpiece

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestVocabularyIsTheOfficialOne(t *testing.T) {
	const want = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(uncasedFile))); got != want {
		t.Errorf("sha256 %s, want %s", got, want)
	}
	u := Uncased()
	got := []int32{int32(u.Size()), u.PAD(), u.UNK(), u.CLS(), u.SEP(), u.MASK()}
	if diff := cmp.Diff([]int32{30522, 0, 100, 101, 102, 103}, got); diff != "" {
		t.Errorf("size and special ids (-want +got):\n%s", diff)
	}
}

func TestNew(t *testing.T) {
	specials := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]"}
	cases := []struct {
		name  string
		vocab []string
		want  string // "" if the vocabulary is sound
	}{
		{"least", specials, ""},
		{"piece and its continuation differ", append(specials[:4:4], "a", "##a", "##", "#"), ""},
		{"repeated piece", append(specials[:4:4], "a", "b", "a"), `vocabulary: piece 6, "a", repeats piece 4`},
		{"repeated continuation", append(specials[:4:4], "##a", "##a"), `vocabulary: piece 5, "##a", repeats piece 4`},
		{"empty piece", append(specials[:4:4], ""), "vocabulary: piece 4 is empty"},
		{"no [PAD]", specials[1:], "vocabulary of 3 pieces has no [PAD]"},
		{"nothing", nil, "vocabulary of 0 pieces has no [UNK]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if _, err := New(c.vocab); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOwnVocabulary(t *testing.T) {
	tok, err := New([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "##a", "!"})
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, text string
		want       []Piece
	}{
		{"longest piece first", "Unaffable!", []Piece{{4, 0, 2}, {5, 2, 5}, {6, 5, 9}, {8, 9, 10}}},
		{"one misfit spoils the word", "unaffx un", []Piece{{1, 0, 6}, {4, 7, 9}}},
		{"a continuation is no beginning", "aff", []Piece{{1, 0, 3}}},
		{"special token", "un[SEP]un", []Piece{{4, 0, 2}, {3, 2, 7}, {4, 7, 9}}},
		{"a token that the vocabulary lacks", "[MASK]", []Piece{{1, 0, 1}, {1, 1, 5}, {1, 5, 6}}},
		{"invalid bytes count and vanish", "u\xffn \xc3!\xe4\xb8", []Piece{{4, 0, 3}, {8, 5, 6}}},
		{"nothing", "", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, tok.Encode(c.text)); diff != "" {
				t.Errorf("pieces (-want +got):\n%s", diff)
			}
		})
	}
	if tok.MASK() != -1 {
		t.Errorf("MASK %d, want -1", tok.MASK())
	}
}

func TestAppendEncodeKeepsAndReuses(t *testing.T) {
	dst := []Piece{{101, 0, 0}}
	got := Uncased().AppendEncode(dst, "cat")
	if diff := cmp.Diff([]Piece{{101, 0, 0}, {4937, 0, 3}}, got); diff != "" {
		t.Errorf("pieces (-want +got):\n%s", diff)
	}
	room := make([]Piece, 0, 100)
	text := "Café 東京 한국 A cat's tail-wagging [MASK] unaffable ﬁn"
	if n := testing.AllocsPerRun(10, func() { Uncased().AppendEncode(room, text) }); n != 0 {
		t.Errorf("%v allocations with room in dst, want none", n)
	}
}

// The seeds have offsets that are easy to get wrong.
func FuzzEncode(f *testing.F) {
	for _, text := range []string{"A cat", "e\u0301[MASK]한", "\xff\xfe", strings.Repeat("a\u0301", 101), "👨‍👩‍👧 [SEP", "東\u0000京"} {
		f.Add(text)
	}
	tok := Uncased()
	f.Fuzz(func(t *testing.T, text string) {
		pieces := tok.Encode(text)
		checkPieces(t, tok, text, pieces)
		// A space separates whatever is on its sides.
		n := int32(utf8.RuneCountInString(text)) + 1
		want := append([]Piece{}, pieces...)
		for _, p := range pieces {
			want = append(want, Piece{p.ID, p.Start + n, p.End + n})
		}
		if diff := cmp.Diff(want, append([]Piece{}, tok.Encode(text+" "+text)...)); diff != "" {
			t.Errorf("%q twice (-want +got):\n%s", text, diff)
		}
	})
}

func checkPieces(t *testing.T, tok *Tokenizer, text string, pieces []Piece) {
	t.Helper()
	start, n := int32(0), int32(utf8.RuneCountInString(text))
	for i, p := range pieces {
		if p.ID < 0 || int(p.ID) >= tok.Size() {
			t.Errorf("%q: piece %d has id %d", text, i, p.ID)
		}
		if p.Start < start || p.End <= p.Start || p.End > n {
			t.Errorf("%q: piece %d covers [%d,%d) after start %d in %d code points", text, i, p.Start, p.End, start, n)
		}
		start = p.Start
	}
}

func benchmark(b *testing.B, name string) {
	var texts []string
	for _, line := range lines(b, name) {
		var g golden
		if err := json.Unmarshal([]byte(line), &g); err != nil {
			b.Fatal(err)
		}
		texts = append(texts, g.Text)
	}
	tok := Uncased()
	var pieces []Piece
	tokens := 0
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			pieces = tok.AppendEncode(pieces[:0], text)
			tokens += len(pieces)
		}
	}
	b.ReportMetric(float64(tokens)/b.Elapsed().Seconds()/1e6, "Mtokens/s")
}

func BenchmarkCaptions(b *testing.B) { benchmark(b, "captions.jsonl") }
func BenchmarkHard(b *testing.B)     { benchmark(b, "hard.jsonl") }

func BenchmarkNew(b *testing.B) {
	vocab := UncasedVocab()
	for b.Loop() {
		if _, err := New(vocab); err != nil {
			b.Fatal(err)
		}
	}
}
