package audit

import (
	"maps"
	"slices"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/schema"
)

// Report is all numbers of an audit. Encoded as JSON it is what --json prints.
type Report struct {
	Location   string       `json:"location"`
	State      string       `json:"state"` // "complete", "unfinished" or "plain files"
	Missing    []string     `json:"missing"`
	Seed       uint64       `json:"seed"`
	PerStratum int          `json:"per_stratum"`
	Tool       string       `json:"tool_version,omitempty"`
	Model      schema.Model `json:"model"`

	Accounting Accounting    `json:"accounting"`
	Counts     schema.Counts `json:"counts"` // of the files, without removals
	Cut        int64         `json:"captions_cut"`
	Flags      []Count       `json:"flags"`

	Distributions []Distribution `json:"distributions"`
	Centres       [][]int64      `json:"box_centres"` // [line][column], the image cut in 16×16 cells
	Borders       []Count        `json:"borders_touched"`

	Phrases PhraseReport `json:"phrases"`
	Heads   TextReport   `json:"heads"`

	Rules    []Count         `json:"boxes_removed"` // by rule, in their order; empty when not known
	Rejects  []RejectReport  `json:"rejects"`
	Invalid  PatternReport   `json:"invalid_rows"`
	Patterns []PatternReport `json:"patterns"`
	Strata   []StratumReport `json:"strata"`

	folder   *Folder
	title    string
	embedded bool                   // rows have images
	searched bool                   // pictures were looked for
	pictures map[*schema.Row][]byte // thumbnails of the rows that are shown
}

// Count is a named number.
type Count struct {
	Name string `json:"name"`
	N    int64  `json:"n"`
}

// PatternReport is a suspicious pattern.
type PatternReport struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Meaning  string    `json:"meaning"`
	What     string    `json:"what"`  // that is counted: "boxes", "phrases" or "rows"
	Found    int64     `json:"found"` // of them
	Of       int64     `json:"of"`    // all of them
	Rows     int64     `json:"rows"`  // with any
	Examples []Example `json:"examples"`
	picks    sample
}

// StratumReport is a stratum that has phrases.
type StratumReport struct {
	Band    string    `json:"band"`
	Size    string    `json:"size"`
	Kind    string    `json:"kind"`
	Phrases int64     `json:"phrases"`
	Samples []Example `json:"samples"`
	picks   sample
}

// Example says where a row is that is shown.
type Example struct {
	Key    string `json:"key"`
	Shard  string `json:"shard"`
	Index  int64  `json:"index"`
	File   string `json:"file"`
	Phrase int    `json:"phrase"` // number from 0, -1 for none
	Text   string `json:"text,omitempty"`
	Wrong  string `json:"wrong,omitempty"` // what is wrong with a row that is not valid
}

// RejectReport is the rejects of a reason.
type RejectReport struct {
	Reason   schema.Reason   `json:"reason"`
	Meaning  string          `json:"meaning"`
	N        int64           `json:"n"`
	Examples []RejectExample `json:"examples"`
}

// RejectExample is one reject.
type RejectExample struct {
	Key    string `json:"key"`
	Shard  string `json:"shard"`
	Index  int64  `json:"index"`
	Detail string `json:"detail"`
}

// newReport says what a Partial of the whole holds.
func newReport(f *Folder, p *Partial) *Report {
	r := &Report{
		Location: f.store.String(), State: f.state(), Missing: f.missing, Seed: p.Seed, PerStratum: p.PerStratum,
		Counts: p.Counts, Cut: p.Cut, Distributions: distributions(p), Borders: borderCounts(p),
		Phrases: phraseReport(p), Heads: textReport(&p.Heads, topHeads),
		folder: f, title: f.title(), embedded: p.Images,
	}
	for line := range slices.Chunk(p.Centres[:], grid) {
		r.Centres = append(r.Centres, line)
	}
	for _, flag := range slices.Sorted(maps.Keys(p.Flags)) {
		r.Flags = append(r.Flags, Count{flag, p.Flags[flag]})
	}
	r.Invalid = PatternReport{
		ID: "invalid_rows", Title: "Rows that break the schema", Meaning: "Left out of everything else on this page.", What: "rows",
		Found: p.Invalid.Found, Of: p.Counts.Rows, Rows: p.Invalid.Rows, Examples: examples(p.Invalid.Picks), picks: p.Invalid.Picks,
	}
	r.addRejects(p)
	r.addPatterns(p)
	r.addStrata(p)
	return r
}

func (f *Folder) state() string {
	switch {
	case f.plain:
		return "plain files"
	case f.manifest != nil && f.success:
		return "complete"
	}
	return "unfinished"
}

func (r *Report) addRejects(p *Partial) {
	for _, info := range schema.Reasons() {
		n := p.Counts.Rejects[info.Reason]
		if m := r.folder.manifest; m != nil {
			n = max(n, m.Totals.Rejects[info.Reason])
		}
		if n == 0 {
			continue
		}
		reject := RejectReport{Reason: info.Reason, Meaning: info.Meaning, N: n}
		for _, pick := range p.Rejects[info.Reason] {
			reject.Examples = append(reject.Examples, RejectExample{pick.Reject.Key, pick.Reject.Source.Shard, pick.Reject.Source.Index, pick.Reject.Detail})
		}
		r.Rejects = append(r.Rejects, reject)
	}
}

func (r *Report) addPatterns(p *Partial) {
	for i, info := range patternInfo {
		of := p.Counts.Boxes
		if info.of == "phrases" {
			of = p.Counts.Phrases
		}
		found := p.Patterns[i]
		r.Patterns = append(r.Patterns, PatternReport{
			ID: info.id, Title: info.title, Meaning: info.meaning, What: info.of,
			Found: found.Found, Of: of, Rows: found.Rows, Examples: examples(found.Picks), picks: found.Picks,
		})
	}
}

func (r *Report) addStrata(p *Partial) {
	for i := range p.Strata {
		s, at := &p.Strata[i], stratumAt(i)
		if s.Phrases == 0 {
			continue
		}
		r.Strata = append(r.Strata, StratumReport{
			Band: bandNames[at.band], Size: sizeNames[at.size], Kind: kindNames[at.kind],
			Phrases: s.Phrases, Samples: examples(s.Picks), picks: s.Picks,
		})
	}
}

// examples says where the rows of a sample are.
func examples(s sample) []Example {
	out := []Example{}
	for _, p := range s {
		e := Example{Key: p.Row.Key, Shard: p.Row.Source.Shard, Index: p.Row.Source.Index, File: p.At.File, Phrase: p.Phrase, Wrong: p.Wrong}
		if p.Phrase >= 0 {
			e.Text = overlay.Shorten(p.Row.Phrases[p.Phrase].Text, longestText)
		}
		out = append(out, e)
	}
	return out
}

// borderCounts counts boxes by the number of borders that they touch.
func borderCounts(p *Partial) []Count {
	sides := [4]int64{}
	var several [5]int64
	for mask, n := range p.Borders {
		touches := 0
		for side := range sides {
			if mask>>side&1 == 1 {
				sides[side] += n
				touches++
			}
		}
		several[touches] += n
	}
	counts := []Count{{"left", sides[0]}, {"top", sides[1]}, {"right", sides[2]}, {"bottom", sides[3]}}
	for i, name := range []string{"no border", "one border", "two borders", "three borders", "all four borders"} {
		counts = append(counts, Count{name, several[i]})
	}
	return counts
}
