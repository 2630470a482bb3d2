package schema

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind is what a file of the output folder holds, and the folder it lies in.
type Kind string

// The kinds of files.
const (
	KindData    Kind = "data"    // rows with the boxes that the filter kept
	KindRaw     Kind = "raw"     // rows with every box above the floor
	KindRejects Kind = "rejects" // JSON Lines of Reject
	KindAudit   Kind = "audit"   // what an audit counted in a file of another run, see package internal/audit
	KindUnits   Kind = "units"   // one UnitSummary
)

// Names of the files of a whole run: the first and the last two that it writes.
const (
	RunName      = "run.json"
	ManifestName = "manifest.json"
	SuccessName  = "_SUCCESS"
)

// OutcomeName returns the name of the note that workers on other machines leave
// for the process that started their run, by the id of that start. It is gone when
// the run has ended.
func OutcomeName(start string) string { return outcomePrefix + start + outcomeSuffix }

// IsOutcome reports whether OutcomeName gives such a name.
func IsOutcome(name string) bool {
	start, front := strings.CutPrefix(name, outcomePrefix)
	start, back := strings.CutSuffix(start, outcomeSuffix)
	return front && back && start != "" && !strings.Contains(start, "/")
}

const outcomePrefix, outcomeSuffix = "outcome-", ".json"

// FileName returns the path of a unit's file below the output folder, such as
// "data/train-00000-of-00064.parquet": what Hugging Face datasets recognises as
// the split train in 64 shards. Units count from 0.
func FileName(kind Kind, split string, unit, of int) string {
	return fmt.Sprintf("%s/%s-%05d-of-%05d.%s", kind, split, unit, of, kind.extension())
}

// ParseFileName takes the name of a unit's file apart. ok is false for any name
// that FileName does not give.
func ParseFileName(name string) (kind Kind, split string, unit, of int, ok bool) {
	folder, base, _ := strings.Cut(name, "/")
	base, _, _ = strings.Cut(base, ".")
	front, last, _ := cutLast(base, "-of-")
	split, number, _ := cutLast(front, "-")
	unit, err1 := strconv.Atoi(number)
	of, err2 := strconv.Atoi(last)
	kind = Kind(folder)
	possible := err1 == nil && err2 == nil && 0 <= unit && unit < of && kind.known() && split != "" && !strings.Contains(split, "/")
	if !possible || FileName(kind, split, unit, of) != name {
		return "", "", 0, 0, false
	}
	return kind, split, unit, of, true
}

// cutLast is strings.Cut around the last instance of sep.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func (k Kind) known() bool {
	return k == KindData || k == KindRaw || k == KindRejects || k == KindAudit || k == KindUnits
}

func (k Kind) extension() string {
	switch k {
	case KindRejects:
		return "jsonl"
	case KindUnits:
		return "json"
	case KindAudit:
		return "json.zst"
	default:
		return "parquet"
	}
}

// kindOf returns the kind of the file at path.
func kindOf(path string) Kind {
	folder, _, _ := strings.Cut(path, "/")
	return Kind(folder)
}
