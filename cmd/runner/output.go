package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// replaceFile writes a file of results, replacing an older one only when the
// new one is whole. A device or a pipe is written to as it stands: a file must
// not take the place of /dev/null.
func replaceFile(path string, write func(io.Writer) error) error {
	info, err := os.Stat(path)
	switch {
	case path == "":
		return usage("the name of the file to write is empty")
	case err == nil && info.IsDir():
		return usage("%s is a folder; name the file to write", path)
	case err == nil && !info.Mode().IsRegular():
		return writeInto(path, write)
	}
	return writeAside(path, write)
}

// writeInto writes to what stands at path.
func writeInto(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(f, 1<<20)
	if err := errors.Join(write(b), b.Flush(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// writeAside writes a temporary file beside path and renames it when whole.
func writeAside(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // fails when renamed, as it should
	b := bufio.NewWriterSize(f, 1<<20)
	err = errors.Join(write(b), b.Flush(), f.Chmod(0o644), f.Close())
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}

// inside says whether a file would lie in a folder of the disk, symbolic links
// followed.
func inside(dir, file string) bool {
	folder, err1 := filepath.EvalSymlinks(dir)
	folder, err2 := filepath.Abs(folder)
	parent, err3 := filepath.EvalSymlinks(filepath.Dir(file))
	parent, err4 := filepath.Abs(parent)
	if file == "" || errors.Join(err1, err2, err3, err4) != nil {
		return false
	}
	return strings.HasPrefix(parent+string(filepath.Separator), strings.TrimRight(folder, string(filepath.Separator))+string(filepath.Separator))
}

// sameFile says whether two names are one file.
func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}
