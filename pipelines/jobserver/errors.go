package jobserver

import (
	"errors"
	"fmt"

	"github.com/groundmill/groundmill/pipelines/internal/portable"
)

// ErrStopped is what Run returns for a job that it has cancelled on request.
var ErrStopped = errors.New("job stopped on request")

// ErrCancelled is wrapped by Run for a job that somebody else has cancelled.
var ErrCancelled = errors.New("cancelled from outside")

// FailedError says that the engine gave a job up.
type FailedError struct {
	Job     string // the server's id of it
	Message string // the newest error that the server told of, "" for none
}

func (e *FailedError) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("job %s failed and the job server does not say why; its log and that of its workers do", e.Job)
	}
	return fmt.Sprintf("job %s failed: %s", e.Job, portable.Cause(e.Message))
}
