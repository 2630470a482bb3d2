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
	Rows   int64  `json:"rows"` // rows, or lines of a rejects file; of an audit those that it counted
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
	// InputBytes is the size of the inputs in the plan.
	InputBytes int64 `json:"input_bytes,omitempty"`
	Counts
	Files []File   `json:"files,omitempty"`
	Notes []string `json:"notes,omitempty"` // such as "input truncated at byte 1024"

	// Damaged says that the input could not be read to its end. The counts are of
	// what came before; a note says where that was.
	Damaged bool `json:"damaged,omitempty"`
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
		checkNegative(to, "rejects."+string(reason), c.Rejects[reason])
		if !reason.known() {
			to.Addf("rejects."+string(reason), "is not a known reason")
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(c.Removals)) {
		checkNegative(to, "removals."+rule, c.Removals[rule])
	}
	checkNegative(to, "records", c.Records)
	checkNegative(to, "rows", c.Rows)
	checkNegative(to, "phrases", c.Phrases)
	checkNegative(to, "grounded_phrases", c.GroundedPhrases)
	checkNegative(to, "boxes", c.Boxes)
}

func checkNegative(to *Check, path string, n int64) {
	if n < 0 {
		to.Addf(path, "%d is negative", n)
	}
}

// checkFiles records files that are malformed or listed twice, and kinds whose
// files do not hold what is counted.
func checkFiles(to *Check, files []File, counts Counts) {
	seen := make(map[string]bool, len(files))
	sums := map[Kind]File{}
	for i, f := range files {
		f.check(to, fmt.Sprintf("files[%d]", i))
		if seen[f.Path] {
			to.Addf(fmt.Sprintf("files[%d].path", i), "%q is listed twice", f.Path)
		}
		seen[f.Path] = true
		sum := sums[kindOf(f.Path)]
		sum.Rows += f.Rows
		sum.Boxes += f.Boxes
		sums[kindOf(f.Path)] = sum
	}
	checkSum := func(kind Kind, what string, got, want int64) {
		if got != want {
			to.Addf("files", "%s files hold %d %s, but %d are counted", kind, got, what, want)
		}
	}
	if data, ok := sums[KindData]; ok {
		checkSum(KindData, "rows", data.Rows, counts.Rows)
		checkSum(KindData, "boxes", data.Boxes, counts.Boxes)
	}
	if raw, ok := sums[KindRaw]; ok {
		checkSum(KindRaw, "rows", raw.Rows, counts.Rows)
	}
	if audit, ok := sums[KindAudit]; ok {
		checkSum(KindAudit, "rows", audit.Rows, counts.Rows)
		checkSum(KindAudit, "boxes", audit.Boxes, counts.Boxes)
	}
	if rejects, ok := sums[KindRejects]; ok {
		checkSum(KindRejects, "rejects", rejects.Rows, counts.RejectTotal())
	}
}

// check records what is malformed in the entry at a path of its owner.
func (f File) check(to *Check, at string) {
	if f.Path == "" || path.IsAbs(f.Path) || path.Clean(f.Path) != f.Path || strings.HasPrefix(f.Path, "..") {
		to.Addf(at+".path", "%q is not a clean path inside the output folder", f.Path)
	}
	if !isSHA256(f.SHA256) {
		to.Addf(at+".sha256", "%q is not 64 lower-case hex digits", f.SHA256)
	}
	if f.Bytes < 0 || f.Rows < 0 || f.Boxes < 0 {
		to.Addf(at, "%q has negative counts", f.Path)
	}
}
