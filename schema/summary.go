package schema

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// File is one output file as manifests list it.
type File struct {
	Path   string `json:"path"` // relative to the output folder, with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Rows   int64  `json:"rows"` // rows, or lines of a rejects file
	Boxes  int64  `json:"boxes"`
	KeyMin string `json:"key_min,omitempty"`
	KeyMax string `json:"key_max,omitempty"`
}

// Counts is the accounting of a unit or of a run. Every record is in exactly one
// place: Records = Rows + the sum of Rejects.
type Counts struct {
	Records         int64            `json:"records"` // input records read
	Rows            int64            `json:"rows"`
	Phrases         int64            `json:"phrases"`
	GroundedPhrases int64            `json:"grounded_phrases"`   // phrases with at least one box
	Boxes           int64            `json:"boxes"`              // boxes that the filter kept
	Rejects         map[Reason]int64 `json:"rejects,omitempty"`  // records by reason
	Removals        map[string]int64 `json:"removals,omitempty"` // boxes by the filter rule that removed them
}

// AddFile adds what a data file holds.
func (c *Counts) AddFile(s FileStats) {
	c.Rows += s.Rows
	c.Phrases += s.Phrases
	c.GroundedPhrases += s.GroundedPhrases
	c.Boxes += s.Boxes
}

// Add adds the counts of another unit.
func (c *Counts) Add(o Counts) {
	c.Records += o.Records
	c.Rows += o.Rows
	c.Phrases += o.Phrases
	c.GroundedPhrases += o.GroundedPhrases
	c.Boxes += o.Boxes
	c.Rejects = addCounts(c.Rejects, o.Rejects)
	c.Removals = addCounts(c.Removals, o.Removals)
}

// RejectTotal returns the number of rejects of all reasons.
func (c Counts) RejectTotal() int64 {
	var sum int64
	for _, n := range c.Rejects {
		sum += n
	}
	return sum
}

func addCounts[K comparable](to, from map[K]int64) map[K]int64 {
	if to == nil {
		to = make(map[K]int64, len(from))
	}
	for key, n := range from {
		to[key] += n
	}
	return to
}

// UnitSummary is the account of one finished unit of work: what it read, what
// it wrote and where everything else went.
type UnitSummary struct {
	Unit   int      `json:"unit"` // number in the plan, from 0
	Name   string   `json:"name"`
	Inputs []string `json:"inputs,omitempty"` // as the plan names them
	Counts
	Files []File   `json:"files,omitempty"`
	Notes []string `json:"notes,omitempty"` // such as "input truncated at byte 1024"
}

// Validate returns an *InvalidError that lists what does not add up, or nil:
// records must equal rows plus rejects, and the files of each kind must hold
// exactly the rows, boxes and rejects that are counted.
func (u *UnitSummary) Validate() error {
	var c Check
	if u.Unit < 0 {
		c.Addf("unit", "%d is negative", u.Unit)
	}
	u.Counts.check(&c)
	checkFiles(&c, u.Files, u.Counts)
	return c.Err(fmt.Sprintf("summary of unit %d (%s)", u.Unit, u.Name))
}

// check records the counts that can't be.
func (c Counts) check(to *Check) {
	if rejects := c.RejectTotal(); c.Records != c.Rows+rejects {
		to.Addf("records", "%d records, but %d rows + %d rejects = %d", c.Records, c.Rows, rejects, c.Rows+rejects)
	}
	if c.GroundedPhrases > c.Phrases || c.GroundedPhrases > c.Boxes {
		to.Addf("grounded_phrases", "%d of %d phrases with %d boxes", c.GroundedPhrases, c.Phrases, c.Boxes)
	}
	for _, reason := range slices.Sorted(maps.Keys(c.Rejects)) {
		checkCount(to, "rejects", string(reason), c.Rejects[reason])
		if !reason.known() {
			to.Addf("rejects."+string(reason), "is not a known reason")
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(c.Removals)) {
		checkCount(to, "removals", rule, c.Removals[rule])
	}
	for _, f := range []struct {
		path string
		n    int64
	}{{"records", c.Records}, {"rows", c.Rows}, {"phrases", c.Phrases}, {"grounded_phrases", c.GroundedPhrases}, {"boxes", c.Boxes}} {
		if f.n < 0 {
			to.Addf(f.path, "%d is negative", f.n)
		}
	}
}

func checkCount(to *Check, field, key string, n int64) {
	if n < 0 {
		to.Addf(field+"."+key, "%d is negative", n)
	}
}

// checkFiles records files that are malformed or listed twice, and kinds whose
// files do not hold what is counted.
func checkFiles(to *Check, files []File, counts Counts) {
	seen := make(map[string]bool, len(files))
	rows, boxes := map[Kind]int64{}, map[Kind]int64{}
	kinds := map[Kind]bool{}
	for i, f := range files {
		at := fmt.Sprintf("files[%d]", i)
		if f.Path == "" || path.IsAbs(f.Path) || path.Clean(f.Path) != f.Path || strings.HasPrefix(f.Path, "..") {
			to.Addf(at+".path", "%q is not a clean path inside the output folder", f.Path)
		}
		if seen[f.Path] {
			to.Addf(at+".path", "%q is listed twice", f.Path)
		}
		seen[f.Path] = true
		if !isSHA256(f.SHA256) {
			to.Addf(at+".sha256", "%q is not 64 lower-case hex digits", f.SHA256)
		}
		if f.Bytes < 0 || f.Rows < 0 || f.Boxes < 0 {
			to.Addf(at, "%q has negative counts", f.Path)
		}
		kind := kindOf(f.Path)
		kinds[kind] = true
		rows[kind] += f.Rows
		boxes[kind] += f.Boxes
	}
	for _, kind := range []Kind{KindData, KindRaw} {
		if kinds[kind] && rows[kind] != counts.Rows {
			to.Addf("files", "%s files hold %d rows, but %d are counted", kind, rows[kind], counts.Rows)
		}
	}
	if kinds[KindData] && boxes[KindData] != counts.Boxes {
		to.Addf("files", "data files hold %d boxes, but %d are counted", boxes[KindData], counts.Boxes)
	}
	if rejects := counts.RejectTotal(); kinds[KindRejects] && rows[KindRejects] != rejects {
		to.Addf("files", "rejects files hold %d rejects, but %d are counted", rows[KindRejects], rejects)
	}
}
