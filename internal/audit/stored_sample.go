package audit

import (
	"fmt"
	"maps"
	"slices"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// storedRow is a row of a sample and its place.
type storedRow struct {
	File    string         `json:"file"`
	Group   int            `json:"group"`
	Row     int64          `json:"row"`
	Key     string         `json:"key"`
	Shard   string         `json:"shard"`
	Index   int64          `json:"index"`
	Width   int32          `json:"width"`
	Height  int32          `json:"height"`
	SHA256  string         `json:"image_sha256"`
	Caption string         `json:"caption"`
	Cut     bool           `json:"caption_truncated"`
	Phrases []storedPhrase `json:"phrases"`
}

type storedPhrase struct {
	Text  string      `json:"text"`
	Start int32       `json:"start"`
	End   int32       `json:"end"`
	ID    int32       `json:"phrase_id"`
	Flags []string    `json:"flags"`
	Best  float32     `json:"best_score"`
	Boxes []storedBox `json:"boxes"`
}

type storedBox struct {
	X1    float32 `json:"x1"`
	Y1    float32 `json:"y1"`
	X2    float32 `json:"x2"`
	Y2    float32 `json:"y2"`
	Score float32 `json:"score"`
}

// storedPick is a pick: a number of Rows and one of a phrase.
type storedPick struct {
	Row    int `json:"row"`
	Phrase int `json:"phrase"`
}

type storedStratum struct {
	Stratum int          `json:"stratum"`
	Phrases int64        `json:"phrases"`
	Picks   []storedPick `json:"picks"`
}

type storedPattern struct {
	Found int64        `json:"found"`
	Rows  int64        `json:"rows"`
	Picks []storedPick `json:"picks"`
}

// storedInvalid is the rows that are not valid.
type storedInvalid struct {
	Found    int64              `json:"found"`
	Examples []storedInvalidRow `json:"examples"`
}

// storedInvalidRow has its hash with it, which is that of texts that may have been
// mended.
type storedInvalidRow struct {
	Hash  uint64 `json:"hash"`
	File  string `json:"file"`
	Group int    `json:"group"`
	Row   int64  `json:"row"`
	Key   string `json:"key"`
	Shard string `json:"shard"`
	Index int64  `json:"index"`
	Wrong string `json:"wrong"`
}

type storedReject struct {
	Key    string        `json:"key"`
	Shard  string        `json:"shard"`
	Index  int64         `json:"index"`
	Reason schema.Reason `json:"reason"`
	Detail string        `json:"detail"`
}

// rowTable numbers the rows of samples. A row that several samples have is one, as
// it is in memory.
type rowTable struct {
	numbers map[*schema.Row]int
	list    []storedRow
}

func newRowTable() *rowTable { return &rowTable{numbers: map[*schema.Row]int{}} }

func (t *rowTable) store(s sample) (picks []storedPick) {
	for _, p := range s {
		number, known := t.numbers[p.Row]
		if !known {
			number = len(t.list)
			t.numbers[p.Row] = number
			t.list = append(t.list, storeRow(p.Row, p.At))
		}
		picks = append(picks, storedPick{number, p.Phrase})
	}
	return picks
}

func storeRow(r *schema.Row, at place) storedRow {
	s := storedRow{
		File: at.File, Group: at.Group, Row: at.Row, Key: r.Key, Shard: r.Source.Shard, Index: r.Source.Index,
		Width: r.Width, Height: r.Height, SHA256: r.ImageSHA256, Caption: r.Caption, Cut: r.CaptionTruncated,
	}
	for i := range r.Phrases {
		p := &r.Phrases[i]
		phrase := storedPhrase{Text: p.Text, Start: p.Start, End: p.End, ID: p.PhraseID, Flags: p.Flags, Best: p.BestScore}
		for _, b := range p.Boxes {
			phrase.Boxes = append(phrase.Boxes, storedBox{b.X1, b.Y1, b.X2, b.Y2, b.Score})
		}
		s.Phrases = append(s.Phrases, phrase)
	}
	return s
}

// row returns the row itself.
func (s *storedRow) row() *schema.Row {
	r := &schema.Row{
		Key: s.Key, Source: schema.Source{Shard: s.Shard, Index: s.Index}, Width: s.Width, Height: s.Height,
		ImageSHA256: s.SHA256, Caption: s.Caption, CaptionTruncated: s.Cut,
	}
	for _, p := range s.Phrases {
		phrase := schema.Phrase{Text: p.Text, Span: schema.Span{Start: p.Start, End: p.End}, PhraseID: p.ID, Flags: p.Flags, BestScore: p.Best}
		for _, b := range p.Boxes {
			phrase.Boxes = append(phrase.Boxes, schema.ScoredBox{Box: schema.Box{X1: b.X1, Y1: b.Y1, X2: b.X2, Y2: b.Y2}, Score: b.Score})
		}
		r.Phrases = append(r.Phrases, phrase)
	}
	return r
}

func storeInvalid(p *Pattern) storedInvalid {
	s := storedInvalid{Found: p.Found}
	for _, pick := range p.Picks {
		row, at := pick.Row, pick.At
		s.Examples = append(s.Examples, storedInvalidRow{pick.Hash, at.File, at.Group, at.Row, row.Key, row.Source.Shard, row.Source.Index, pick.Wrong})
	}
	return s
}

func storeRejects(all map[schema.Reason][]rejectPick) (list []storedReject) {
	for _, reason := range slices.Sorted(maps.Keys(all)) {
		for _, pick := range all[reason] {
			r := pick.Reject
			list = append(list, storedReject{r.Key, r.Source.Shard, r.Source.Index, r.Reason, r.Detail})
		}
	}
	return list
}

// restoreRows restores the rows that samples refer to.
func (r *restorer) restoreRows(list []storedRow) {
	for i := range list {
		s := &list[i]
		path := fmt.Sprintf("rows[%d]", i)
		row, at := s.row(), place{s.File, s.Group, s.Row}
		r.checkPlace(path, at)
		if err := row.Validate(); err != nil {
			r.Addf(path, "%v", err)
		}
		r.rows, r.places = append(r.rows, row), append(r.places, at)
	}
}

// sample restores a sample of at most so many picks.
func (r *restorer) sample(path string, capacity int, list []storedPick, belongs func(row *schema.Row, phrase int) bool) (out sample) {
	if len(list) > capacity {
		r.Addf(path, "has %d picks, more than %d", len(list), capacity)
		return nil
	}
	for i, s := range list {
		if s.Row < 0 || s.Row >= len(r.rows) {
			r.Addf(path, "picks row %d of %d", s.Row, len(r.rows))
			return nil
		}
		row := r.rows[s.Row]
		if s.Phrase < 0 || s.Phrase >= len(row.Phrases) || !belongs(row, s.Phrase) {
			r.Addf(path, "phrase %d of row %d does not belong there", s.Phrase, s.Row)
			return nil
		}
		hash := pickHash(hashRecord(row.Key, row.Source), r.p.Seed, s.Phrase)
		out = append(out, &pick{Hash: hash, At: r.places[s.Row], Row: row, Phrase: s.Phrase})
		if i > 0 && out[i-1].compare(out[i]) >= 0 {
			r.Addf(path, "pick %d is out of order", i)
			return nil
		}
	}
	return out
}

// invalid restores the rows that are not valid.
func (r *restorer) invalid(path string, s *storedInvalid, p *Pattern) {
	if len(s.Examples) > patternSamples || int64(len(s.Examples)) > s.Found {
		r.Addf(path+".examples", "are %d, of %d rows", len(s.Examples), s.Found)
		return
	}
	r.count(path+".found", s.Found)
	p.Found, p.Rows = s.Found, s.Found
	for i, e := range s.Examples {
		example := &pick{
			Hash: e.Hash, At: place{e.File, e.Group, e.Row}, Phrase: -1, Wrong: e.Wrong,
			Row: &schema.Row{Key: e.Key, Source: schema.Source{Shard: e.Shard, Index: e.Index}},
		}
		r.checkPlace(fmt.Sprintf("%s.examples[%d]", path, i), example.At)
		p.Picks = append(p.Picks, example)
		if i > 0 && p.Picks[i-1].compare(example) >= 0 {
			r.Addf(path+".examples", "number %d is out of order", i)
		}
	}
}

// rejects restores the examples of rejects.
func (r *restorer) rejects(path string, list []storedReject) {
	for i, s := range list {
		reject := schema.Reject{Key: s.Key, Source: schema.Source{Shard: s.Shard, Index: s.Index}, Reason: s.Reason, Detail: s.Detail}
		if err := reject.Validate(); err != nil {
			r.Addf(fmt.Sprintf("%s[%d]", path, i), "%v", err)
			return
		}
		before := len(r.p.Rejects[s.Reason])
		r.p.offerReject(rejectPick{rejectHash(&reject, r.p.Seed), reject})
		if len(r.p.Rejects[s.Reason]) == before || int64(before) >= r.p.Counts.Rejects[s.Reason] {
			r.Addf(fmt.Sprintf("%s[%d]", path, i), "is one more %s than can be", s.Reason)
			return
		}
	}
}

// checkPlace records a place that no row can be in.
func (r *restorer) checkPlace(path string, at place) {
	if err := storage.CheckName(at.File); err != nil {
		r.Addf(path+".file", "%v", err)
	}
	if at.Group < 0 || at.Row < 0 {
		r.Addf(path+".row", "%d of group %d is no place", at.Row, at.Group)
	}
}
