package language

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"slices"
	"strings"
)

//go:embed words.txt
var wordsText string

// Lists of words.txt that are no languages.
const (
	shared = "shared" // words that say nothing
	names  = "names"  // words that count half
)

// A ballot is what one word says: a vote for each language of the set, in which
// bit i is for language i.
type ballot struct {
	languages uint32
	half      bool
}

// electorate is words.txt.
type electorate struct {
	codes   []string // of the languages, English first
	ballots map[string]ballot
	longest int // bytes of a word
}

const (
	english      = 0
	maxLanguages = 16
)

var voters = readWords(wordsText)

// readWords parses lines "list: word word ...".
func readWords(text string) electorate {
	e := electorate{ballots: make(map[string]ballot)}
	var mute, half []string
	for line := range strings.Lines(text) {
		list, words, ok := strings.Cut(line, ":")
		switch {
		case !ok || strings.HasPrefix(line, "#"):
		case list == shared:
			mute = append(mute, strings.Fields(words)...)
		case list == names:
			half = append(half, strings.Fields(words)...)
		default:
			e.add(list, strings.Fields(words))
		}
	}
	e.mute(mute)
	for _, w := range half {
		e.ballots[w] = ballot{e.ballots[w].languages, true}
	}
	return e
}

// add lets words vote for a language.
func (e *electorate) add(code string, words []string) {
	i := slices.Index(e.codes, code)
	if i < 0 {
		i = len(e.codes)
		e.codes = append(e.codes, code)
	}
	for _, w := range words {
		e.ballots[w] = ballot{languages: e.ballots[w].languages | 1<<i}
		e.longest = max(e.longest, len(w))
	}
}

// mute takes the vote from words, and from those that stand in the list of
// English and in another.
func (e *electorate) mute(words []string) {
	for _, w := range words {
		delete(e.ballots, w)
	}
	for w, b := range e.ballots {
		if b.languages&(1<<english) != 0 && b.languages != 1<<english {
			delete(e.ballots, w)
		}
	}
}

// Hash identifies the word lists: hex SHA-256.
func Hash() string {
	sum := sha256.Sum256([]byte(wordsText))
	return hex.EncodeToString(sum[:])
}
