package pipelines

import (
	"fmt"
	"strings"

	"github.com/groundmill/groundmill/internal/storage"
)

// OpenSource opens the folder of another run, whose files are the inputs of a
// job. It refuses one that workers cannot reach, and one that holds the job's own
// output, whose files would be foreign there.
func OpenSource(location, output string, beam BeamOptions) (storage.Store, error) {
	if !beam.Reaches(location) {
		return nil, fmt.Errorf("source: workers of %s cannot reach %s; copy it into a bucket", beam.Runner, location)
	}
	store, err := storage.Open(location)
	if err != nil {
		return nil, err
	}
	outer, inner := strings.TrimRight(store.String(), "/")+"/", strings.TrimRight(output, "/")+"/"
	if strings.HasPrefix(inner, outer) {
		return nil, fmt.Errorf("output %s lies in the source %s: choose a folder outside", output, store)
	}
	return store, nil
}
