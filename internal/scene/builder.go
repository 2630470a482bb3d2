package scene

import "strings"

// A builder writes a caption sentence by sentence and notes where its phrases lie.
type builder struct {
	r            random
	objects      []Object
	mentions     []mention // yet to be written in this sentence
	last         mention   // written last, if wrote
	wrote        bool      // a mention was written in this sentence
	sentenceCase bool

	text    strings.Builder
	start   int // where the sentence began
	phrases []Phrase
}

// slots are the parts of a template that the builder fills in.
const (
	slotOne  = "{one}"
	slotThe  = "{the}"
	slotList = "{list}"
	slotIs   = "{is}"
	slotRel  = "{rel}"
)

// needs is the number of mentions without which the template can't be filled.
func (t template) needs() int {
	return strings.Count(string(t), slotOne) + strings.Count(string(t), slotThe) + strings.Count(string(t), slotList)
}

// parts splits a template at its spaces.
func (t template) parts() []string { return strings.Fields(string(t)) }

// sentence writes the mentions by a template. It must not need more mentions than there are.
func (b *builder) sentence(t template) {
	if b.text.Len() > 0 {
		b.text.WriteByte(' ')
	}
	b.start, b.wrote = b.text.Len(), false
	for _, part := range t.parts() {
		switch part {
		case slotOne, slotThe:
			b.next()
		case slotList:
			b.list()
		case slotIs:
			b.word(b.verb(t))
		case slotRel:
			b.word(relation(b.r, b.objects, b.last, b.mentions[0], len(b.mentions) == 1))
		default:
			b.word(part)
		}
	}
}

// verb agrees with the mention written last or, in "there {is}", with the coming one. Two
// mentions joined by "and" before it are several things.
func (b *builder) verb(t template) string {
	subject, joined := b.last, strings.Contains(string(t), " and {the} {is}")
	if !b.wrote {
		subject = b.mentions[0]
	}
	if subject.plural || joined {
		return "are"
	}
	return "is"
}

// word writes a word, with a space before it unless it opens the sentence or is a mark that
// hugs the word before.
func (b *builder) word(w string) {
	if b.text.Len() > b.start && w != "," && w != "?" && w != ":" {
		b.text.WriteByte(' ')
	}
	b.raw(w)
}

// raw writes text as it is, but for the capital that opens a sentence.
func (b *builder) raw(w string) {
	if b.sentenceCase && b.text.Len() == b.start && w != "" {
		w = strings.ToUpper(w[:1]) + w[1:]
	}
	b.text.WriteString(w)
}

// next writes the next mention as a phrase.
func (b *builder) next() {
	if b.text.Len() > b.start && !strings.HasSuffix(b.text.String(), " ") {
		b.text.WriteByte(' ')
	}
	m := b.mentions[0].withArticle()
	b.mentions, b.last, b.wrote = b.mentions[1:], b.mentions[0], true
	p := Phrase{Start: b.text.Len(), Noun: m.noun.Label(), Boxes: []Box{}}
	b.raw(m.words())
	p.End = b.text.Len()
	for _, i := range m.objects {
		p.Boxes = append(p.Boxes, boxOf(b.objects[i].Box))
	}
	b.phrases = append(b.phrases, p)
}

// list writes all remaining mentions.
func (b *builder) list() {
	joint := choose(b.r, lastJoints)
	if len(b.mentions) == 2 {
		joint = choose(b.r, pairJoints)
	}
	for b.next(); len(b.mentions) > 0; b.next() {
		if len(b.mentions) == 1 {
			b.text.WriteString(joint)
		} else {
			b.text.WriteString(", ")
		}
	}
}

// end closes the sentence with a mark, unless it has one.
func (b *builder) end(mark string) {
	if !strings.HasSuffix(b.text.String(), "?") {
		b.text.WriteString(mark)
	}
}

// sample returns the finished caption with its phrases.
func (b *builder) sample() Sample {
	s := Sample{Caption: b.text.String(), Phrases: b.phrases}
	for i := range s.Phrases {
		p := &s.Phrases[i]
		p.Text = s.Caption[p.Start:p.End]
	}
	return s
}
