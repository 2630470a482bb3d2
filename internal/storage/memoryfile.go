package storage

import (
	"bytes"
	"context"
	"io/fs"
	"sync/atomic"
)

// memoryFile is an attempt at one file of a Memory.
type memoryFile struct {
	ctx         context.Context
	store       *Memory
	temp, final string
	data        *memoryData // guarded by store.mu until published
	done        bool
}

func (f *memoryFile) Write(p []byte) (int, error) {
	switch {
	case f.done:
		return 0, fail("write", f.store.where(f.final), fs.ErrClosed)
	case f.ctx.Err() != nil:
		return 0, fail("write", f.store.where(f.final), context.Cause(f.ctx))
	}
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	f.data.bytes = append(f.data.bytes, p...)
	return len(p), nil
}

func (f *memoryFile) Publish() error {
	if f.done {
		return fail("publish", f.store.where(f.final), fs.ErrClosed)
	}
	defer f.Abandon()
	if f.ctx.Err() != nil {
		return fail("publish", f.store.where(f.final), context.Cause(f.ctx))
	}
	return fail("publish", f.store.where(f.final), f.commit())
}

func (f *memoryFile) commit() error {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	if f.store.files[f.temp] != f.data {
		return fs.ErrNotExist // swept
	}
	existing, exists := f.store.files[f.final]
	if !exists {
		f.store.files[f.final] = f.data
		return nil
	}
	if !bytes.Equal(existing.bytes, f.data.bytes) {
		return ErrConflict
	}
	return nil
}

func (f *memoryFile) Abandon() {
	if !f.done {
		f.done = true
		f.store.drop(f.temp)
	}
}

// memoryReader reads a published file of a Memory.
type memoryReader struct {
	ctx    context.Context
	where  string
	data   *bytes.Reader
	closed atomic.Bool
}

func (r *memoryReader) Read(p []byte) (int, error) {
	if err := r.usable(); err != nil {
		return 0, err
	}
	return r.data.Read(p)
}

func (r *memoryReader) ReadAt(p []byte, off int64) (int, error) {
	if err := r.usable(); err != nil {
		return 0, err
	}
	return r.data.ReadAt(p, off)
}

func (r *memoryReader) usable() error {
	if r.closed.Load() {
		return fail("read", r.where, fs.ErrClosed)
	}
	if r.ctx.Err() != nil {
		return fail("read", r.where, context.Cause(r.ctx))
	}
	return nil
}

func (r *memoryReader) Close() error {
	r.closed.Store(true)
	return nil
}

func (r *memoryReader) Size() int64 { return r.data.Size() }
