package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// localReader reads a file of the local file system. Reads end with ctx.
type localReader struct {
	ctx  context.Context
	file *os.File
	size int64
}

// openLocal opens a regular file.
func openLocal(ctx context.Context, path string) (Reader, error) {
	if _, err := statLocal(ctx, path); err != nil { // before, because opening a pipe waits
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fail("open", path, err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fail("open", path, err)
	}
	return &localReader{ctx: ctx, file: f, size: info.Size()}, nil
}

// statLocal describes a regular file; folders do not exist here.
func statLocal(ctx context.Context, path string) (fs.FileInfo, error) {
	if ctx.Err() != nil {
		return nil, fail("open", path, context.Cause(ctx))
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, syscall.ENOTDIR), err == nil && info.IsDir():
		return nil, fail("open", path, fs.ErrNotExist)
	case err != nil:
		return nil, fail("open", path, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("storage: open %s: not a regular file", path)
	}
	return info, nil
}

func (r *localReader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, fail("read", r.file.Name(), context.Cause(r.ctx))
	}
	return r.file.Read(p)
}

func (r *localReader) ReadAt(p []byte, off int64) (int, error) {
	if r.ctx.Err() != nil {
		return 0, fail("read", r.file.Name(), context.Cause(r.ctx))
	}
	return r.file.ReadAt(p, off)
}

func (r *localReader) Close() error { return r.file.Close() }

func (r *localReader) Size() int64 { return r.size }
