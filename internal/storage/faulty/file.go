package faulty

import (
	"io/fs"

	"github.com/groundmill/groundmill/internal/storage"
)

// file is a storage.File that fails by the rules of its store.
type file struct {
	store *Store
	inner storage.File
	name  string
	err   error // of the first failed write
	done  bool
}

func (f *file) Write(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	v := f.store.ask(Write, f.name, len(p))
	n, err := f.write(p, v)
	f.store.dieAfter(v)
	if err == nil {
		err = v.err
	}
	f.err = err
	return n, err
}

// write passes on as much as the verdict allows.
func (f *file) write(p []byte, v verdict) (int, error) {
	switch v.effect {
	case Pass, LostAck, CrashAfter:
		return f.inner.Write(p)
	case Short:
		return f.inner.Write(p[:len(p)/2])
	case Fill:
		return f.inner.Write(p[:v.room])
	}
	return 0, nil
}

func (f *file) Publish() error {
	if f.err != nil {
		return f.err
	}
	if f.done {
		return f.inner.Publish() // which says that it is closed
	}
	err := f.store.do(Publish, f.name, f.inner.Publish)
	if !f.store.Crashed() {
		f.inner.Abandon() // a store that fails to publish leaves nothing
		f.done = true
	}
	return err
}

func (f *file) Abandon() {
	if f.done {
		return
	}
	f.done = true
	f.err = failure(Abandon, f.name, fs.ErrClosed)
	_ = f.store.do(Abandon, f.name, func() error { // if it fails, the temporary file stays
		f.inner.Abandon()
		return nil
	})
}

// reader is a storage.Reader that fails by the rules of its store.
type reader struct {
	store *Store
	inner storage.Reader
	name  string
}

func (r *reader) Read(p []byte) (int, error) {
	return r.read(Read, p, r.inner.Read)
}

func (r *reader) ReadAt(p []byte, off int64) (int, error) {
	return r.read(ReadAt, p, func(p []byte) (int, error) { return r.inner.ReadAt(p, off) })
}

func (r *reader) read(op Op, p []byte, operation func([]byte) (int, error)) (int, error) {
	v := r.store.ask(op, r.name, len(p))
	switch v.effect {
	case Pass:
		return operation(p)
	case Short:
		n, err := operation(p[:len(p)/2])
		if err == nil {
			err = v.err
		}
		return n, err
	case LostAck, CrashAfter:
		_, err := operation(p)
		r.store.dieAfter(v)
		if err != nil {
			return 0, err
		}
	}
	return 0, v.err
}

func (r *reader) Size() int64 { return r.inner.Size() }

func (r *reader) Close() error {
	r.store.forget(r.inner)
	return r.inner.Close()
}
