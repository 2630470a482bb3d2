package storage

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io/fs"
	"net/http"
	"time"

	gcs "cloud.google.com/go/storage"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// upload is an attempt at one file of a bucket. The bytes are held until they
// are more than a chunk. A file that ends before is sent by Publish, in one
// request with its checksum, which the service compares before it names
// anything; a longer one is a resumable upload of the client library, which ends
// with the checksum.
type upload struct {
	ctx    context.Context
	cancel context.CancelCauseFunc // ends the resumable upload
	store  *gs
	name   string

	held   []byte
	writer *gcs.Writer // of the resumable upload, nil before
	taken  error       // the answer that the name exists; nothing is sent after it

	sum  fingerprint
	err  error // the first failed write; nothing may be published after it
	done bool  // published or abandoned
}

func newUpload(ctx context.Context, g *gs, name string) *upload {
	ctx, cancel := context.WithCancelCause(ctx)
	return &upload{ctx: ctx, cancel: cancel, store: g, name: name, sum: newFingerprint()}
}

func (u *upload) Write(p []byte) (int, error) {
	switch {
	case u.done:
		return 0, u.fail(opWrite, fs.ErrClosed)
	case u.err != nil:
		return 0, u.err
	}
	u.sum.add(p)
	if err := causeOf(u.ctx, u.send(p)); err != nil {
		u.err = u.fail(opWrite, err)
		return 0, u.err
	}
	return len(p), nil
}

// send holds or sends a part of the file.
func (u *upload) send(p []byte) error {
	switch {
	case u.ctx.Err() != nil:
		return context.Cause(u.ctx)
	case u.taken != nil:
		return nil
	case u.writer == nil && len(u.held)+len(p) <= u.store.chunk:
		u.held = append(u.held, p...)
		return nil
	case u.writer == nil:
		if err := u.begin(); err != nil {
			return err
		}
	}
	defer u.watch()()
	err := u.stream(p)
	if isStatus(err, http.StatusPreconditionFailed) {
		u.taken, u.held = err, nil
		return nil
	}
	return err
}

// stream passes what was held and then p to the library.
func (u *upload) stream(p []byte) error {
	if len(u.held) > 0 {
		if _, err := u.writer.Write(u.held); err != nil {
			return err
		}
		u.held = nil
	}
	_, err := u.writer.Write(p)
	return err
}

// watch ends the upload if a call to the library hangs, until stop is called.
func (u *upload) watch() (stop func() bool) {
	policy := u.store.retry
	return time.AfterFunc(policy.longest()+policy.stall, func() { u.cancel(errStalled) }).Stop
}

// begin begins the resumable upload. The library repeats its requests, by
// default without end; here a number of failures in a row is enough.
func (u *upload) begin() error {
	object, err := u.store.object(u.ctx, u.name)
	if err != nil {
		return err
	}
	policy := u.store.retry
	tries := 0
	object = object.If(gcs.Conditions{DoesNotExist: true}).Retryer(
		gcs.WithPolicy(gcs.RetryIdempotent),
		gcs.WithBackoff(policy.pauses().backoff),
		gcs.WithErrorFunc(func(err error) bool {
			tries++
			return tries < policy.attempts && transient(err)
		}))
	w := object.NewWriter(u.ctx)
	w.ContentType = contentType
	w.ChunkSize = u.store.chunk
	w.ChunkTransferTimeout = policy.stall
	w.ChunkRetryDeadline = policy.longest()
	w.ProgressFunc = func(int64) { tries = 0 }
	u.writer = w
	return nil
}

// contentType is that of every object; naming it keeps the library from
// guessing.
const contentType = "application/octet-stream"

func (u *upload) Publish() error {
	if u.done {
		return u.fail(opPublish, fs.ErrClosed)
	}
	defer u.Abandon()
	if u.err != nil {
		return u.err
	}
	if u.ctx.Err() != nil {
		return u.fail(opPublish, context.Cause(u.ctx))
	}
	return u.fail(opPublish, causeOf(u.ctx, u.commit()))
}

// commit ends the upload. After any failure the file may be there all the same,
// of this attempt, whose acknowledgement was lost, or of another.
func (u *upload) commit() error {
	attrs, err := u.finish()
	if err == nil {
		return u.verify(attrs)
	}
	if u.ctx.Err() != nil || refused(err) {
		return err
	}
	there, statErr := u.store.attrs(u.ctx, u.name)
	switch {
	case statErr != nil:
		return err
	case !u.sum.of(there):
		return ErrConflict
	}
	return nil
}

// refused reports whether the service has understood and did not do it.
func refused(err error) bool {
	return isStatus(err, http.StatusBadRequest) || isStatus(err, http.StatusUnauthorized) || isStatus(err, http.StatusForbidden)
}

// finish sends what was not sent and returns what the service then stored.
func (u *upload) finish() (attrs *gcs.ObjectAttrs, err error) {
	switch {
	case u.taken != nil:
		return nil, u.taken
	case u.writer != nil:
		defer u.watch()()
		err = u.writer.Close()
		return u.writer.Attrs(), err
	}
	err = u.store.retry.do(u.ctx, func(ctx context.Context) error {
		attrs, err = u.sendWhole(ctx)
		return err
	})
	return attrs, err
}

// sendWhole sends a file that is held whole, in one request.
func (u *upload) sendWhole(ctx context.Context) (*gcs.ObjectAttrs, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends a request whose Write failed
	object, err := u.store.object(ctx, u.name)
	if err != nil {
		return nil, err
	}
	w := object.If(gcs.Conditions{DoesNotExist: true}).NewWriter(ctx)
	w.ContentType = contentType
	w.ChunkSize = 0 // no second copy in memory
	w.SendCRC32C, w.CRC32C, w.MD5 = true, u.sum.crc, u.sum.md5.Sum(nil)
	_, err = w.Write(u.held)
	if closeErr := w.Close(); closeErr != nil {
		err = closeErr
	}
	return w.Attrs(), err
}

// verify compares what the service says it stored with what was written. A
// difference would be a fault of the service or of what lies between; then the
// object is removed again, and no other.
func (u *upload) verify(attrs *gcs.ObjectAttrs) error {
	if u.sum.of(attrs) {
		return nil
	}
	err := errors.New("the service stored other bytes than were sent; they were removed, try again")
	object, objectErr := u.store.object(u.ctx, u.name)
	if objectErr == nil {
		objectErr = object.If(gcs.Conditions{GenerationMatch: attrs.Generation}).Delete(u.ctx)
	}
	if objectErr != nil {
		return fmt.Errorf("%w; removing them failed: %w", err, objectErr)
	}
	return err
}

// Abandon ends the upload. The library's writer must be closed for its
// goroutines to end; with its context ended it sends nothing.
func (u *upload) Abandon() {
	if u.done {
		return
	}
	u.done = true
	u.cancel(nil)
	if u.writer != nil {
		_ = u.writer.Close()
	}
	u.held = nil
}

func (u *upload) fail(op operation, err error) error {
	if isStatus(err, http.StatusNotFound) && u.store.bucketMissing(u.ctx) {
		err = gcs.ErrBucketNotExist
	}
	return u.store.fail(u.ctx, op, u.name, err)
}

// fingerprint identifies the content of a file as the service does.
type fingerprint struct {
	size int64
	crc  uint32
	md5  hash.Hash
}

func newFingerprint() fingerprint { return fingerprint{md5: md5.New()} }

func (f *fingerprint) add(p []byte) {
	f.size += int64(len(p))
	f.crc = crc32.Update(f.crc, castagnoli, p)
	f.md5.Write(p)
}

// of reports whether an object holds the content. Objects that were composed of
// others have no MD5.
func (f *fingerprint) of(attrs *gcs.ObjectAttrs) bool {
	return attrs.Size == f.size && attrs.CRC32C == f.crc &&
		(len(attrs.MD5) == 0 || bytes.Equal(attrs.MD5, f.md5.Sum(nil)))
}
