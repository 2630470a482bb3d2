package pipelines

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// OutputState says what an output folder holds before a run.
type OutputState string

// The states of an output folder.
const (
	OutputEmpty    OutputState = "empty"    // nothing; a run may begin
	OutputComplete OutputState = "complete" // a finished run
	OutputPartial  OutputState = "partial"  // a run that did not finish
	OutputForeign  OutputState = "foreign"  // files that no run writes
)

// OutputError says that an output folder cannot take a new run.
type OutputError struct {
	Location string
	State    OutputState
	Example  string // a file that shows the state
}

func (e *OutputError) Error() string {
	what := map[OutputState]string{
		OutputComplete: "holds a finished run (%s)",
		OutputPartial:  "holds a run that did not finish (%s)",
		OutputForeign:  "holds files that are not of a run (%s)",
	}[e.State]
	return fmt.Sprintf("output %s "+what+": choose another folder, or remove this one first", e.Location, e.Example)
}

// CheckOutput returns the state of an output folder; when it is not empty, an
// *OutputError too.
func CheckOutput(ctx context.Context, store storage.Store) (OutputState, error) {
	files, err := store.List(ctx, "")
	if err != nil {
		return "", fmt.Errorf("output: %w", err)
	}
	state, example := outputState(files)
	if state == OutputEmpty {
		return state, nil
	}
	return state, &OutputError{Location: store.String(), State: state, Example: example}
}

// outputState classifies a listing and names the file that decided.
func outputState(files []storage.Info) (state OutputState, example string) {
	if len(files) == 0 {
		return OutputEmpty, ""
	}
	if i := slices.IndexFunc(files, func(f storage.Info) bool { return !ofRun(f) }); i >= 0 {
		return OutputForeign, files[i].Name
	}
	if slices.ContainsFunc(files, func(f storage.Info) bool { return f.Name == schema.SuccessName }) {
		return OutputComplete, schema.SuccessName
	}
	return OutputPartial, files[0].Name
}

// ofRun says whether a run may have written the file.
func ofRun(f storage.Info) bool {
	if f.Temporary() || f.Name == schema.ManifestName || f.Name == schema.SuccessName {
		return true
	}
	folder, _, below := strings.Cut(f.Name, "/")
	kinds := []schema.Kind{schema.KindData, schema.KindRaw, schema.KindRejects, schema.KindUnits}
	return below && slices.Contains(kinds, schema.Kind(folder))
}
