package storage

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"

	gcs "cloud.google.com/go/storage"
)

// objectReader reads a file of a bucket. A stream that breaks goes on from the
// offset reached.
type objectReader struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	store  *gs
	name   string
	object *gcs.ObjectHandle
	attrs  *gcs.ObjectAttrs

	stream *stream // from offset on, nil if there is none
	offset int64
	crc    uint32 // of what was read
}

// stream is a file from an offset on. It is asked for by the first Read; its
// context outlives single reads.
type stream struct {
	ctx    context.Context
	cancel context.CancelFunc
	object *gcs.ObjectHandle
	offset int64
	body   *gcs.Reader
}

func (s *stream) Read(p []byte) (n int, err error) {
	if s.body == nil {
		if s.body, err = s.object.NewRangeReader(s.ctx, s.offset, -1); err != nil {
			return 0, err
		}
	}
	return s.body.Read(p)
}

func (s *stream) close() {
	s.cancel()
	if s.body != nil {
		s.body.Close()
	}
}

func newObjectReader(ctx context.Context, g *gs, name string, object *gcs.ObjectHandle, attrs *gcs.ObjectAttrs) *objectReader {
	ctx, cancel := context.WithCancelCause(ctx)
	return &objectReader{ctx: ctx, cancel: cancel, store: g, name: name, object: object, attrs: attrs}
}

func (r *objectReader) Size() int64 { return r.attrs.Size }

// Read reads on. At the end it compares the checksum of the whole file.
func (r *objectReader) Read(p []byte) (n int, err error) {
	switch {
	case r.ctx.Err() != nil:
		return 0, r.fail(context.Cause(r.ctx))
	case r.offset == r.attrs.Size:
		return 0, r.end()
	case len(p) == 0:
		return 0, nil
	}
	err = r.store.retry.do(r.ctx, func(ctx context.Context) error {
		n, err = r.readSome(ctx, p)
		return err
	})
	r.offset += int64(n)
	r.crc = crc32.Update(r.crc, castagnoli, p[:n])
	return n, r.fail(err)
}

// end compares the checksum.
func (r *objectReader) end() error {
	if r.crc == r.attrs.CRC32C {
		return io.EOF
	}
	return r.fail(fmt.Errorf("the bytes read have the checksum %08x, those stored %08x: read the file again", r.crc, r.attrs.CRC32C))
}

// readSome reads at least a byte from the stream, which it opens if there is
// none and gives up when it fails or ctx ends.
func (r *objectReader) readSome(ctx context.Context, p []byte) (n int, err error) {
	if r.stream == nil {
		r.stream = r.openStream()
	}
	defer context.AfterFunc(ctx, r.stream.cancel)()
	if n, err = r.stream.Read(p); err == nil {
		return n, nil
	}
	r.closeStream()
	switch {
	case n > 0: // the next Read sees to the error
		return n, nil
	case errors.Is(err, io.EOF):
		return 0, io.ErrUnexpectedEOF
	}
	return 0, err
}

func (r *objectReader) openStream() *stream {
	ctx, cancel := context.WithCancel(r.ctx)
	return &stream{ctx: ctx, cancel: cancel, object: r.object, offset: r.offset}
}

func (r *objectReader) closeStream() {
	if r.stream != nil {
		r.stream.close()
		r.stream = nil
	}
}

// ReadAt asks for one range.
func (r *objectReader) ReadAt(p []byte, off int64) (n int, err error) {
	switch {
	case r.ctx.Err() != nil:
		return 0, r.fail(context.Cause(r.ctx))
	case off < 0:
		return 0, r.fail(fmt.Errorf("negative offset %d: %w", off, fs.ErrInvalid))
	case off >= r.attrs.Size:
		return 0, io.EOF
	}
	want := p[:min(int64(len(p)), r.attrs.Size-off)]
	err = r.store.retry.do(r.ctx, func(ctx context.Context) error {
		m, err := r.readRange(ctx, want[n:], off+int64(n))
		n += m
		return err
	})
	if err == nil && n < len(p) {
		return n, io.EOF
	}
	return n, r.fail(err)
}

func (r *objectReader) readRange(ctx context.Context, p []byte, off int64) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	body, err := r.object.NewRangeReader(ctx, off, int64(len(p)))
	if err != nil {
		return 0, err
	}
	defer body.Close()
	n, err := io.ReadFull(body, p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Close ends reads that are in flight.
func (r *objectReader) Close() error {
	r.cancel(fs.ErrClosed)
	r.closeStream()
	return nil
}

func (r *objectReader) fail(err error) error { return r.store.fail(r.ctx, opRead, r.name, err) }
