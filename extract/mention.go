package extract

import (
	"bytes"
	"hash/maphash"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/groundmill/groundmill/extract/token"
)

// mentions numbers the phrases of one caption by normalised text. It is a hash
// table with open addressing; the hash is seeded per process, which no number
// depends on.
type mentions struct {
	seed  maphash.Seed
	slots []int32 // index into texts plus one, 0 for free; a power of two
	texts []text
	bytes []byte // what texts point into
}

// A text is a range of mentions.bytes.
type text struct{ start, end int }

// reset makes room for n phrases.
func (m *mentions) reset(n int) {
	if m.slots == nil {
		m.seed = maphash.MakeSeed()
		m.slots = make([]int32, 16)
	}
	for 2*n > len(m.slots) {
		m.slots = make([]int32, 2*len(m.slots))
	}
	clear(m.slots)
	m.texts, m.bytes = m.texts[:0], m.bytes[:0]
}

// number returns the id of the phrase of these tokens.
func (m *mentions) number(caption string, phrase []token.Token) int32 {
	from := len(m.bytes)
	m.bytes = appendNormal(m.bytes, caption, phrase)
	key := m.bytes[from:]
	mask := uint64(len(m.slots) - 1)
	for at := maphash.Bytes(m.seed, key) & mask; ; at = (at + 1) & mask {
		id := m.slots[at] - 1
		if id < 0 {
			m.texts = append(m.texts, text{from, len(m.bytes)})
			m.slots[at] = int32(len(m.texts))
			return int32(len(m.texts)) - 1
		}
		if known := m.texts[id]; bytes.Equal(m.bytes[known.start:known.end], key) {
			m.bytes = m.bytes[:from]
			return id
		}
	}
}

// appendNormal appends the text of a phrase as mentions compare it: forms in
// lower case joined by single spaces, without leading determiners and
// possessive pronouns, in NFC.
func appendNormal(dst []byte, caption string, phrase []token.Token) []byte {
	start := len(dst)
	for i, t := range phrase {
		from := len(dst)
		t.Start += int32(t.SigilLen(caption))
		dst = token.AppendForm(dst, caption, t)
		dst = lower(dst, from)
		if from == start && i < len(phrase)-1 && determiners[string(dst[from:])] {
			dst = dst[:from]
			continue
		}
		if i < len(phrase)-1 {
			dst = append(dst, ' ')
		}
	}
	return nfc(dst, start)
}

// nfc normalises b[from:].
func nfc(b []byte, from int) []byte {
	for _, c := range b[from:] {
		if c >= utf8.RuneSelf {
			return append(b[:from], norm.NFC.String(string(b[from:]))...)
		}
	}
	return b
}

// determiners are what two mentions of one thing may differ in.
var determiners = wordSet(determinerList)

const determinerList = "a an the this that these those some any his her its their my your our"

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}
