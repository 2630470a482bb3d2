package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrRefused is wrapped by the errors for files that ask for more than plain
// weights: code to run, classes to build, tricks with sizes of the container.
var ErrRefused = errors.New("refused")

// File is an open checkpoint. Its pickle has been read, its tensors have not.
type File struct {
	data  io.ReaderAt
	size  int64
	close func() error
	root  any // the unpickled object
}

// Open opens the checkpoint at path and reads its pickle. The error names what
// is wrong with the file: not a checkpoint, truncated, or refused (ErrRefused).
func Open(path string) (*File, error) {
	osFile, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f, err := openFile(osFile)
	if err != nil {
		osFile.Close()
		return nil, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return f, nil
}

func openFile(osFile *os.File) (*File, error) {
	info, err := osFile.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := newFile(osFile, info.Size())
	if err != nil {
		return nil, err
	}
	f.close = osFile.Close
	return f, nil
}

// newFile reads the pickle of the checkpoint in data.
func newFile(data io.ReaderAt, size int64) (*File, error) {
	read, err := container(data, size)
	if err != nil {
		return nil, err
	}
	root, err := read(data, size)
	if err != nil {
		return nil, err
	}
	return &File{data: data, size: size, close: func() error { return nil }, root: root}, nil
}

// container picks the reader for the file by its first bytes.
func container(data io.ReaderAt, size int64) (func(io.ReaderAt, int64) (any, error), error) {
	head := make([]byte, min(size, 512))
	if _, err := data.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case len(head) == 0:
		return nil, errors.New("the file is empty")
	case bytes.HasPrefix(head, []byte("PK")):
		return readZip, nil
	case head[0] == opProto:
		return readLegacy, nil
	case bytes.HasPrefix(head, []byte("version https://git-lfs")):
		return nil, errors.New("a Git LFS pointer, not the file itself; fetch it with git lfs pull")
	case len(head) == 512 && string(head[257:262]) == "ustar":
		return nil, errors.New("the tar container of torch before 0.1.10 is not supported; load and save it again with a newer torch")
	}
	return nil, fmt.Errorf("not a PyTorch checkpoint: it begins with %q", head[:min(len(head), 8)])
}

// Extra returns the plain data of the top-level entry key, such as `iteration`
// or `scheduler`: map[string]any (keys that are no strings are formatted),
// []any for lists, tuples and sets, string, []byte, int64, float64, bool or nil. Tensors
// appear as Tensor, anything else as Record. It reports false when there is no
// such entry or it holds a faulty tensor, and for entries nested deeper than 64
// or larger than a million values, which no training script writes.
func (f *File) Extra(key string) (any, bool) {
	top, ok := f.root.(*dict)
	if !ok {
		return nil, false
	}
	v, ok := top.get(key)
	if !ok {
		return nil, false
	}
	p := plainer{budget: 1 << 20, depth: 64}
	return p.value(key, v)
}

// SHA256 returns the hex digest of the whole file. It reads the file once.
func (f *File) SHA256() (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f.data, 0, f.size)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Close closes the file. Tensors got from it cannot be read afterwards.
func (f *File) Close() error { return f.close() }
