package audit

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/groundmill/groundmill/schema"
)

// Capacities of a Partial.
const (
	phraseCapacity   = 1 << 17 // different phrases that are counted exactly
	headCapacity     = 1 << 16 // different head words that are counted exactly
	distinctCapacity = 1 << 12 // phrases of the sample of different ones
	patternSamples   = 4       // rows shown of each pattern
	rejectSamples    = 3       // rejects shown of each reason
	grid             = 16      // cells of the heat map, each way
)

// measure is something whose distribution is shown.
type measure int

const (
	boxScore measure = iota
	missScore
	boxArea
	boxAspect
	boxSide
	phraseWords
	phrasesPerCaption
	boxesPerRow
	boxesPerPhrase
	captionLength
	numMeasures
)

// scales says which values each measure counts.
var scales = [numMeasures]*scale{
	boxScore: scores, missScore: scores,
	boxArea: geometric(-20, 0), boxAspect: geometric(-5, 5), boxSide: geometric(0, 14),
	phraseWords: whole(30), phrasesPerCaption: whole(60), boxesPerRow: whole(200), boxesPerPhrase: whole(100),
	captionLength: geometric(0, 17),
}

// Partial is the part of a report that some of the rows make. Fields are exported
// for encoding; Merge puts two together.
type Partial struct {
	Seed       uint64 // of the samples
	PerStratum int    // rows kept of each stratum
	Images     bool   // rows have their image with them

	Counts   schema.Counts // without records and removals
	Invalid  Pattern       // rows that Validate refuses, left out of all that follows
	Cut      int64         // rows whose caption the teacher could not read to its end
	Flags    map[string]int64
	Measures [numMeasures]Histogram
	Centres  [grid * grid]int64 // boxes by their centre, line by line
	Borders  [16]int64          // boxes by the borders that they touch, see touched

	Phrases, Heads Tally
	Distinct       Distinct

	Strata   [numStrata]Stratum
	Patterns [numPatterns]Pattern
	Rejects  map[schema.Reason][]rejectPick
}

// Stratum is the phrases of a stratum.
type Stratum struct {
	Phrases int64
	Picks   sample
}

// NewPartial returns the Partial of no rows.
func NewPartial(seed uint64, perStratum int) *Partial {
	return &Partial{
		Seed: seed, PerStratum: perStratum, Flags: map[string]int64{},
		Phrases: Tally{Capacity: phraseCapacity}, Heads: Tally{Capacity: headCapacity}, Distinct: Distinct{Capacity: distinctCapacity},
		Rejects: map[schema.Reason][]rejectPick{},
	}
}

// add counts a row. Nothing of it is kept but copies.
func (p *Partial) add(row *schema.Row, at place) {
	p.Counts.Rows++
	v := &visit{row: row, at: at, hash: hashRecord(row.Key, row.Source)}
	if v.wrong = row.Validate(); v.wrong != nil {
		p.Invalid.Found++
		p.Invalid.Rows++
		v.pick(&p.Invalid.Picks, patternSamples, p.Seed, -1)
		return
	}
	if row.CaptionTruncated {
		p.Cut++
	}
	boxes := 0
	for i := range row.Phrases {
		boxes += len(row.Phrases[i].Boxes)
		p.addPhrase(v, i)
	}
	p.Counts.Phrases += int64(len(row.Phrases))
	p.Counts.Boxes += int64(boxes)
	p.measure(phrasesPerCaption, float64(len(row.Phrases)))
	p.measure(boxesPerRow, float64(boxes))
	p.measure(captionLength, float64(utf8.RuneCountInString(row.Caption)))
	p.addPatterns(v)
}

func (p *Partial) measure(m measure, v float64) { p.Measures[m].add(scales[m], v) }

// addPhrase counts the i-th phrase of a row with its boxes.
func (p *Partial) addPhrase(v *visit, i int) {
	phrase := &v.row.Phrases[i]
	grounded := len(phrase.Boxes) > 0
	if grounded {
		p.Counts.GroundedPhrases++
	} else {
		p.Measures[missScore].addScore(phrase.BestScore)
	}
	for _, flag := range phrase.Flags {
		p.countFlag(flag)
	}
	text := countedText(phrase.Text)
	mention := mix(v.hash ^ mix(uint64(i)))
	p.Phrases.add(text, mention, grounded)
	p.Heads.add(head(text), mention, grounded)
	p.Distinct.add(text)
	p.measure(phraseWords, float64(wordCount(phrase.Text)))
	p.measure(boxesPerPhrase, float64(len(phrase.Boxes)))
	for j := range phrase.Boxes {
		p.addBox(v.row, &phrase.Boxes[j])
	}
	s := &p.Strata[stratumOf(v.row, phrase).index()]
	s.Phrases++
	v.pick(&s.Picks, p.PerStratum, p.Seed, i)
}

// countFlag counts a flag; text of a page is not kept.
func (p *Partial) countFlag(flag string) { p.Flags[strings.Clone(flag)]++ }

func (p *Partial) addBox(row *schema.Row, b *schema.ScoredBox) {
	width, height := float64(b.Width()), float64(b.Height())
	p.Measures[boxScore].addScore(b.Score)
	p.measure(boxArea, areaShare(row, b.Box))
	p.measure(boxAspect, width/height)
	p.measure(boxSide, min(width, height))
	x := cell((float64(b.X1) + width/2) / float64(row.Width))
	y := cell((float64(b.Y1) + height/2) / float64(row.Height))
	p.Centres[y*grid+x]++
	p.Borders[touched(row, b.Box)]++
}

func cell(share float64) int { return min(max(int(share*grid), 0), grid-1) }

// addPatterns looks for what is odd about a row.
func (p *Partial) addPatterns(v *visit) {
	var found [numPatterns]int64
	find := func(kind pattern, phrase int) {
		if found[kind]++; found[kind] == 1 { // a row is shown once
			v.pick(&p.Patterns[kind].Picks, patternSamples, p.Seed, phrase)
		}
	}
	for i := range v.row.Phrases {
		phrase := &v.row.Phrases[i]
		if wordCount(phrase.Text) >= manyWords {
			find(longPhrase, i)
		}
		for _, b := range phrase.Boxes {
			switch {
			case areaShare(v.row, b.Box) >= wholeShare:
				find(wholeImage, i)
			case bits.OnesCount(uint(touched(v.row, b.Box))) >= gluedEdges:
				find(glued, i)
			}
			if min(b.Width(), b.Height()) < tinySide {
				find(tiny, i)
			}
		}
	}
	sharers(v.row, func(phrase int) { find(shared, phrase) })
	for kind, n := range found {
		p.Patterns[kind].Found += n
		p.Patterns[kind].Rows += min(n, 1)
	}
}

// Merge adds what other has counted, which it leaves as it is. Both must be of one
// seed and have one number of samples.
func (p *Partial) Merge(other *Partial) {
	p.Images = p.Images || other.Images
	p.Counts.Add(other.Counts)
	p.Invalid.merge(patternSamples, &other.Invalid)
	p.Cut += other.Cut
	for flag, n := range other.Flags {
		p.Flags[flag] += n
	}
	for i := range p.Measures {
		p.Measures[i].merge(&other.Measures[i])
	}
	for i, n := range other.Centres {
		p.Centres[i] += n
	}
	for i, n := range other.Borders {
		p.Borders[i] += n
	}
	p.Phrases.merge(&other.Phrases)
	p.Heads.merge(&other.Heads)
	p.Distinct.merge(&other.Distinct)
	for i := range p.Strata {
		p.Strata[i].Phrases += other.Strata[i].Phrases
		p.Strata[i].Picks.merge(p.PerStratum, other.Strata[i].Picks)
	}
	for i := range p.Patterns {
		p.Patterns[i].merge(patternSamples, &other.Patterns[i])
	}
	p.mergeRejects(other)
}
