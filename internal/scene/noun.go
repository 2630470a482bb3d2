package scene

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// A Noun is a kind of thing that scenes show and captions name.
type Noun struct {
	Singular string    // for one thing; empty where only the plural is said (scissors)
	Plural   string    // for several; empty for what isn't counted (bread)
	Family   string    // nouns of one family never meet in a scene or its caption
	Lettered bool      // the drawings hold letters or digits and must not be mirrored
	Drawings []Drawing // at least one
}

// A Drawing is one picture of a noun; every picture set has it.
type Drawing struct {
	Name   string // file name in a picture set, without extension: "fire-truck", "heart-2"
	Code   string // emoji code points as emoji-datasource names its files: "2708-fe0f"
	Colour string // colour of the thing in every picture set, empty if it has no one colour
}

// Label is the name under which a noun is listed in samples: the singular, or the plural
// where there is no singular.
func (n Noun) Label() string {
	if n.Singular != "" {
		return n.Singular
	}
	return n.Plural
}

// counted tells whether numbers may stand before the noun.
func (n Noun) counted() bool { return n.Singular != "" && n.Plural != "" }

//go:embed nouns.tsv
var nounFile string

// Nouns returns all nouns in the order of nouns.tsv. The result is shared: don't change it.
var Nouns = sync.OnceValue(func() []Noun {
	nouns, err := ParseNouns(strings.NewReader(nounFile))
	if err != nil {
		panic(fmt.Sprintf("scene: the embedded nouns.tsv: %v", err)) // a test parses it
	}
	return nouns
})

// ParseNouns reads a file in the format that the head of nouns.tsv describes. Errors name
// the line.
func ParseNouns(r io.Reader) ([]Noun, error) {
	var nouns []Noun
	p := nounParser{labels: map[string]int{}, codes: map[string]int{}}
	lines := bufio.NewScanner(r)
	for p.line = 1; lines.Scan(); p.line++ {
		text := lines.Text()
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		n, err := p.parse(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", p.line, err)
		}
		nouns = append(nouns, n)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", p.line, err)
	}
	return nouns, nil
}

// nounParser remembers where labels and drawings were seen, to refuse them twice.
type nounParser struct {
	line          int
	labels, codes map[string]int
}

var (
	wordsPattern  = regexp.MustCompile(`^[a-z]+( [a-z]+)*$`)
	codePattern   = regexp.MustCompile(`^[0-9a-f]{4,5}(-[0-9a-f]{4,5})*$`)
	colourPattern = regexp.MustCompile(`^[a-z]+$`)
)

func (p *nounParser) parse(text string) (Noun, error) {
	f := strings.Split(text, "\t")
	if len(f) != 5 {
		return Noun{}, fmt.Errorf("%d columns, want singular, plural, family, flags and drawings", len(f))
	}
	for i, field := range f[:4] {
		if field == "-" {
			f[i] = ""
		} else if !wordsPattern.MatchString(field) {
			return Noun{}, fmt.Errorf("column %d: %q is not lower-case words", i+1, field)
		}
	}
	n := Noun{Singular: f[0], Plural: f[1], Family: f[2], Lettered: f[3] == "text"}
	if n.Label() == "" {
		return Noun{}, fmt.Errorf("neither singular nor plural")
	}
	if f[3] != "" && f[3] != "text" {
		return Noun{}, fmt.Errorf("column 4: unknown flag %q", f[3])
	}
	if at, seen := p.labels[n.Label()]; seen {
		return Noun{}, fmt.Errorf("noun %q is on line %d already", n.Label(), at)
	}
	p.labels[n.Label()] = p.line
	var err error
	n.Drawings, err = p.drawings(n.Label(), strings.Fields(f[4]))
	return n, err
}

func (p *nounParser) drawings(label string, fields []string) ([]Drawing, error) {
	if len(fields) == 0 {
		return nil, fmt.Errorf("noun %q has no drawing", label)
	}
	slug := strings.ReplaceAll(label, " ", "-")
	var drawings []Drawing
	for i, field := range fields {
		code, colour, coloured := strings.Cut(field, "=")
		if !codePattern.MatchString(code) || coloured && !colourPattern.MatchString(colour) {
			return nil, fmt.Errorf("drawing %q is not CODE or CODE=colour", field)
		}
		if at, seen := p.codes[code]; seen {
			return nil, fmt.Errorf("drawing %s is on line %d already", code, at)
		}
		p.codes[code] = p.line
		name := slug
		if i > 0 {
			name += "-" + strconv.Itoa(i+1)
		}
		drawings = append(drawings, Drawing{Name: name, Code: code, Colour: colour})
	}
	return drawings, nil
}
