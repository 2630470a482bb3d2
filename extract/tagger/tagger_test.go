package tagger

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mingrammer/commonregex"
)

func tagsOf(seq *Sequence, text string) string {
	seq.Reset()
	for _, w := range strings.Fields(text) {
		seq.Add([]byte(w))
	}
	var names []string
	for _, t := range seq.Tag() {
		names = append(names, t.String())
	}
	return strings.Join(names, " ")
}

func TestTags(t *testing.T) {
	seq := mustShared(t).NewSequence()
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"plain", "a young man in his blue shirt and two dogs", "DT JJ NN IN PRP$ JJ NN CC CD NNS"},
		{"repeated word", "the light blue car under a street light", "DT JJ JJ NN IN DT NN NN"},
		{"exact tie, first class in order", "Leche de Burra", "NNP FW NNP"},
		{"by rule", "- 0 * *-1 @joe www.example.com a@b.com", "- -NONE- -NONE- -NONE- NN NN NN"},
		{"years, digits, hyphens", "1984 12 x-ray", "CD CD NN"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tagsOf(seq, tc.text)); diff != "" {
				t.Errorf("tags (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTagClasses(t *testing.T) {
	for tag := range Tag(tagCount) {
		name := tag.String()
		if got, want := tag.IsNoun(), strings.HasPrefix(name, "NN"); got != want {
			t.Errorf("%s: IsNoun %v", name, got)
		}
		if got, want := tag.IsAdjective(), strings.HasPrefix(name, "JJ"); got != want {
			t.Errorf("%s: IsAdjective %v", name, got)
		}
		if got, want := tag.IsVerb(), strings.HasPrefix(name, "VB"); got != want {
			t.Errorf("%s: IsVerb %v", name, got)
		}
	}
	if got := Tag(tagCount).String(); got != "?" {
		t.Errorf("a tag outside the set is called %q", got)
	}
}

// TestLinksAreThoseOfCommonregex compares random forms with the expressions
// that prose asks.
func TestLinksAreThoseOfCommonregex(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const alphabet = "abA0.-@:/!,_?é"
	for range 20_000 {
		var b strings.Builder
		for range rng.IntN(9) {
			b.WriteByte(alphabet[rng.IntN(len(alphabet)-2)])
		}
		form := b.String()
		if got, want := isLink(form), commonregex.LinkRegex.MatchString(form); got != want {
			t.Errorf("isLink(%q) = %v", form, got)
		}
		if got, want := isEmail(form), commonregex.EmailRegex.MatchString(form); got != want {
			t.Errorf("isEmail(%q) = %v", form, got)
		}
	}
}

// FuzzTag proves that any forms get one tag each, the same when asked again.
func FuzzTag(f *testing.F) {
	for _, s := range []string{
		"two dogs", "\xff\xff 's", "ȺȺȺȺ 's", "- -- -x x-", "*a*-12 *A*-1 **", "@ a@ @b a@b.c", ". .. a. .a a..b", "0 00 é ß İ",
	} {
		f.Add(s)
	}
	model := mustShared(f)
	f.Fuzz(func(t *testing.T, text string) {
		seq := model.NewSequence()
		first := tagsOf(seq, text)
		if n := len(strings.Fields(text)); len(strings.Fields(first)) != n {
			t.Errorf("%d tags for %d forms", len(strings.Fields(first)), n)
		}
		if again := tagsOf(seq, text); again != first {
			t.Errorf("tags %q, then %q", first, again)
		}
	})
}

// TestLinear tags long sequences that would not end if a rule looked at all of
// the text for each token.
func TestLinear(t *testing.T) {
	seq := mustShared(t).NewSequence()
	for _, form := range []string{
		strings.Repeat("a.", 1<<19), strings.Repeat("A.", 1<<19), strings.Repeat("@", 1<<20), strings.Repeat("a@", 1<<19),
		strings.Repeat("a-", 1<<19), strings.Repeat("*", 1<<20), strings.Repeat("É", 1<<19), strings.Repeat(".", 1<<20),
	} {
		seq.Reset()
		seq.Add([]byte(form))
		if n := len(seq.Tag()); n != 1 {
			t.Errorf("%d tags for one form", n)
		}
	}
}
