package scene

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNounsOfTheFile(t *testing.T) {
	nouns, err := ParseNouns(strings.NewReader(nounFile))
	if err != nil {
		t.Fatal(err)
	}
	if len(nouns) < 120 {
		t.Errorf("%d nouns, want at least 120", len(nouns))
	}
	if diff := cmp.Diff(nouns, Nouns()); diff != "" {
		t.Errorf("Nouns differs from the file (-file +got):\n%s", diff)
	}
}

// A noun that is a colour, or starts with one, would make the adjective ambiguous.
func TestNounsAreNoColours(t *testing.T) {
	colours := map[string]bool{}
	for _, n := range Nouns() {
		for _, d := range n.Drawings {
			colours[d.Colour] = true
		}
	}
	for _, n := range Nouns() {
		if first, _, _ := strings.Cut(n.Label(), " "); colours[first] {
			t.Errorf("noun %q starts with a colour", n.Label())
		}
	}
}

func TestParseNouns(t *testing.T) {
	const text = "# comment\n\nfire truck\tfire trucks\tcar\ttext\t1f692=red\n-\tscissors\t-\t-\t2702-fe0f\nbread\t-\t-\t-\t1f35e\nbook\tbooks\t-\t-\t1f4d5=red 1f4d7=green\n"
	want := []Noun{
		{Singular: "fire truck", Plural: "fire trucks", Family: "car", Lettered: true, Drawings: []Drawing{{Name: "fire-truck", Code: "1f692", Colour: "red"}}},
		{Plural: "scissors", Drawings: []Drawing{{Name: "scissors", Code: "2702-fe0f"}}},
		{Singular: "bread", Drawings: []Drawing{{Name: "bread", Code: "1f35e"}}},
		{Singular: "book", Plural: "books", Drawings: []Drawing{{Name: "book", Code: "1f4d5", Colour: "red"}, {Name: "book-2", Code: "1f4d7", Colour: "green"}}},
	}
	got, err := ParseNouns(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("nouns differ (-want +got):\n%s", diff)
	}
}

func TestParseNounsRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"columns", "dog\tdogs\n", "line 1: 2 columns"},
		{"capital", "Dog\tdogs\t-\t-\t1f415\n", `line 1: column 1: "Dog"`},
		{"no form", "-\t-\t-\t-\t1f415\n", "line 1: neither singular nor plural"},
		{"flag", "dog\tdogs\t-\tbig\t1f415\n", `line 1: column 4: unknown flag "big"`},
		{"twice", "dog\tdogs\t-\t-\t1f415\ndog\tdogs\t-\t-\t1f436\n", `line 2: noun "dog" is on line 1 already`},
		{"no drawing", "dog\tdogs\t-\t-\t\n", `line 1: noun "dog" has no drawing`},
		{"code", "dog\tdogs\t-\t-\tdog.png\n", `line 1: drawing "dog.png"`},
		{"empty colour", "dog\tdogs\t-\t-\t1f415=\n", `line 1: drawing "1f415="`},
		{"drawing twice", "dog\tdogs\t-\t-\t1f415\ncat\tcats\t-\t-\t1f415\n", "line 2: drawing 1f415 is on line 1 already"},
		{"long line", strings.Repeat("a", 1<<17), "line 1: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseNouns(strings.NewReader(c.text))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error %v, want one that starts with %q", err, c.want)
			}
		})
	}
}

func FuzzParseNouns(f *testing.F) {
	f.Add("dog\tdogs\t-\t-\t1f415=red 1f436\n")
	f.Add("-\tscissors\tknife\ttext\t2702-fe0f\n# end")
	f.Add("a\tb\tc\td\te\nf")
	f.Fuzz(func(t *testing.T, text string) {
		nouns, err := ParseNouns(strings.NewReader(text))
		if err != nil {
			return
		}
		var labels []string
		for _, n := range nouns {
			if n.Label() == "" || len(n.Drawings) == 0 {
				t.Errorf("accepted an incomplete noun: %+v", n)
			}
			labels = append(labels, n.Label())
		}
		slices.Sort(labels)
		if len(slices.Compact(labels)) != len(nouns) {
			t.Errorf("accepted a label twice in %q", text)
		}
	})
}
