package wordpiece

// The syllables of Hangul decompose by arithmetic, not by table (The Unicode
// Standard, section 3.12).
const (
	hangulFirst = 0xAC00
	hangulLast  = 0xD7A3
	leadFirst   = 0x1100
	vowelFirst  = 0x1161
	tailBefore  = 0x11A7 // tail 0 is no tail
	vowels      = 21
	tails       = 28
)

func isHangul(r rune) bool { return hangulFirst <= r && r <= hangulLast }

// addHangul takes the two or three jamo of a syllable.
func (e *encoder) addHangul(r rune, at int32) {
	index := r - hangulFirst
	e.word.add(leadFirst+index/(vowels*tails), at)
	e.word.add(vowelFirst+index/tails%vowels, at)
	if tail := index % tails; tail > 0 {
		e.word.add(tailBefore+tail, at)
	}
}
