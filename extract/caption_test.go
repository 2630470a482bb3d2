package extract_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/extract"
	"github.com/groundmill/groundmill/schema"
)

// TestCaption holds a few captions for each rule of the caption grammar; each
// is written with its phrases in brackets.
func TestCaption(t *testing.T) {
	ex := newExtractor(t, extract.Options{Grammar: extract.GrammarCaption})
	for _, tc := range []struct {
		rule string
		want []string
	}{
		{"numerals", []string{"[Two dogs] and [three people] scuba dive", "[two young boys]"}},
		{"possessive pronouns", []string{"[a man] plays [his instrument]", "[An African woman] and [her two small children]"}},
		{"possessives", []string{"[a man 's lap]", "[a small child's hand]", "[the girl’s red hat]"}},
		{"partitives", []string{
			"[A group of people] on [the back of a red car]", "[a stack of crates]", "[a glass of water]",
			"[one of the men] and [some of his friends]",
		}},
		{"the picture itself", []string{"[a photo] of [a dog]", "[Portrait] of [a woman]"}},
		{"prepositions of two words", []string{"[a cat] in front of [a house]", "[a bird] on top of [the roof]"}},
		{"adjectives in a list", []string{
			"[red and white striped shirts]", "[a tall , thin man]", "[a brown , black , and white dog]", "[a blue and black tube]",
		}},
		{"participles", []string{"[a smiling old woman]", "[a parked car]", "[a snow covered street]", "[Smiling woman] in [swimming trunks]"}},
		{"adverbs before adjectives", []string{"[the very big dog]", "[brightly colored balloons]"}},
		{"colours as clothes", []string{"[a man] in [red] stands by [a wall]", "[A girl] wearing [pink] dances"}},
		{"number", []string{"[a sloth] stands on [the moon]"}},
		{"nouns left out", []string{"[one dog] chases [the other]"}},
		{"finite verbs after nouns", []string{
			"[A person] swings [a bat]", "[headphones] and [a woman] who works", "[a little girl] poses for [a picture]",
			"[People] watch [the race]", "[A man] in [a blue shirt] plays [guitar]",
		}},
		{"verbs in -ing after nouns", []string{"[a storefront] and [people] watching [traffic]", "[a man] selling [purses]"}},
		{"nouns that look like adjectives", []string{"[a girl] and [a boy] in [the net]", "[a woman] with [a straw hat]"}},
		{"pronouns", []string{"he gives it to them", "i want something big"}},
		{"quotes", []string{"[a sign] that says '[stop]' and '[man]'", `[a shirt] that says "[Glass]"`}},
		{"capitals", []string{"[A MAN] RIDING [A BLACK HORSE] ON [THE BEACH]", "[A Man] Riding [A Black Horse] On [The Beach]"}},
		{"names", []string{"[Ten Thousand Buddhas Monastery] — [Stock Photo]", "[Thermos® Bottle]", "[Carrington II Bedroom 9 Drawer Dresser]"}},
		{"agencies' additions", []string{"[Purple witch's hat] [Royalty Free Stock Photos]", "[Traffic Lights] [Stock Photo]"}},
		{"what names nothing", []string{"IMG_4894.jpg", "24.99", "https://a.b/c", "@joe", "DSC_0001"}},
		{"borders", []string{"[red car] 🚗 [blue car]", "<b>[dog]</b> [car]", "#[sunset] #[beach]"}},
		{"placeholders", []string{"[<PERSON>] and [<PERSON>] at [the beach]"}},
		{"long rows of nouns", []string{"alpha beta gamma [delta epsilon zeta eta theta iota kappa lambda]"}},
	} {
		t.Run(tc.rule, func(t *testing.T) {
			for _, want := range tc.want {
				caption := strings.NewReplacer("[", "", "]", "").Replace(want)
				if got := bracket(ex, caption); got != want {
					t.Errorf("got  %s\nwant %s", got, want)
				}
			}
		})
	}
}

func TestFlags(t *testing.T) {
	caption := "a photo of Abraham Lincoln with a dog in the morning"
	ex := newExtractor(t, extract.Options{})
	got := map[string][]string{}
	for _, p := range ex.Extract(caption) {
		got[caption[p.Span.Start:p.Span.End]] = p.Flags
	}
	want := map[string][]string{
		"a photo":         {schema.FlagAbstract},
		"Abraham Lincoln": {schema.FlagName},
		"a dog":           nil,
		"the morning":     {schema.FlagAbstract},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("flags (-want +got):\n%s", diff)
	}
	drop := newExtractor(t, extract.Options{DropAbstract: true})
	if got, want := bracket(drop, caption), "a photo of [Abraham Lincoln] with [a dog] in the morning"; got != want {
		t.Errorf("without abstract phrases %s, want %s", got, want)
	}
}

func TestWordListHash(t *testing.T) {
	ex := newExtractor(t, extract.Options{})
	if hash := ex.WordListHash(); len(hash) != 64 || hash != newExtractor(t, extract.Options{}).WordListHash() {
		t.Errorf("hash %q is no stable SHA-256", hash)
	}
}

var update = flag.Bool("update", false, "write the golden files")

func TestCaptionGolden(t *testing.T) {
	ex := newExtractor(t, extract.Options{Grammar: extract.GrammarCaption})
	captions, err := os.ReadFile(filepath.Join("testdata", "captions.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for caption := range strings.Lines(string(captions)) {
		got.WriteString(bracket(ex, caption))
	}
	path := filepath.Join("testdata", "captions.golden")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("phrases (-want +got), -update writes them:\n%s", diff)
	}
}
