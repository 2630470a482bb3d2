package extract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/groundmill/groundmill/schema"
)

// A labeller turns lines of captions into lines of phrases, for one goroutine.
type labeller struct {
	extractor *Extractor
	opts      StreamOptions
	phrases   []Phrase
	spans     []schema.ByteSpan
	grown     []schema.ByteSpan // the expressions that there are
	out       bytes.Buffer
	enc       *json.Encoder
}

func newLabeller(ex *Extractor, opts StreamOptions) *labeller {
	l := &labeller{extractor: ex, opts: opts}
	l.enc = json.NewEncoder(&l.out)
	l.enc.SetEscapeHTML(false)
	return l
}

// batch fills in what became of the batch; lines before a bad one count.
func (l *labeller) batch(b *batch) {
	l.out.Reset()
	b.err = b.each(func(line []byte) error {
		caption, err := l.caption(line)
		if err != nil {
			return err
		}
		return l.label(&b.stats, caption)
	})
	b.out = bytes.Clone(l.out.Bytes())
}

// caption returns the repaired caption of a line.
func (l *labeller) caption(line []byte) (string, error) {
	text, _ := Sanitize(string(line))
	if l.opts.Plain {
		return text, nil
	}
	var row struct {
		Caption *string `json:"caption"`
	}
	err := json.Unmarshal([]byte(text), &row)
	var wrong *json.UnmarshalTypeError
	switch {
	case strings.TrimSpace(text) == "":
		return "", errors.New(`empty, want a JSON object with a "caption"`)
	case errors.As(err, &wrong) && wrong.Field != "":
		return "", fmt.Errorf("field %q is a %s, want a string", wrong.Field, wrong.Value)
	case err != nil:
		return "", fmt.Errorf("no JSON object: %w", err)
	case row.Caption == nil:
		return "", errors.New(`field "caption" is missing`)
	}
	return *row.Caption, nil
}

// A streamed line, as Stream documents it.
type labelled struct {
	Caption string           `json:"caption"`
	Reject  schema.Reason    `json:"reject,omitempty"`
	Phrases []labelledPhrase `json:"phrases"`
}

type labelledPhrase struct {
	Text  string   `json:"text"`
	Start int32    `json:"start"`
	End   int32    `json:"end"`
	ID    int32    `json:"phrase_id"`
	Flags []string `json:"flags"`

	Expression *labelledSpan `json:"expression,omitempty"`
}

type labelledSpan struct {
	Text  string `json:"text"`
	Start int32  `json:"start"`
	End   int32  `json:"end"`
}

// label appends the line of one caption.
func (l *labeller) label(stats *StreamStats, caption string) error {
	l.phrases, l.spans, l.grown = l.phrases[:0], l.spans[:0], l.grown[:0]
	reason, ok := l.extractor.Gate(caption)
	if ok {
		l.phrases = l.extractor.AppendPhrases(l.phrases, caption)
	} else {
		stats.Rejected++
	}
	stats.Captions++
	stats.Phrases += int64(len(l.phrases))
	for _, p := range l.phrases {
		l.spans = append(l.spans, p.Span)
		if p.Expression != (schema.ByteSpan{}) {
			l.grown = append(l.grown, p.Expression)
		}
	}
	spans := schema.RuneSpans(caption, l.spans)
	if l.opts.Spans {
		return l.enc.Encode(pairs(spans))
	}
	return l.enc.Encode(labelled{Caption: caption, Reject: reason, Phrases: l.rows(caption, spans)})
}

func (l *labeller) rows(caption string, spans []schema.Span) []labelledPhrase {
	rows := make([]labelledPhrase, len(spans))
	grown := schema.RuneSpans(caption, l.grown)
	for i, p := range l.phrases {
		rows[i] = labelledPhrase{
			Text:  caption[p.Span.Start:p.Span.End],
			Start: spans[i].Start,
			End:   spans[i].End,
			ID:    p.ID,
			Flags: append([]string{}, p.Flags...),
		}
		if e := p.Expression; e != (schema.ByteSpan{}) {
			rows[i].Expression = &labelledSpan{caption[e.Start:e.End], grown[0].Start, grown[0].End}
			grown = grown[1:]
		}
	}
	return rows
}

func pairs(spans []schema.Span) [][2]int32 {
	out := make([][2]int32, len(spans))
	for i, s := range spans {
		out[i] = [2]int32{s.Start, s.End}
	}
	return out
}
