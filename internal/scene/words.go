package scene

import (
	"slices"
	"strings"
)

// Words returns all lower-case words and punctuation marks that the captions of any
// configuration can contain, sorted: what a teacher's vocabulary needs at least.
func Words() []string {
	text := []string{"a an another", strings.Join(smallWords, " "), strings.Join(bigWords, " ")}
	text = append(text, numerals...)
	text = append(text, digits...)
	text = append(text, relations...)
	text = append(text, places...)
	for _, table := range [][]weighted[string]{oneDeterminers, massDeterminers, severalStyles, pairJoints, lastJoints, endings} {
		for _, o := range table {
			text = append(text, o.value)
		}
	}
	for _, table := range [][]weighted[template]{sentences, bareSentences, followUps} {
		for _, o := range table {
			text = append(text, wordsOf(o.value))
		}
	}
	for _, n := range Nouns() {
		text = append(text, n.Singular, n.Plural)
		for _, d := range n.Drawings {
			text = append(text, d.Colour)
		}
	}
	return distinctWords(strings.Join(text, " "))
}

// wordsOf returns the fixed words of a template and those that fill its verb.
func wordsOf(t template) string {
	words := slices.DeleteFunc(t.parts(), func(p string) bool { return strings.HasPrefix(p, "{") })
	return strings.Join(append(words, "is", "are"), " ")
}

// distinctWords cuts text into words and single marks, sorts them and drops repetitions.
func distinctWords(text string) []string {
	var b strings.Builder
	for _, c := range strings.ToLower(text) {
		if c == ' ' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			b.WriteRune(c)
		} else {
			b.WriteString(" " + string(c) + " ")
		}
	}
	words := strings.Fields(b.String())
	slices.Sort(words)
	return slices.Compact(words)
}
