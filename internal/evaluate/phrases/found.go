package phrases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/groundmill/groundmill/internal/jsonlines"
	"github.com/groundmill/groundmill/schema"
)

// foundLine is [[start, end], ...] or an object with phrases, as "runner extract"
// writes them with and without --spans.
type foundLine struct {
	caption *string
	spans   []schema.Span
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *foundLine) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("[")) {
		var pairs [][]int32
		if err := json.Unmarshal(data, &pairs); err != nil {
			return err
		}
		for i, p := range pairs {
			if len(p) != 2 {
				return fmt.Errorf("span %d: %v has not the two numbers start, end", i, p)
			}
			l.spans = append(l.spans, schema.Span{Start: p[0], End: p[1]})
		}
		return nil
	}
	var object struct {
		Caption *string
		Phrases []struct{ Start, End int32 }
	}
	if err := json.Unmarshal(data, &object); err != nil {
		return err
	}
	l.caption = object.Caption
	for _, p := range object.Phrases {
		l.spans = append(l.spans, schema.Span(p))
	}
	return nil
}

// ReadFound reads what was found in the captions of gold: JSON Lines, one line a
// caption in the same order. name is for errors only.
func ReadFound(r io.Reader, name string, gold []Caption) (found [][]schema.Span, err error) {
	err = jsonlines.Read(r, name, func(_ int, l foundLine) error {
		if len(found) == len(gold) {
			return fmt.Errorf("there are more lines than gold has captions, %d", len(gold))
		}
		caption := gold[len(found)].Caption
		if l.caption != nil && *l.caption != caption {
			return fmt.Errorf("caption: %q is not gold's, %q", *l.caption, caption)
		}
		for i, s := range l.spans {
			if text, ok := s.Slice(caption); !ok || text == "" {
				return fmt.Errorf("span %d: [%d,%d) is not inside %q", i, s.Start, s.End, caption)
			}
		}
		found = append(found, l.spans)
		return nil
	})
	if err == nil && len(found) != len(gold) {
		err = fmt.Errorf("%s: %d lines for %d captions", name, len(found), len(gold))
	}
	return found, err
}

// Rows collects the phrases of rows by caption.
type Rows map[string][]schema.Span

// Add adds the phrases of a row. A caption that occurs again has them already.
func (r Rows) Add(row *schema.Row) {
	spans := make([]schema.Span, len(row.Phrases))
	for i := range row.Phrases {
		spans[i] = row.Phrases[i].Span
	}
	r[row.Caption] = spans
}

// Found returns the phrases of the captions of gold and how many captions have no
// row, in which nothing was found.
func (r Rows) Found(gold []Caption) (found [][]schema.Span, missing int) {
	for _, g := range gold {
		spans, ok := r[g.Caption]
		if !ok {
			missing++
		}
		found = append(found, spans)
	}
	return found, missing
}
