package grammar

import (
	"slices"
	"strings"
	"testing"
)

func TestLexiconFile(t *testing.T) {
	seen := make(map[string][]string)
	for line := range strings.Lines(lexiconText) {
		if strings.HasPrefix(line, "#") || line == "\n" {
			continue
		}
		name, words, ok := strings.Cut(line, ":")
		if _, known := classNames[name]; !ok || !known && name != "verb" && name != "nounverb" {
			t.Errorf("line %q has no known class", line)
		}
		seen[name] = append(seen[name], strings.Fields(words)...)
	}
	for name, words := range seen {
		if !slices.IsSorted(words) {
			t.Errorf("class %s is not in order", name)
		}
		if n := len(slices.Compact(words)); n != len(words) {
			t.Errorf("class %s holds a word twice", name)
		}
		for _, w := range words {
			if w != strings.ToLower(w) {
				t.Errorf("class %s: %q is not in lower case", name, w)
			}
		}
	}
	for _, name := range []string{"verb", "nounverb"} {
		delete(seen, name)
	}
	for name := range classNames {
		if len(seen[name]) == 0 {
			t.Errorf("class %s has no words", name)
		}
	}
}

func TestVerbForms(t *testing.T) {
	for _, tc := range []struct {
		base  string
		forms map[string]Class
	}{
		{"walk", map[string]Class{"walk": verbBase, "walks": verbS, "walking": verbIng, "walked": verbEd}},
		{"sit", map[string]Class{"sits": verbS, "sitting": verbIng}},
		{"dance", map[string]Class{"dances": verbS, "dancing": verbIng, "danced": verbEd}},
		{"carry", map[string]Class{"carries": verbS, "carrying": verbIng, "carried": verbEd}},
		{"lie", map[string]Class{"lies": verbS, "lying": verbIng}},
		{"watch", map[string]Class{"watches": verbS}},
		{"see", map[string]Class{"sees": verbS, "seeing": verbIng}},
		{"play", map[string]Class{"plays": verbS, "played": verbEd}},
	} {
		lex := make(map[string]Class)
		addVerb(lex, tc.base, 0)
		for form, want := range tc.forms {
			if !lex[form].has(want) {
				t.Errorf("%s: %q is no form", tc.base, form)
			}
		}
	}
}

func TestHash(t *testing.T) {
	if got := Hash(); len(got) != 64 {
		t.Errorf("hash %q is no SHA-256", got)
	}
}
