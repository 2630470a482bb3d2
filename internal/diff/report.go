package diff

import (
	"fmt"
	"path"
	"strings"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/internal/page"
	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/schema"
)

// Report is what two datasets differ in. It marshals to JSON.
type Report struct {
	A    Side    `json:"a"`
	B    Side    `json:"b"`
	IoU  float64 `json:"iou"`
	Seed uint64  `json:"seed"`
	Counts
	Distributions []Distribution `json:"distributions"`
	Texts         TextReport     `json:"texts"`
	Provenance    Provenance     `json:"provenance"`
	Changes       []Change       `json:"changes"`

	perClass int
	plan     *plan
	searched bool              // pictures were looked for
	pictures map[string][]byte // thumbnails by the digest of their image, 32 bytes
}

// Side is one of the datasets.
type Side struct {
	Location   string      `json:"location"`
	Kind       schema.Kind `json:"kind"` // of the files of a run, "" if it is none
	Unfinished bool        `json:"unfinished"`
	Held
}

// title names a side by its last element.
func (s *Side) title() string { return path.Base(strings.TrimRight(s.Location, "/")) }

// Change is a kind of change with the rows that are shown of it.
type Change struct {
	ID      string    `json:"id"`
	Title   string    `json:"title"`
	Meaning string    `json:"meaning"`
	What    string    `json:"what"` // that is counted: "boxes", "phrases" or "rows"
	N       int64     `json:"n"`    // of them
	Rows    int64     `json:"rows"` // with any
	Samples []Example `json:"samples"`
}

// Example is a row that is shown.
type Example struct {
	ImageSHA256 string   `json:"image_sha256"`
	Caption     string   `json:"caption"` // its beginning
	KeyA        string   `json:"key_a,omitempty"`
	KeyB        string   `json:"key_b,omitempty"`
	What        []string `json:"what,omitempty"` // happened
	pair        pair
	strong      [2][]overlay.BoxNumber // the boxes of A and of B that it is shown for
}

// newReport makes the report, if its classes add up to what the datasets hold.
func newReport(p *plan, o Options, held [2]Held, sum *result, texts TextReport) (*Report, error) {
	r := &Report{
		A: newSide(p.sets[0], held[0]), B: newSide(p.sets[1], held[1]), IoU: o.IoU, Seed: o.Seed, Counts: sum.Counts,
		Distributions: sum.changes.distributions(), Texts: texts,
		Provenance: newProvenance(p.sets[0].Identity, p.sets[1].Identity), perClass: o.Samples, plan: p,
	}
	if err := r.balance(); err != nil {
		return nil, err
	}
	explainer := comparer{matcher: matcher{iou: float32(o.IoU)}}
	for i, info := range classInfo {
		s := &sum.samples[i]
		c := Change{ID: info.id, Title: info.title, Meaning: info.meaning, What: info.what, N: info.count(&r.Counts), Rows: s.rows, Samples: []Example{}}
		for _, pick := range s.picks {
			c.Samples = append(c.Samples, explainer.example(class(i), pick.pair))
		}
		r.Changes = append(r.Changes, c)
	}
	return r, nil
}

func newSide(s *rowset.Set, held Held) Side {
	return Side{Location: s.Location, Kind: s.Kind, Unfinished: s.Unfinished, Held: held}
}

// balance returns an error unless every row, phrase and box is in one class.
func (r *Report) balance() error {
	a, b := r.Counts.Held()
	a.Grounded, b.Grounded = r.A.Grounded, r.B.Grounded // not all of their classes are told apart
	if a != r.A.Held || b != r.B.Held {
		return fmt.Errorf("the classes do not add up: A holds %+v and has %+v, B holds %+v and has %+v; this is a bug, please report it", r.A.Held, a, r.B.Held, b)
	}
	return nil
}

// Same says whether the datasets have the same rows, phrases and boxes.
func (r *Report) Same() bool { return r.Rows.Changed+r.Rows.OnlyA+r.Rows.OnlyB == 0 }

// shortened is a text as lists have it.
func shortened(text string) string { return overlay.Shorten(text, page.LongestText) }
