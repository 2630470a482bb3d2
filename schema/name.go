package schema

import (
	"fmt"
	"strings"
)

// Kind is what a file of the output folder holds, and the folder it lies in.
type Kind string

// The kinds of files.
const (
	KindData    Kind = "data"    // rows with the boxes that the filter kept
	KindRaw     Kind = "raw"     // rows with every box above the floor
	KindRejects Kind = "rejects" // JSON Lines of Reject
	KindUnits   Kind = "units"   // one UnitSummary
)

// Names of the files that end a run.
const (
	ManifestName = "manifest.json"
	SuccessName  = "_SUCCESS"
)

// FileName returns the path of a unit's file below the output folder, such as
// "data/train-00000-of-00064.parquet": what Hugging Face datasets recognises as
// the split train in 64 shards. Units count from 0.
func FileName(kind Kind, split string, unit, of int) string {
	return fmt.Sprintf("%s/%s-%05d-of-%05d.%s", kind, split, unit, of, kind.extension())
}

func (k Kind) extension() string {
	switch k {
	case KindRejects:
		return "jsonl"
	case KindUnits:
		return "json"
	default:
		return "parquet"
	}
}

// kindOf returns the kind of the file at path.
func kindOf(path string) Kind {
	folder, _, _ := strings.Cut(path, "/")
	return Kind(folder)
}
