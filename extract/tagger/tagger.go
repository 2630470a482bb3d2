package tagger

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Tagger is the model. It is read-only after loading and safe for concurrent
// use; about 20 MB.
type Tagger struct {
	forms   map[string]form             // known surface forms
	words   []word                      // by word id
	ids     map[string]int32            // normalised form -> word id
	suffix  map[string]suffix           // last three bytes of a form -> its rows
	first   [128]vector                 // bias and first byte of the form
	history [tagCount]*[tagCount]vector // tags i-1 and i-2, and both
	hash    string
}

// A form is what is known of a surface form.
type form struct {
	fixed Tag   // the tag that the dictionary fixes, or unfixed
	word  int32 // id of its normalised form, or unknownWord
}

const (
	unfixed           = tagCount
	unknownWord int32 = -1
)

// A word holds the rows of one normalised form by the place it stands in,
// seen from the token that is tagged. Rows at i-1 and i+1 include the suffix.
type word struct {
	here, prev1, prev2, next1, next2 row
	afterTag                         []taggedRow // "i-1 tag+i word", by tag
}

type taggedRow struct {
	tag Tag
	row row
}

// A suffix holds the rows of a three-byte suffix by place.
type suffix struct {
	here, prev1, next1 row
}

var (
	loads  atomic.Int32
	shared = sync.OnceValues(load)
)

// Shared returns the process's one Tagger. The first call decodes the model
// (about 0.3 s); its error, if any, is returned by every call.
func Shared() (*Tagger, error) { return shared() }

// Loads returns how often the process has decoded the model: 0 or 1.
func Loads() int { return int(loads.Load()) }

// Hash identifies the model: hex SHA-256 over the three files as prose ships them.
func (t *Tagger) Hash() string { return t.hash }

func load() (*Tagger, error) {
	loads.Add(1)
	a, err := readAssets()
	if err != nil {
		return nil, err
	}
	f, err := a.features()
	if err != nil {
		return nil, err
	}
	t := &Tagger{hash: a.hash}
	t.indexSuffixes(f)
	t.indexWords(f)
	t.indexForms(a.dict)
	t.indexTags(f)
	return t, nil
}

func (t *Tagger) indexSuffixes(f features) {
	t.suffix = make(map[string]suffix)
	for _, kind := range []string{kindSuffix, kindPrevSuffix, kindNextSuffix} {
		for s := range f[kind] {
			t.suffix[s] = suffix{f[kindSuffix][s], f[kindPrevSuffix][s], f[kindNextSuffix][s]}
		}
	}
}

// indexWords numbers every word that a feature names, and the boundary words.
func (t *Tagger) indexWords(f features) {
	afterTag := splitTagWord(f[kindTagWord])
	t.ids = make(map[string]int32)
	addWord := func(w string) {
		if _, ok := t.ids[w]; ok {
			return
		}
		t.ids[w] = int32(len(t.words))
		s := t.suffix[lastBytes(w)]
		t.words = append(t.words, word{
			here:     f[kindWord][w],
			prev1:    merge(f[kindPrev1][w], s.prev1),
			prev2:    f[kindPrev2][w],
			next1:    merge(f[kindNext1][w], s.next1),
			next2:    f[kindNext2][w],
			afterTag: afterTag[w],
		})
	}
	for _, w := range []string{"-START-", "-START2-", "-END-", "-END2-"} {
		addWord(w)
	}
	for _, kind := range []string{kindWord, kindPrev1, kindPrev2, kindNext1, kindNext2} {
		for w := range f[kind] {
			addWord(w)
		}
	}
	for w := range afterTag {
		addWord(w)
	}
}

// Ids of the words before and after a sentence.
const (
	wordStart int32 = iota
	wordStart2
	wordEnd
	wordEnd2
)

// splitTagWord groups the rows of "TAG word" by word.
func splitTagWord(rows map[string]row) map[string][]taggedRow {
	out := make(map[string][]taggedRow)
	for name, r := range rows {
		tag, w, _ := strings.Cut(name, " ")
		if i := slices.Index(tagNames[:], tag); i >= 0 {
			out[w] = append(out[w], taggedRow{Tag(i), r})
		}
	}
	return out
}

// indexForms makes a form of every word that is its own normal form and of
// every dictionary entry.
func (t *Tagger) indexForms(dict map[string]string) {
	t.forms = make(map[string]form, len(t.ids)+len(dict))
	for w, id := range t.ids {
		if normalise(w) == w {
			t.forms[w] = form{fixed: unfixed, word: id}
		}
	}
	for w, tag := range dict {
		i := slices.Index(tagNames[:], tag)
		if i < 0 {
			continue
		}
		t.forms[w] = form{fixed: Tag(i), word: t.wordID(normalise(w))}
	}
}

func (t *Tagger) wordID(normal string) int32 {
	if id, ok := t.ids[normal]; ok {
		return id
	}
	return unknownWord
}

func (t *Tagger) indexTags(f features) {
	for b := range t.first {
		t.first[b].add(f[kindBias][""])
		t.first[b].add(f[kindFirst][string(rune(b))])
	}
	for p1 := range t.history {
		t.history[p1] = new([tagCount]vector)
		for p2 := range t.history[p1] {
			v := &t.history[p1][p2]
			v.add(f[kindTag1][tagNames[p1]])
			v.add(f[kindTag2][tagNames[p2]])
			v.add(f[kindTags][tagNames[p1]+" "+tagNames[p2]])
		}
	}
}
