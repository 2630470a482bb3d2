package rowtest

import (
	"math/rand/v2"
	"strings"

	"github.com/groundmill/groundmill/schema"
)

// Words by how common they are: pick prefers the first.
var (
	nouns = strings.Fields(`man woman dog people street girl table boy shirt car water tree building beach child house
		cat road flower dress night kitchen wall city bike field grass room chair park bag glass train horse sky plate
		window garden boat ball phone bridge snow lake hat door mountain bed shop bird sign bench river umbrella fence
		office sofa lamp cake coffee bottle truck guitar camera forest box market hill floor ship pool stone church
		bathroom tower jacket basket crowd stage mirror player sand wine cloud school farm balloon castle`)
	adjectives = strings.Fields(`young white black red blue old small wooden green large little yellow new brown big
		beautiful long empty bright dark colorful modern orange happy pink golden tall vintage busy round narrow gray
		wet snowy quiet striped rustic sunny leather metal`)
	verbs = strings.Fields(`with in on near of standing_in sitting_on holding under behind beside walking_along wearing
		riding looking_at next_to in_front_of playing_with over against carrying leaning_on surrounded_by painted_on`)
	syllables = strings.Fields("ka ro mi tel san vor el du ne bra lix on ta shi gro pe mar ze fi lo qu ev hy om ist cha wu sky jor ab")
)

// pick returns a word; the chance of the i-th falls with i as in natural text.
func pick(rng *rand.Rand, words []string) string {
	at := rng.Float64()
	return words[int(at*at*float64(len(words)))]
}

// nounPhrase is a phrase of a sentence.
type nounPhrase struct {
	text string
	span schema.Span
	name bool
}

// sentence is a caption with its noun phrases. All of it is ASCII, so that bytes
// are code points.
type sentence struct {
	text    string
	phrases []nounPhrase
}

func newSentence(rng *rand.Rand) sentence {
	var s sentence
	s.addPhrase(rng)
	for range 2 + rng.IntN(2) {
		s.text += " " + strings.ReplaceAll(pick(rng, verbs), "_", " ") + " "
		s.addPhrase(rng)
	}
	return s
}

// addPhrase adds a noun phrase; two of five are names.
func (s *sentence) addPhrase(rng *rand.Rand) {
	np := nounPhrase{name: rng.IntN(5) < 2}
	if np.name {
		np.text = name(rng)
	} else {
		np.text = common(rng)
	}
	start := int32(len(s.text))
	np.span = schema.Span{Start: start, End: start + int32(len(np.text))}
	s.text += np.text
	s.phrases = append(s.phrases, np)
}

func name(rng *rand.Rand) string {
	var b strings.Builder
	for range 3 + rng.IntN(3) {
		b.WriteString(syllables[rng.IntN(len(syllables))])
	}
	return strings.ToUpper(b.String()[:1]) + b.String()[1:]
}

func common(rng *rand.Rand) string {
	words := []string{[]string{"a", "the", "a", "two", "his", "a"}[rng.IntN(6)]}
	for range rng.IntN(3) {
		words = append(words, pick(rng, adjectives))
	}
	return strings.Join(append(words, pick(rng, nouns)), " ")
}
