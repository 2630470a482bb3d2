package scene

import (
	"cmp"
	"slices"
	"strings"
)

// maxAbsent is the largest number of absent things in a caption.
const maxAbsent = 2

// A mention is a noun phrase to be written: what it says and what it is true of.
type mention struct {
	noun    Noun
	det     string // determiner or numeral, may be empty
	count   string // numeral behind a determiner ("the two dogs"), may be empty
	adjs    []string
	plural  bool  // takes the noun's plural form
	objects []int // indices into the scene's objects; none: absent
	shared  bool  // another mention is true of the same objects ("a dog and another dog")
}

// words returns the phrase as written, without regard to case.
func (m mention) words() string {
	var w []string
	for _, part := range append([]string{m.det, m.count}, m.adjs...) {
		if part != "" {
			w = append(w, part)
		}
	}
	return strings.Join(append(w, m.head()), " ")
}

func (m mention) head() string {
	if m.plural {
		return m.noun.Plural
	}
	return m.noun.Singular
}

// again returns the mention as one refers back to it: "a red apple" becomes "the red apple".
func (m mention) again() mention {
	m.det, m.count = "the", ""
	return m
}

// withArticle fills in "a" or "an" once the word behind it is known.
func (m mention) withArticle() mention {
	if m.det != "a" {
		return m
	}
	next := m.head()
	if len(m.adjs) > 0 {
		next = m.adjs[0]
	}
	m.det = article(next)
	return m
}

// article returns "an" before a vowel sound. The lists hold no word with a silent or a
// consonant-like vowel but those named here.
func article(next string) string {
	vowel := strings.ContainsRune("aeiou", rune(next[0])) && !strings.HasPrefix(next, "uni")
	if vowel || strings.HasPrefix(next, "hour") {
		return "an"
	}
	return "a"
}

// A mentioner writes the mentions of one caption.
type mentioner struct {
	r       random
	objects []Object
	bare    bool // in the manner of alternative texts: "red apple and dog"
}

// ofKind returns one or more mentions of a noun, given all objects that show it.
func (w mentioner) ofKind(noun Noun, all []int) []mention {
	if groups := w.byColour(all); len(groups) > 1 && w.r.chance(0.8) {
		return w.ofGroups(noun, groups)
	}
	if groups := w.bySize(all); groups != nil && w.r.chance(0.85) {
		return w.ofGroups(noun, groups)
	}
	if noun.counted() && len(all) == 2 && w.r.chance(0.12) {
		one := mention{noun: noun, det: "a", objects: all, shared: true}
		other := one
		other.det = "another"
		return []mention{one, other}
	}
	return []mention{w.ofGroup(noun, group{objects: all, colour: w.commonColour(all), optional: true})}
}

// A group is the part of a kind's objects that its adjectives single out.
type group struct {
	objects  []int
	size     []string // synonyms, one of which must be said; empty for none
	colour   string
	optional bool // the colour may be left out: the others don't differ in it
}

// ofGroups mentions all groups or, now and then, some of them; never more than a caption holds.
func (w mentioner) ofGroups(noun Noun, groups []group) []mention {
	w.r.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	if w.r.chance(0.3) {
		groups = groups[:1+w.r.IntN(len(groups)-1)]
	}
	groups = groups[:min(len(groups), maxMentions-maxAbsent)]
	var mentions []mention
	for _, g := range groups {
		mentions = append(mentions, w.ofGroup(noun, g))
	}
	return mentions
}

func (w mentioner) ofGroup(noun Noun, g group) mention {
	m := w.numbered(noun, len(g.objects))
	m.objects = g.objects
	if len(g.size) > 0 {
		m.adjs = append(m.adjs, pick(w.r, g.size))
	}
	if g.colour != "" && (!g.optional || w.r.chance(0.4)) {
		m.adjs = append(m.adjs, g.colour)
	}
	return m
}

// byColour splits objects of a kind by colour. There is no split where some have none listed:
// such a thing may or may not be called red.
func (w mentioner) byColour(all []int) []group {
	var groups []group
	for _, i := range all {
		colour := w.objects[i].Drawing.Colour
		if colour == "" {
			return nil
		}
		at := slices.IndexFunc(groups, func(g group) bool { return g.colour == colour })
		if at < 0 {
			groups = append(groups, group{colour: colour})
			at = len(groups) - 1
		}
		groups[at].objects = append(groups[at].objects, i)
	}
	return groups
}

// commonColour is the colour that all of the objects have, or "".
func (w mentioner) commonColour(all []int) string {
	if groups := w.byColour(all); len(groups) == 1 {
		return groups[0].colour
	}
	return ""
}

// What "big" and "small" need: the smallest big thing is that many times the largest small
// one, and within a group sizes differ no more than that.
const (
	sizeContrast = 1.55
	sizeLikeness = 1.25
)

// bySize splits objects of a kind into big and small ones where that is beyond doubt.
func (w mentioner) bySize(all []int) []group {
	sorted := slices.Clone(all)
	side := func(k int) float64 { return float64(w.objects[sorted[k]].side()) }
	slices.SortStableFunc(sorted, func(a, b int) int { return cmp.Compare(w.objects[a].side(), w.objects[b].side()) })
	last := len(sorted) - 1
	for k := range last {
		if side(k+1) >= sizeContrast*side(k) && side(k) <= sizeLikeness*side(0) && side(last) <= sizeLikeness*side(k+1) {
			colour := w.commonColour(all)
			small, big := sorted[:k+1], sorted[k+1:]
			slices.Sort(small)
			slices.Sort(big)
			return []group{
				{objects: small, size: smallWords, colour: colour, optional: true},
				{objects: big, size: bigWords, colour: colour, optional: true},
			}
		}
	}
	return nil
}

// numbered starts a mention of n things: determiner, numeral and form of the noun.
func (w mentioner) numbered(noun Noun, n int) mention {
	m := mention{noun: noun}
	switch {
	case noun.counted() && n == 1:
		m.det = choose(w.r, oneDeterminers)
		if w.bare {
			m.det = ""
		}
	case noun.counted():
		m.plural = true
		w.several(&m, n)
	default:
		m.plural = noun.Singular == ""
		m.det = choose(w.r, massDeterminers)
		if w.bare {
			m.det = ""
		}
	}
	return m
}

// several sets the determiner and numeral of n > 1 things.
func (w mentioner) several(m *mention, n int) {
	numeral := ""
	if n < len(numerals) {
		numeral = numerals[n]
		if w.r.chance(0.12) {
			numeral = digits[n]
		}
	}
	style := choose(w.r, severalStyles)
	if w.bare && style != "numeral" {
		style = "none"
	}
	switch {
	case style == "numeral" && numeral != "":
		m.det = numeral
	case style == "the numeral" && numeral != "":
		m.det, m.count = "the", numeral
	case style == "several" && n > 2:
		m.det = "several"
	case style == "the", style == "some":
		m.det = style
	}
}

// absent mentions a thing that isn't in the picture.
func (w mentioner) absent(noun Noun) mention {
	m := w.numbered(noun, choose(w.r, absentCounts))
	if w.r.chance(0.12) {
		m.adjs = append(m.adjs, pick(w.r, append(slices.Clone(smallWords), bigWords...)))
	}
	if colour := pick(w.r, noun.Drawings).Colour; colour != "" && w.r.chance(0.4) {
		m.adjs = append(m.adjs, colour)
	}
	return m
}
