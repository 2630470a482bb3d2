package teacherbench

import (
	"math/rand/v2"
	"strings"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

// captionWords is how many words a caption has. Each is one word piece of
// bert-base-uncased; [CLS] and [SEP] make 24 tokens.
const captionWords = 22

// Words of the captions.
var (
	adjectives = strings.Fields("small large red blue green old young wooden white black bright dark")
	nouns      = strings.Fields("dog cat house car table chair tree river bridge boat man woman child horse street window")
	joints     = strings.Fields("near behind under with beside above")
	ending     = strings.Fields("seen from above late in the day")
)

// caption joins four to six phrases of three words, or two for the last one if
// there is no room, and fills up with words that are in none.
func caption(random *rand.Rand) teacher.Text {
	pick := func(words []string) string { return words[random.IntN(len(words))] }
	phrases := 4 + random.IntN(3)
	var t textBuilder
	for i := range phrases {
		if i > 0 {
			t.add(pick(joints))
		}
		if len(t.words)+3 > captionWords {
			t.phrase("the", pick(nouns))
		} else {
			t.phrase("the", pick(adjectives), pick(nouns))
		}
	}
	t.add(ending[:captionWords-len(t.words)]...)
	return teacher.Text{Caption: strings.Join(t.words, " "), Phrases: t.spans}
}

// textBuilder joins ASCII words with spaces.
type textBuilder struct {
	words []string
	end   int32 // of the last word
	spans []schema.Span
}

func (t *textBuilder) add(words ...string) {
	for _, w := range words {
		if len(t.words) > 0 {
			t.end++
		}
		t.words = append(t.words, w)
		t.end += int32(len(w))
	}
}

func (t *textBuilder) phrase(words ...string) {
	start := t.end
	if len(t.words) > 0 {
		start++
	}
	t.add(words...)
	t.spans = append(t.spans, schema.Span{Start: start, End: t.end})
}
