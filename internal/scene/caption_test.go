package scene

import (
	"flag"
	"fmt"
	"image"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// TestCaptionsGolden shows in a diff what a change does to the language.
func TestCaptionsGolden(t *testing.T) {
	g := newGenerator(t, crowded())
	var b strings.Builder
	for i := range 40 {
		s := g.Scene(i)
		fmt.Fprintln(&b, s.Caption)
		for _, p := range s.Phrases {
			fmt.Fprintf(&b, "\t%s [%s] x%d\n", p.Text, p.Noun, len(p.Boxes))
		}
	}
	const golden = "testdata/captions.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("captions changed; run with -update if they should (-want +got):\n%s", diff)
	}
}

func TestPlacesOf(t *testing.T) {
	for _, c := range []struct {
		name  string
		a, b  image.Rectangle
		later bool
		want  []string
	}{
		{"left", image.Rect(0, 0, 10, 10), image.Rect(20, 5, 30, 15), false, []string{leftOf}},
		{"right", image.Rect(20, 5, 30, 15), image.Rect(0, 0, 10, 10), true, []string{rightOf}},
		{"above", image.Rect(0, 0, 10, 10), image.Rect(2, 10, 12, 20), true, []string{above}},
		{"below", image.Rect(2, 10, 12, 20), image.Rect(0, 0, 10, 10), false, []string{below}},
		{"diagonal", image.Rect(0, 0, 10, 10), image.Rect(20, 20, 30, 30), true, nil},
		{"in front", image.Rect(0, 0, 10, 10), image.Rect(5, 5, 15, 15), true, []string{inFront}},
		{"behind", image.Rect(0, 0, 10, 10), image.Rect(5, 5, 15, 15), false, []string{behind}},
	} {
		if diff := cmp.Diff(c.want, placesOf(c.a, c.b, c.later)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestArticle(t *testing.T) {
	for word, want := range map[string]string{"apple": "an", "unicorn": "a", "umbrella": "an", "hourglass": "an", "house": "a", "orange": "an", "dog": "a"} {
		if got := article(word); got != want {
			t.Errorf("%s %s, want %s", got, word, want)
		}
	}
}

// TestEveryTemplate fills each pattern with as few and with more mentions than it needs.
func TestEveryTemplate(t *testing.T) {
	objects := []Object{{Noun: Noun{Singular: "ant", Plural: "ants"}}}
	for _, table := range [][]weighted[template]{sentences, bareSentences, followUps} {
		for _, o := range table {
			n := o.value.needs()
			if n < 1 || o.weight < 1 {
				t.Errorf("template %q: needs %d mentions, weight %d", o.value, n, o.weight)
			}
			b := builder{r: newRandom(1, 2), objects: objects}
			for range n {
				b.mentions = append(b.mentions, mention{noun: objects[0].Noun, det: "a", objects: []int{0}})
			}
			b.sentence(o.value)
			if s := b.sample(); len(b.mentions) != 0 || len(s.Phrases) != n || strings.ContainsAny(s.Caption, "{}") || strings.Contains(s.Caption, "  ") {
				t.Errorf("template %q became %q with %d phrases, want %d", o.value, s.Caption, len(s.Phrases), n)
			}
		}
	}
}
