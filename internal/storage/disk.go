package storage

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// disk is what a local store does to a file system in order to write. Tests make
// single steps fail.
type disk struct {
	mkdir      func(path string) error
	create     func(path string) (syncWriter, error)
	link       func(from, to string) error
	rename     func(from, to string) error
	remove     func(path string) error
	syncFolder func(path string) error
}

// syncWriter is what a localFile needs of *os.File.
type syncWriter interface {
	io.WriteCloser
	Sync() error
}

var realDisk = disk{
	mkdir: func(path string) error { return os.Mkdir(path, 0o777) },
	create: func(path string) (syncWriter, error) {
		return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	},
	link:       os.Link,
	rename:     os.Rename,
	remove:     os.Remove,
	syncFolder: syncFolder,
}

// makeFolder makes a folder and its missing parents, all durable.
func (d disk) makeFolder(path string) error {
	err := d.mkdir(path)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(path) != path {
		if err := d.makeFolder(filepath.Dir(path)); err != nil {
			return err
		}
		err = d.mkdir(path)
	}
	if err == nil {
		return d.syncFolder(filepath.Dir(path))
	}
	info, statErr := os.Stat(path)
	switch {
	case statErr == nil && info.IsDir():
		return nil // it was there, or another attempt was quicker
	case statErr == nil:
		return syscall.ENOTDIR
	}
	return err
}

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
