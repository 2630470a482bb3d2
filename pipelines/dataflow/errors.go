package dataflow

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// What errors of Job.Run wrap.
var (
	// ErrStopped says that the job was cancelled because stop was closed.
	ErrStopped = errors.New("stopped on request")
	// ErrCancelled says that somebody else cancelled the job.
	ErrCancelled = errors.New("it was cancelled from outside; run the same command again to continue")
)

// RefusedError says that there is no job: no credentials, no permission, or
// something that the service does not take. Nothing runs.
type RefusedError struct {
	Err error // what to do about it, and what the service said
}

func (e *RefusedError) Error() string { return "dataflow: " + e.Err.Error() }

// Unwrap returns the reason.
func (e *RefusedError) Unwrap() error { return e.Err }

// NameInUseError says that another job of the same name is running, which was
// left alone.
type NameInUseError struct {
	Name    string
	JobID   string // of the job that runs
	Console string // its page
}

func (e *NameInUseError) Error() string {
	return fmt.Sprintf("dataflow: a job named %s is running, %s (%s): wait until it has ended and run the same command again, "+
		"cancel it, or set job_name", e.Name, e.JobID, e.Console)
}

// FailedError says that the job failed.
type FailedError struct {
	JobID    string
	Console  string
	Messages []Message // the newest errors, the newest last
}

func (e *FailedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "dataflow: job %s failed, see %s", e.JobID, e.Console)
	for _, m := range e.Messages {
		fmt.Fprintf(&b, "\n%s", m.Text)
	}
	return b.String()
}

// LostError says that the job goes on in the cloud, but is not waited for any
// more, or could not be cancelled.
type LostError struct {
	JobID   string
	Console string
	Err     error
}

func (e *LostError) Error() string {
	return fmt.Sprintf("dataflow: job %s goes on in the cloud (%s): %v; once it has ended, run the same command again",
		e.JobID, e.Console, e.Err)
}

// Unwrap returns the reason.
func (e *LostError) Unwrap() error { return e.Err }

// brief is an error on one line; the services' own texts may have many.
type brief struct {
	error
	text string
}

func (b brief) Error() string { return b.text }
func (b brief) Unwrap() error { return b.error }

func oneLine(err error) error {
	if err == nil {
		return nil
	}
	return brief{err, line(err.Error())}
}

// maxLine bounds what is shown of a text, in characters.
const maxLine = 500

// line puts a text from outside on one line that is safe to print.
func line(text string) string {
	printable := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, text)
	runes := []rune(strings.Join(strings.Fields(printable), " "))
	if len(runes) > maxLine {
		return string(runes[:maxLine-1]) + "…"
	}
	return string(runes)
}
