package grammar

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"strings"
)

//go:embed lexicon.txt
var lexiconText string

// A Class is a set of the word lists that a word stands in.
type Class uint32

// The word lists; lexicon.txt says what each is for. The four verb classes hold
// the forms of the verbs there.
const (
	colour Class = 1 << iota
	adjective
	noun
	ingNoun
	partitive
	depiction
	place
	stray
	pronoun
	being
	plural
	abstract
	closed
	verbBase
	verbS
	verbIng
	verbEd
	nounVerb // of verbBase and verbS: a noun as well
	linked
	adverb
	preposition
	boilerplate
	free
	activity
	ground
	subject
	state
	passive
	acted
)

// anyVerb holds the forms of the verbs there.
const anyVerb = verbBase | verbS | verbIng | verbEd

// has reports whether c holds any class of set.
func (c Class) has(set Class) bool { return c&set != 0 }

var classNames = map[string]Class{
	"colour": colour, "adjective": adjective, "noun": noun, "ingnoun": ingNoun,
	"partitive": partitive, "depiction": depiction, "place": place, "stray": stray,
	"pronoun": pronoun, "being": being, "plural": plural, "abstract": abstract,
	"closed": closed, "irregular": verbEd,
	"linked": linked, "adverb": adverb, "preposition": preposition, "boilerplate": boilerplate, "free": free,
	"activity": activity, "ground": ground, "subject": subject, "state": state, "passive": passive, "acted": acted,
}

var lexicon = readLexicon(lexiconText)

// readLexicon parses lines "class: word word ..."; a line that starts with "#"
// is a comment.
func readLexicon(text string) map[string]Class {
	out := make(map[string]Class)
	for line := range strings.Lines(text) {
		name, words, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for _, w := range strings.Fields(words) {
			switch name {
			case "verb":
				addVerb(out, w, 0)
			case "nounverb":
				addVerb(out, w, nounVerb)
			default:
				out[w] |= classNames[name]
			}
		}
	}
	return out
}

// ClassOf returns the word lists of a word in lower case.
func ClassOf(lower []byte) Class { return lexicon[string(lower)] }

// Lowers reports whether a capital says nothing about such a word: it is of a
// closed class, or a form of a verb that is no name.
func (c Class) Lowers() bool { return c.has(closed | verbIng | verbS) }

// IsClosed reports whether such a word is of a closed class.
func (c Class) IsClosed() bool { return c.has(closed) }

// Hash identifies the word lists: hex SHA-256.
func Hash() string {
	sum := sha256.Sum256([]byte(lexiconText))
	return hex.EncodeToString(sum[:])
}

// addVerb adds the regular forms of a verb; also marks the present forms.
func addVerb(out map[string]Class, base string, also Class) {
	out[base] |= verbBase | also
	out[sForm(base)] |= verbS | also
	for _, stem := range stems(base) {
		out[stem+"ing"] |= verbIng
		out[stem+"ed"] |= verbEd
	}
}

// sForm returns the third person singular.
func sForm(base string) string {
	switch last := base[len(base)-1]; {
	case last == 'y' && !isVowel(base[len(base)-2]):
		return base[:len(base)-1] + "ies"
	case strings.ContainsRune("sxzo", rune(last)), strings.HasSuffix(base, "ch"), strings.HasSuffix(base, "sh"):
		return base + "es"
	}
	return base + "s"
}

// stems returns what -ing and -ed may follow: "sit" and "sitt", "danc", "tri".
// Some forms that this makes are no English, and so never met.
func stems(base string) []string {
	n := len(base)
	switch last := base[n-1]; {
	case strings.HasSuffix(base, "ie"):
		return []string{base[:n-2] + "y", base[:n-1]}
	case last == 'e' && n > 2 && base[n-2] != 'e':
		return []string{base[:n-1]}
	case last == 'y' && !isVowel(base[n-2]):
		return []string{base, base[:n-1] + "i"}
	case !isVowel(last) && n > 2 && isVowel(base[n-2]) && !isVowel(base[n-3]):
		return []string{base, base + string(last)}
	}
	return []string{base}
}

func isVowel(b byte) bool { return strings.IndexByte("aeiou", b) >= 0 }
