package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// What errors of this package wrap, beside the sentinels of io/fs. The texts
// are remedies; they follow what the system said.
var (
	// ErrConflict is wrapped by Publish when the name exists with other content:
	// two attempts at the same file disagree, or the folder belongs to another
	// run.
	ErrConflict = errors.New("a different file of that name exists already")
	// ErrLocked is wrapped by Lock, see LockedError.
	ErrLocked = errors.New("the place is in use")
	// ErrNoSpace says that a disk is full or a quota used up.
	ErrNoSpace = errors.New("free some space or choose another place")
	// ErrReadOnly says that a file system is mounted read-only.
	ErrReadOnly = errors.New("choose a place that can be written")
	// ErrNoBucket says that a bucket does not exist.
	ErrNoBucket = errors.New("the bucket does not exist; create it or correct its name")
)

// Holder is the process that holds a lock.
type Holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// thisProcess is the Holder that is asking.
func thisProcess() Holder {
	host, _ := os.Hostname() // "" on a machine without a name
	return Holder{PID: os.Getpid(), Host: host, Since: time.Now().Truncate(time.Second)}
}

// LockedError says who holds the lock of a store. It wraps ErrLocked.
type LockedError struct {
	Location string
	Holder   Holder // zero if the holder has not written its name yet
}

func (e *LockedError) Error() string {
	who := "another process"
	if h := e.Holder; h.PID != 0 {
		who = fmt.Sprintf("process %d on %s since %s", h.PID, h.Host, h.Since.Format(time.RFC3339))
	}
	return fmt.Sprintf("storage: %s is in use by %s: let it end, or choose another place", e.Location, who)
}

// Unwrap returns ErrLocked.
func (e *LockedError) Unwrap() error { return ErrLocked }

// fail says what failed, where and why, nil for nil. The path that an error of
// package os names gives way to where, which is what the user knows.
func fail(op, where string, err error) error {
	if err == nil {
		return nil
	}
	switch e := err.(type) {
	case *fs.PathError:
		err = e.Err
	case *os.LinkError:
		err = e.Err
	}
	return fmt.Errorf("storage: %s %s: %w", op, where, Explain(err))
}

// Explain adds to an error of the operating system the sentinel of what a user
// can do about it. Errors of stores are explained already.
func Explain(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return fmt.Errorf("%w (%w)", err, ErrNoSpace)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w (%w)", err, ErrReadOnly)
	}
	return err
}
