package extract_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/extract"
	"github.com/groundmill/groundmill/extract/tagger"
	"github.com/groundmill/groundmill/schema"
)

func newExtractor(t testing.TB, opts extract.Options) *extract.Extractor {
	t.Helper()
	ex, err := extract.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return ex
}

// allExtractors returns one for each grammar, which also looks for expressions.
func allExtractors(t testing.TB) (out []*extract.Extractor) {
	t.Helper()
	for _, g := range extract.Grammars {
		out = append(out, newExtractor(t, extract.Options{Grammar: g, Expressions: true}))
	}
	return out
}

// texts returns what the phrases of caption say.
func texts(ex *extract.Extractor, caption string) []string {
	var out []string
	for _, p := range ex.Extract(caption) {
		out = append(out, caption[p.Span.Start:p.Span.End])
	}
	return out
}

func TestGLIP(t *testing.T) {
	ex := newExtractor(t, extract.Options{Grammar: extract.GrammarGLIP})
	for _, tc := range []struct{ caption, want string }{
		{"a young man in his blue shirt and two dogs", "a young man|blue shirt|dogs"},
		{"the very big dog", "big dog"},
		{"A MAN RIDING A BLACK HORSE ON THE BEACH", "A MAN|A BLACK HORSE|THE BEACH"},
		{"the dog's tail", "the dog|tail"},
		{"an artist and his art", "an artist|art"},
		{"<b>red</b> car on #sunset", "car|sunset"},
		{"see https://a.b/c.jpg", ""},
		{"running", ""},
	} {
		got := strings.Join(texts(ex, tc.caption), "|")
		if got != tc.want {
			t.Errorf("%q: got %q, want %q", tc.caption, got, tc.want)
		}
	}
}

// bracket writes caption with its phrases in brackets.
func bracket(ex *extract.Extractor, caption string) string {
	var b strings.Builder
	end := 0
	for _, p := range ex.Extract(caption) {
		b.WriteString(caption[end:p.Span.Start] + "[" + caption[p.Span.Start:p.Span.End] + "]")
		end = p.Span.End
	}
	return b.String() + caption[end:]
}

func TestPhraseID(t *testing.T) {
	ex := newExtractor(t, extract.Options{Grammar: extract.GrammarGLIP})
	for _, tc := range []struct {
		caption string
		want    []int32
	}{
		{"a man and a dog with the man", []int32{0, 1, 0}},
		{"A Man near a  man and THE MAN", []int32{0, 0, 0}},
		{"a café by the cafe\u0301", []int32{0, 0}},
		{"a red car, a blue car, a red  car", []int32{0, 1, 0}},
	} {
		var got []int32
		for _, p := range ex.Extract(tc.caption) {
			got = append(got, p.ID)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%q: ids (-want +got):\n%s", tc.caption, diff)
		}
	}
}

func TestSanitize(t *testing.T) {
	for _, tc := range []struct {
		caption, want string
		changed       bool
	}{
		{"", "", false},
		{"a café", "a café", false},
		{"\xff\xff's hat", "\ufffd's hat", true},
		{"a\xed\xa0\x80b", "a\ufffdb", true}, // a lone surrogate
	} {
		got, changed := extract.Sanitize(tc.caption)
		if got != tc.want || changed != tc.changed {
			t.Errorf("Sanitize(%q) = %q, %v, want %q, %v", tc.caption, got, changed, tc.want, tc.changed)
		}
	}
}

func TestGate(t *testing.T) {
	ex := newExtractor(t, extract.Options{MaxCodePoints: 5})
	for _, tc := range []struct {
		caption string
		want    schema.Reason
	}{
		{"", schema.ReasonEmptyCaption},
		{" \t\r\n\u00a0\u3000", schema.ReasonEmptyCaption},
		{"a dog", ""},
		{"ééééé", ""},
		{"a dogs", schema.ReasonCaptionTooLong},
	} {
		got, ok := ex.Gate(tc.caption)
		if got != tc.want || ok != (tc.want == "") {
			t.Errorf("Gate(%q) = %q, %v, want %q", tc.caption, got, ok, tc.want)
		}
	}
}

func TestGateLanguage(t *testing.T) {
	english, every := newExtractor(t, extract.Options{}), newExtractor(t, extract.Options{AnyLanguage: true})
	for _, tc := range []struct {
		caption string
		want    schema.Reason
	}{
		{"Two dogs on the beach", ""},
		{"Plaza de España", ""},
		{"ein Hund mit einem Ball", schema.ReasonOtherLanguage},
		{"犬が走っている", schema.ReasonOtherScript},
	} {
		if got, ok := english.Gate(tc.caption); got != tc.want || ok != (tc.want == "") {
			t.Errorf("Gate(%q) = %q, %v, want %q", tc.caption, got, ok, tc.want)
		}
		if got, ok := every.Gate(tc.caption); got != "" || !ok {
			t.Errorf("with any language Gate(%q) = %q, %v", tc.caption, got, ok)
		}
	}
}

// TestGateKeepsEnglish holds the gate to captions that are known to be in English.
func TestGateKeepsEnglish(t *testing.T) {
	ex := newExtractor(t, extract.Options{})
	for _, file := range []string{
		"flickr30k_entities_val", "flickr30k_entities_train_9k", "cc3m_val_a", "parti_prompts", "iiw_dense_a", "web_gold_113",
	} {
		for _, g := range readLines[goldCaption](t, file+".jsonl") {
			if reason, ok := ex.Gate(g.Caption); !ok && reason != schema.ReasonCaptionTooLong {
				t.Errorf("%s: %s: %q", file, reason, g.Caption)
			}
		}
	}
}

func TestOptions(t *testing.T) {
	err := extract.Options{Grammar: "nltk", MaxCodePoints: -1}.Validate()
	for _, want := range []string{`grammar: "nltk" is unknown`, "max_code_points: -1 is negative"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate() = %v, want %q in it", err, want)
		}
	}
	if _, err := extract.New(extract.Options{Grammar: "nltk"}); err == nil {
		t.Error("New accepts an unknown grammar")
	}
}

func TestModelLoadsOnce(t *testing.T) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { newExtractor(t, extract.Options{}).Extract("a dog") })
	}
	wg.Wait()
	if n := tagger.Loads(); n != 1 {
		t.Errorf("the model was loaded %d times, want once", n)
	}
}

// hardCaptions are what broke other extractors.
var hardCaptions = []string{
	"", " ", "\n", "a man 👨‍👩‍👧 with a dog 🐕‍🦺!", "İstanbul's old town", "273 \u212a (Kelvin)",
	"a “big” dog’s ‘tail’", "a dog&rsquo;s tail &amp; ears", "a\u00a0dog\u00a0house", "a dog\r\na cat\r\n",
	"\ufeffa dog", "שלום a dog \u202bworld\u202c", "\xff\xff's", "ȺȺȺȺ's", "a sign that says 'stop' and 'man'",
	"womens'swear", "cafe\u0301 n\u0303o", "a\x00dog\x00", "1️⃣ dog", "日本語のキャプション", "<b>red</b> car <3",
	"\u0301\u0301", "a\u200ddog \u200d", "data:image/png;base64,AAAA", "#a#b @c <PERSON>'s <PERSON>",
	strings.Repeat("!", 50_000), strings.Repeat("(", 50_000), strings.Repeat("x", 1<<20),
	strings.Repeat("<PERSON> ", 1000), strings.Repeat("\x00", 5000), strings.Repeat("a dog ", 20_000),
	strings.Repeat("'", 50_000), strings.Repeat("\u0301", 50_000),
}

// Words that would take quadratic time from a grammar that reads on in vain.
var endlessWords = []string{
	"the red ", "red ", "very ", "the ", "two ", "group of ", "man 's ", "red and ", "red , ", "in black ", "running ",
	"snow covered ", "Big ", "stock ", "number 5 ", "each other ", "runs ", "dog ",
	"dog that ", "dog next to ", "dog walking ", "dog in \" ", "dog dressed in ", "dog who very ", "dog that dog in ",
}

func TestLinear(t *testing.T) {
	size := 100_000
	if testing.Short() {
		size = 20_000
	}
	for _, ex := range allExtractors(t) {
		for _, w := range endlessWords {
			caption := strings.Repeat(w, size/len(w))
			checkPhrases(t, caption, ex.Extract(caption))
		}
	}
}

// pieces are what random captions are joined of: every script and kind.
var pieces = []string{
	"a", " ", " ", " ", "dog", "red", "'", "’s", "n't", "-", ".", ",", "!", "\"", "&amp;", "<b>", "<PERSON>", "#x", "@",
	"👨‍👩‍👧", "❤️", "🇩🇪", "e\u0301", "שלום", "\u202e", "\r\n", "\ufeff", "\u200d", "𝒜", "日本", "İ", "ß", "\xff", "\xed\xa0\x80",
	"5", "½", "\u00a0", "\x00", "®", "of", "and", "group", "in", "Stock", "Photo", "standing", "_", "/", "http://x",
	"a man ", "that ", "who ", "wears ", "the hat ", "next to ", "is ", "dressed ",
}

// randomCaption joins pieces, and characters from all of Unicode.
func randomCaption(rng *rand.Rand) string {
	var b strings.Builder
	for range rng.IntN(12) {
		if rng.IntN(8) == 0 {
			b.WriteRune(rune(rng.IntN(unicode.MaxRune + 1)))
			continue
		}
		b.WriteString(pieces[rng.IntN(len(pieces))])
	}
	caption, _ := extract.Sanitize(b.String())
	return caption
}

// TestRandomCaptions looks at a million captions.
func TestRandomCaptions(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 5_000
	}
	rng := rand.New(rand.NewPCG(3, 4))
	exs := allExtractors(t)
	var phrases []extract.Phrase
	for range n {
		caption := randomCaption(rng)
		for _, ex := range exs {
			ex.Gate(caption)
			phrases = ex.AppendPhrases(phrases[:0], caption)
			checkPhrases(t, caption, phrases)
		}
	}
}

func TestHardCaptions(t *testing.T) {
	for _, ex := range allExtractors(t) {
		for _, c := range hardCaptions {
			clean, _ := extract.Sanitize(c)
			checkPhrases(t, clean, ex.Extract(clean))
		}
	}
}

// checkPhrases proves what package extract promises of every span.
func checkPhrases(t *testing.T, caption string, phrases []extract.Phrase) {
	t.Helper()
	end, grown, ids := 0, 0, int32(0)
	for _, p := range phrases {
		if e := p.Expression; e != (schema.ByteSpan{}) {
			if e.Start != p.Span.Start || e.Start < grown || e.End <= p.Span.End || e.End > len(caption) {
				t.Fatalf("%.80q: expression %v of phrase %v after byte %d", caption, e, p.Span, grown)
			}
			grown = e.End
			checkBorder(t, caption, e.End)
		}
		s := p.Span
		if s.Start < end || s.End <= s.Start || s.End > len(caption) {
			t.Fatalf("%.80q: span %v after byte %d", caption, s, end)
		}
		end = s.End
		text := caption[s.Start:s.End]
		if !utf8.ValidString(text) || !utf8.ValidString(caption[s.End:]) {
			t.Fatalf("%.80q: span %v cuts a character", caption, s)
		}
		// A placeholder has its brackets, and a letter may be written as an entity.
		if trimmed := strings.TrimFunc(text, isEdge); trimmed != text && !strings.ContainsAny(text, "<&") {
			t.Fatalf("%.80q: phrase %q is not tight", caption, text)
		}
		if p.ID < 0 || p.ID > ids {
			t.Fatalf("%.80q: phrase id %d after %d ids", caption, p.ID, ids)
		}
		ids = max(ids, p.ID+1)
		checkBorder(t, caption, s.Start)
		checkBorder(t, caption, s.End)
	}
	if len(caption) < 1000 {
		checkStored(t, caption, phrases)
	}
}

// checkStored proves that the offsets that files hold cut the same text.
func checkStored(t *testing.T, caption string, phrases []extract.Phrase) {
	t.Helper()
	var bytes []schema.ByteSpan
	for _, p := range phrases {
		bytes = append(bytes, p.Span)
		if p.Expression != (schema.ByteSpan{}) {
			bytes = append(bytes, p.Expression)
		}
	}
	for i, s := range schema.RuneSpans(caption, bytes) {
		want := caption[bytes[i].Start:bytes[i].End]
		if got, ok := s.Slice(caption); !ok || got != want {
			t.Fatalf("%.80q: code points %v say %q, want %q", caption, s, got, want)
		}
	}
}

func isEdge(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsControl(r) }

// negation is the one clitic that a word is cut before without an apostrophe.
var negation = regexp.MustCompile("^(?i)n('|’|‘|ʼ|´|`|&[#a-z0-9]+;)t")

// checkBorder proves that no word goes on over byte i of caption.
func checkBorder(t *testing.T, caption string, i int) {
	t.Helper()
	before, _ := utf8.DecodeLastRuneInString(caption[:i])
	after, _ := utf8.DecodeRuneInString(caption[i:])
	if unicode.IsLetter(before) && unicode.IsLetter(after) && !negation.MatchString(caption[i:]) {
		t.Fatalf("%.80q: border at byte %d is inside a word", caption, i)
	}
}

func FuzzExtract(f *testing.F) {
	for _, c := range hardCaptions {
		if len(c) < 1000 {
			f.Add(c)
		}
	}
	exs := allExtractors(f)
	f.Fuzz(func(t *testing.T, caption string) {
		clean, _ := extract.Sanitize(caption)
		for _, ex := range exs {
			checkPhrases(t, clean, ex.Extract(clean))
		}
	})
}

func TestSameForEveryGoroutine(t *testing.T) {
	captions := []string{
		"Cathedral City mature Lighter grated cheese", "Leche de Burra",
		"an orange shirt is eating an orange", "a light blue car under a street light", "a dog", "",
	}
	for _, ex := range allExtractors(t) {
		var want [][]extract.Phrase
		for _, c := range captions {
			want = append(want, ex.Extract(c))
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 50 {
					for i, c := range captions {
						if diff := cmp.Diff(want[i], ex.Extract(c)); diff != "" {
							t.Errorf("%q (-first +later):\n%s", c, diff)
						}
					}
				}
			})
		}
		wg.Wait()
	}
}
