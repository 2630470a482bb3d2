package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// syncWriter is what a localFile needs of *os.File.
type syncWriter interface {
	io.WriteCloser
	Sync() error
}

func createFile(path string) (syncWriter, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// localFile is an attempt at one file of a folder.
type localFile struct {
	ctx         context.Context
	out         syncWriter
	temp, final string
	err         error // the first failed write; nothing may be published after it
	done        bool  // published or abandoned
}

func (f *localFile) Write(p []byte) (int, error) {
	if f.done {
		return 0, fmt.Errorf("storage: %s: %w", f.final, fs.ErrClosed)
	}
	n, err := f.out.Write(p)
	if err != nil && f.err == nil {
		f.err = fmt.Errorf("storage: write %s: %w", f.final, err)
	}
	return n, f.err
}

func (f *localFile) Publish() error {
	if f.done {
		return fmt.Errorf("storage: publish %s: %w", f.final, fs.ErrClosed)
	}
	defer f.Abandon()
	if f.err != nil {
		return f.err
	}
	if f.ctx.Err() != nil {
		return fmt.Errorf("storage: publish %s: %w", f.final, context.Cause(f.ctx))
	}
	if err := f.commit(); err != nil {
		return fmt.Errorf("storage: publish %s: %w", f.final, err)
	}
	return nil
}

// commit makes the temporary file durable and names it.
func (f *localFile) commit() error {
	if err := f.out.Sync(); err != nil {
		return err
	}
	if err := f.out.Close(); err != nil {
		return err
	}
	if err := nameFile(f.temp, f.final); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(f.final))
}

// Abandon closes and removes the temporary file. Both steps may find their work
// done already, by commit.
func (f *localFile) Abandon() {
	if f.done {
		return
	}
	f.done = true
	_ = f.out.Close()
	_ = os.Remove(f.temp)
}

// nameFile gives temp the name final unless that is taken by other content. A
// hard link is atomic and never replaces; file systems without links get a
// rename, whose check before is good against all but a simultaneous attempt.
func nameFile(temp, final string) error {
	err := os.Link(temp, final)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch same, statErr := equalFiles(temp, final); {
	case errors.Is(statErr, fs.ErrNotExist):
		return os.Rename(temp, final)
	case statErr != nil:
		return statErr
	case !same:
		return ErrConflict
	}
	return nil
}

// equalFiles reports whether two files hold the same bytes.
func equalFiles(pathA, pathB string) (bool, error) {
	a, err := os.Open(pathA)
	if err != nil {
		return false, err
	}
	defer a.Close()
	b, err := os.Open(pathB)
	if err != nil {
		return false, err
	}
	defer b.Close()
	return equalStreams(a, b)
}

func equalStreams(a, b io.Reader) (bool, error) {
	bufA, bufB := make([]byte, 1<<16), make([]byte, 1<<16)
	for {
		nA, errA := io.ReadFull(a, bufA)
		nB, errB := io.ReadFull(b, bufB)
		if string(bufA[:nA]) != string(bufB[:nB]) {
			return false, nil
		}
		endA, endB := atEnd(errA), atEnd(errB)
		switch {
		case errA != nil && !endA:
			return false, errA
		case errB != nil && !endB:
			return false, errB
		case endA || endB:
			return endA == endB, nil
		}
	}
}

func atEnd(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }

// syncFolder makes a new name durable, where the system supports that.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}
