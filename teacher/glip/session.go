package glip

import (
	"errors"
	"fmt"
	"slices"

	"github.com/groundmill/groundmill/teacher/ort"
)

// OpenSession opens a model file as Open does, but leaves it to the caller to
// make a Model of the session with New, or of something that watches or breaks
// its runs. Errors are those of Open.
func OpenSession(path string, o Options) (*ort.Session, error) {
	options, err := o.withProfiles(path)
	if err != nil {
		return nil, fmt.Errorf("open teacher %s: %w", path, err)
	}
	options.Outputs = candidateForm{}.outputs()
	session, err := ort.Open(path, options)
	if err != nil {
		return nil, err
	}
	if _, err := parseMetadata(session.Metadata()); err != nil {
		return nil, errors.Join(fmt.Errorf("open teacher %s: %w", path, err), session.Close())
	}
	return session, nil
}

// Description is what a model file says of itself.
type Description struct {
	Name         string       `json:"name"`
	Architecture Architecture `json:"architecture"`
	Optimize     Optimization `json:"optimize"`
	Precision    Precision    `json:"precision"`
	MinSize      int          `json:"min_size"` // pixels of a resized image's short side
	MaxSize      int          `json:"max_size"` // most for its long side
}

// Describe reads the properties of an opened model file. Errors wrap
// ErrNotTeacher.
func Describe(s Session) (Description, error) {
	m, err := parseMetadata(s.Metadata())
	return Description{m.name, m.architecture, m.optimize, m.precision, m.sizes.min, m.sizes.max}, err
}

// WorkloadOf reads off a run's inputs what the model does for each of its texts,
// and how many there are.
func WorkloadOf(inputs []ort.Tensor) (w Workload, texts int) {
	extent := func(name string, axis int) int {
		i := slices.IndexFunc(inputs, func(t ort.Tensor) bool { return t.Name == name })
		if i < 0 || axis >= len(inputs[i].Shape) {
			return 0
		}
		return int(inputs[i].Shape[axis])
	}
	return Workload{
		Height: extent(inputPixels, 1), Width: extent(inputPixels, 2),
		Tokens: extent(inputIDs, 1), Columns: extent(inputPhrases, 1), Phrases: extent(inputPhrases, 2),
	}, extent(inputIDs, 0)
}
