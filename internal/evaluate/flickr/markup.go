package flickr

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/groundmill/groundmill/schema"
)

// phraseMark begins a phrase: "[/EN#197/people A man]".
const phraseMark = "[/EN#"

// ParseSentence takes a line of a Sentences file apart. Words are what white space
// separates; the caption has one space between them.
func ParseSentence(line string) (Sentence, error) {
	var m markup
	if !utf8.ValidString(line) {
		return Sentence{}, errors.New("it is not UTF-8")
	}
	for _, token := range strings.Fields(line) {
		if err := m.token(token); err != nil {
			return Sentence{}, err
		}
	}
	if m.open {
		return Sentence{}, fmt.Errorf("phrase %d is not closed by ]", len(m.phrases))
	}
	if m.words == 0 {
		return Sentence{}, errors.New("it has no words")
	}
	return Sentence{Caption: m.caption.String(), Phrases: m.phrases}, nil
}

// markup is a sentence being read.
type markup struct {
	caption strings.Builder
	length  int32 // of the caption, in code points
	words   int
	phrases []Phrase
	open    bool // inside the last of them
}

func (m *markup) token(token string) error {
	switch {
	case strings.HasPrefix(token, phraseMark) && m.open:
		return fmt.Errorf("phrase %d begins inside another", len(m.phrases)+1)
	case strings.HasPrefix(token, phraseMark):
		return m.begin(token[len(phraseMark):])
	case m.open && strings.HasSuffix(token, "]"):
		return m.close(strings.TrimSuffix(token, "]"))
	}
	m.word(token)
	return nil
}

// begin reads what stands behind the mark: "197/people" or "12/people/other".
func (m *markup) begin(mark string) error {
	entity, types, _ := strings.Cut(mark, "/")
	p := Phrase{Entity: entity, Types: strings.Split(types, "/")}
	for _, kind := range p.Types {
		if entity == "" || kind == "" {
			return fmt.Errorf("phrase %d: %q is not ENTITY/TYPE", len(m.phrases)+1, mark)
		}
	}
	p.Start = -1
	m.phrases = append(m.phrases, p)
	m.open = true
	return nil
}

func (m *markup) close(last string) error {
	if last != "" {
		m.word(last)
	}
	p := &m.phrases[len(m.phrases)-1]
	if p.Start < 0 {
		return fmt.Errorf("phrase %d has no words", len(m.phrases))
	}
	m.open = false
	p.Span.End = m.length
	p.Text, _ = p.Span.Slice(m.caption.String())
	return nil
}

func (m *markup) word(word string) {
	if m.words > 0 {
		m.caption.WriteByte(' ')
		m.length++
	}
	if m.open && m.phrases[len(m.phrases)-1].Start < 0 {
		m.phrases[len(m.phrases)-1].Span = schema.Span{Start: m.length}
	}
	m.caption.WriteString(word)
	m.length += int32(utf8.RuneCountInString(word))
	m.words++
}
