package storage

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
)

// Lock is a file lock of the operating system, which the end of a process
// releases however it comes, on a hidden file that says who holds it. unlock
// removes that file; one that a dead process left is taken over.
func (l *local) Lock(ctx context.Context) (unlock func() error, err error) {
	if ctx.Err() != nil {
		return nil, fail("lock", l.root, context.Cause(ctx))
	}
	if err := l.disk.makeFolder(l.root); err != nil {
		return nil, fail("lock", l.root, err)
	}
	f, err := l.takeLock()
	if err != nil {
		return nil, err
	}
	return sync.OnceValue(func() error {
		return fail("unlock", l.root, errors.Join(os.Remove(f.Name()), f.Close()))
	}), nil
}

// takeLock opens and locks the lock file. Its former holder may have removed
// the file in between; a lock on a removed file keeps nobody out, so it counts
// only if the file still has its name.
func (l *local) takeLock() (*os.File, error) {
	for {
		f, err := l.openLock()
		if err != nil {
			return nil, err
		}
		if stillNamed(f) {
			return f, nil
		}
		f.Close()
	}
}

// openLock opens the lock file, locks it and writes this process's name to it.
func (l *local) openLock() (*os.File, error) {
	f, err := os.OpenFile(l.join(lockName), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fail("lock", l.root, err)
	}
	taken, err := flock(f)
	switch {
	case err != nil:
		err = fail("lock", l.root, err)
	case taken:
		err = &LockedError{Location: l.root, Holder: readHolder(f)}
	default:
		if err = fail("lock", l.root, writeHolder(f)); err != nil {
			os.Remove(f.Name())
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func stillNamed(f *os.File) bool {
	held, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(f.Name())
	return err == nil && os.SameFile(held, named)
}

func writeHolder(f *os.File) error {
	text, err := json.Marshal(thisProcess())
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(append(text, '\n'), 0)
	return err
}

// readHolder returns what the file says, nothing if its holder is just writing.
func readHolder(f fs.File) (h Holder) {
	text, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil || json.Unmarshal(text, &h) != nil {
		return Holder{}
	}
	return h
}
