package guard

import "github.com/groundmill/groundmill/teacher"

// Event is what a Teacher did about a failed run.
type Event struct {
	Kind  Kind
	Shape teacher.Shape
	// Size is the number of examples in the failed run; for Limited, the
	// largest batch from now on.
	Size int
	// Err is the cause: it wraps teacher.ErrOutOfMemory, ErrHung or whatever
	// the teacher said.
	Err error
}

// Kind says what a Teacher did. Its text is stable and fit for logs and counters.
type Kind string

const (
	// Split: the halves of a failed run are run instead.
	Split Kind = "split"
	// Rejected: an example that failed alone gets no answer.
	Rejected Kind = "rejected"
	// Limited: batches of the shape are cut to Size from now on.
	Limited Kind = "limited"
)
