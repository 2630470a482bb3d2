package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// localFile is an attempt at one file of a folder.
type localFile struct {
	ctx         context.Context
	disk        disk
	out         syncWriter
	temp, final string
	err         error // the first failed write; nothing may be published after it
	done        bool  // published or abandoned
}

func (f *localFile) Write(p []byte) (int, error) {
	switch {
	case f.done:
		return 0, fail("write", f.final, fs.ErrClosed)
	case f.err != nil:
		return 0, f.err
	case f.ctx.Err() != nil:
		f.err = fail("write", f.final, context.Cause(f.ctx))
		return 0, f.err
	}
	n, err := f.out.Write(p)
	f.err = fail("write", f.final, err)
	return n, f.err
}

func (f *localFile) Publish() error {
	if f.done {
		return fail("publish", f.final, fs.ErrClosed)
	}
	defer f.Abandon()
	if f.err != nil {
		return f.err
	}
	if f.ctx.Err() != nil {
		return fail("publish", f.final, context.Cause(f.ctx))
	}
	return fail("publish", f.final, f.commit())
}

// commit makes the temporary file durable and names it.
func (f *localFile) commit() error {
	if err := f.out.Sync(); err != nil {
		return err
	}
	if err := f.out.Close(); err != nil {
		return err
	}
	if err := f.disk.name(f.temp, f.final); err != nil {
		return err
	}
	return f.disk.syncFolder(filepath.Dir(f.final))
}

// Abandon closes and removes the temporary file. Both steps may find their work
// done already, by commit.
func (f *localFile) Abandon() {
	if f.done {
		return
	}
	f.done = true
	_ = f.out.Close()
	_ = f.disk.remove(f.temp)
}

// name gives temp the name final unless that is taken by other content. A hard
// link is atomic and never replaces; file systems without links get a rename,
// whose check before is good against all but a simultaneous attempt.
func (d disk) name(temp, final string) error {
	err := d.link(temp, final)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the temporary file is gone; did another process clean up? %w", err)
	case !errors.Is(err, fs.ErrExist) && !noLinks(err):
		return err
	}
	same, err := equalFiles(temp, final)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return d.rename(temp, final)
	case err != nil:
		return err
	case !same:
		return ErrConflict
	}
	return nil
}

// noLinks reports whether a hard link failed because the file system has none.
func noLinks(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EMLINK) ||
		errors.Is(err, syscall.EINVAL)
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
