package scene

import (
	"image"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// crowded is a configuration of many small objects on small images: quick to paint, with
// everything that captions can say.
func crowded() Config {
	cfg := Default()
	cfg.Canvases = []Canvas{{Width: Span{96, 160}, Height: Span{96, 160}}}
	cfg.Object = Span{12, 48}
	cfg.Kinds = Span{1, 5}
	cfg.MaxObjects = 9
	return cfg
}

// TestScenesAreTrue reads captions with its own understanding of their words and compares
// what they claim with what is in the picture.
func TestScenesAreTrue(t *testing.T) {
	cfg := crowded()
	g := newGenerator(t, cfg)
	vocabulary := map[string]bool{}
	for _, w := range Words() {
		vocabulary[w] = true
	}
	for i := range 1000 {
		s := g.Scene(i)
		if len(s.Objects) == 0 || len(s.Phrases) == 0 {
			t.Fatalf("scene %d: %d objects, %d phrases", i, len(s.Objects), len(s.Phrases))
		}
		checkObjects(t, s, cfg)
		for _, w := range distinctWords(s.Caption) {
			if !vocabulary[w] {
				t.Errorf("scene %d: %q of %q isn't in Words", i, w, s.Caption)
			}
		}
		end := 0
		for _, p := range s.Phrases {
			if p.Start < end || []rune(s.Caption)[p.Start:p.End] == nil || string([]rune(s.Caption)[p.Start:p.End]) != p.Text {
				t.Errorf("scene %d: phrase %+v is not where it says in %q", i, p, s.Caption)
			}
			end = p.End
			checkPhrase(t, s, p)
		}
	}
}

func checkObjects(t *testing.T, s Scene, cfg Config) {
	t.Helper()
	if s.Image.Rect != image.Rect(0, 0, s.Width, s.Height) {
		t.Errorf("scene %d: image of %v, sample says %dx%d", s.Index, s.Image.Rect, s.Width, s.Height)
	}
	for k, o := range s.Objects {
		if o.Box.Empty() || !o.Box.In(s.Image.Rect) {
			t.Errorf("scene %d: box %v outside %v", s.Index, o.Box, s.Image.Rect)
		}
		if !slices.Contains(s.PictureSets, o.Set) {
			t.Errorf("scene %d: set %s isn't listed in %v", s.Index, o.Set, s.PictureSets)
		}
		for _, other := range s.Objects[:k] {
			if overlap(o.Box, other.Box) > cfg.MaxOverlap {
				t.Errorf("scene %d: %v and %v overlap by more than %v", s.Index, o.Box, other.Box, cfg.MaxOverlap)
			}
			if o.Noun.Family != "" && o.Noun.Family == other.Noun.Family && o.Noun.Label() != other.Noun.Label() {
				t.Errorf("scene %d: %s and %s are of one family", s.Index, o.Noun.Label(), other.Noun.Label())
			}
		}
	}
}

// phrasePattern is what a noun-phrase chunker finds: determiner, numeral, adjectives, noun.
var phrasePattern = regexp.MustCompile(`^(?:(a|an|another|the|one|some|several) )?(?:(two|three|four|five|[2-5]) )?(?:(small|little|tiny|big|large) )?(?:(red|orange|yellow|green|blue|purple|pink|brown|gray|black|white|gold) )?([a-z ]+)$`)

func checkPhrase(t *testing.T, s Scene, p Phrase) {
	t.Helper()
	m := phrasePattern.FindStringSubmatch(strings.ToLower(p.Text))
	if m == nil {
		t.Errorf("scene %d: phrase %q has no known form", s.Index, p.Text)
		return
	}
	det, numeral, size, colour, head := m[1], m[2], m[3], m[4], m[5]
	noun := Nouns()[slices.IndexFunc(Nouns(), func(n Noun) bool { return n.Label() == p.Noun })]
	if head != noun.Singular && head != noun.Plural {
		t.Errorf("scene %d: phrase %q doesn't end in a form of %q", s.Index, p.Text, p.Noun)
	}
	want := []Box{}
	for i, o := range s.Objects {
		if o.Noun.Label() == p.Noun && (colour == "" || o.Drawing.Colour == colour) && (size == "" || hasSize(s.Objects, i, size)) {
			want = append(want, boxOf(o.Box))
		}
	}
	if diff := cmp.Diff(want, p.Boxes); diff != "" {
		t.Errorf("scene %d: boxes of %q in %q (-want +got):\n%s", s.Index, p.Text, s.Caption, diff)
	}
	checkNumber(t, s, p, noun, det, numeral, head)
}

// hasSize tells whether object i is the big or the small one among its like.
func hasSize(objects []Object, i int, size string) bool {
	var smaller, larger bool
	for _, o := range objects {
		if o.Noun.Label() == objects[i].Noun.Label() {
			smaller = smaller || float64(o.side())*1.5 < float64(objects[i].side())
			larger = larger || float64(o.side()) > 1.5*float64(objects[i].side())
		}
	}
	if size == "big" || size == "large" {
		return smaller && !larger
	}
	return larger && !smaller
}

func checkNumber(t *testing.T, s Scene, p Phrase, noun Noun, det, numeral, head string) {
	t.Helper()
	n := len(p.Boxes)
	if n == 0 {
		return
	}
	forms := noun.counted() && noun.Singular != noun.Plural
	said, err := strconv.Atoi(numeral)
	if err != nil {
		said = slices.Index([]string{"", "", "two", "three", "four", "five"}, numeral)
	}
	twins := strings.Contains(strings.ToLower(s.Caption), "another "+p.Noun) && n == 2
	switch {
	case numeral != "" && said != n,
		det == "one" && n != 1,
		det == "several" && n < 3,
		forms && head == noun.Plural && n < 2,
		forms && head == noun.Singular && n != 1 && !twins,
		det == "a" && n != 1 && !twins:
		t.Errorf("scene %d: %q in %q is said of %d things", s.Index, p.Text, s.Caption, n)
	}
}

// TestScenesVary guards the shares that the training relies on.
func TestScenesVary(t *testing.T) {
	g := newGenerator(t, crowded())
	var captions, absent, omitted, colours, sizes, counts, again, twins, mixed int
	for i := range 600 {
		s := g.Scene(i)
		captions++
		named, gone := map[string]bool{}, false
		for _, p := range s.Phrases {
			if named[p.Noun] && strings.HasPrefix(strings.ToLower(p.Text), "the ") {
				again++
			}
			named[p.Noun] = true
			gone = gone || len(p.Boxes) == 0
			m := phrasePattern.FindStringSubmatch(strings.ToLower(p.Text))
			counts += count(m[2] != "" && len(p.Boxes) > 0)
			sizes += count(m[3] != "" && len(p.Boxes) > 0)
			colours += count(m[4] != "" && len(p.Boxes) > 0)
			twins += count(m[1] == "another")
		}
		absent += count(gone)
		mixed += count(len(s.PictureSets) > 1)
		omitted += count(slices.ContainsFunc(s.Objects, func(o Object) bool { return !named[o.Noun.Label()] }))
	}
	for _, share := range []struct {
		name      string
		n         int
		low, high float64
	}{
		{"absent things", absent, 0.4, 0.6}, {"things left out", omitted, 0.2, 0.5}, {"mixed sets", mixed, 0.1, 0.3},
		{"colours", colours, 0.15, 2}, {"sizes", sizes, 0.15, 2}, {"numerals", counts, 0.2, 2}, {"second mentions", again, 0.1, 1}, {"twins", twins, 0.01, 0.3},
	} {
		if got := float64(share.n) / float64(captions); got < share.low || got > share.high {
			t.Errorf("%s: %.2f per caption, want %.2f to %.2f", share.name, got, share.low, share.high)
		}
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
