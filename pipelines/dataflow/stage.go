package dataflow

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines/internal/portable"
)

// stagedFile is a file to stage. Its name below the staging folder says its
// content.
type stagedFile struct {
	File
	name string
	open func() (io.ReadCloser, error)
}

// workerFile is the workers' program. Dataflow wants the last element of its name
// to be "worker".
func workerFile(staging string, w portable.Worker) stagedFile {
	name := w.SHA256 + "/worker"
	return stagedFile{
		File: File{Path: w.Path, URL: staging + "/" + name, Bytes: w.Bytes, SHA256: w.SHA256},
		name: name,
		open: func() (io.ReadCloser, error) { return os.Open(w.Path) },
	}
}

// modelFile is the pipeline's proto.
func modelFile(staging string, data []byte) stagedFile {
	sum := sha(data)
	name := sum + "/model"
	return stagedFile{
		File: File{URL: staging + "/" + name, Bytes: int64(len(data)), SHA256: sum},
		name: name,
		open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

// stage uploads what is not there yet.
func (j *Job) stage(ctx context.Context) error {
	store, err := storage.Open(j.opts.Staging)
	if err != nil {
		return fmt.Errorf("dataflow: %w", err)
	}
	for _, f := range j.files {
		if err := f.stage(ctx, store); err != nil {
			return fmt.Errorf("dataflow: nothing was submitted: %w", err)
		}
	}
	return nil
}

// stage uploads a file. Files are published whole and under the hash of their
// content, so one of the right size is the right one: to compare more would be to
// send 80 MB for each job. An account that may not look may still write.
func (f stagedFile) stage(ctx context.Context, store storage.Store) error {
	info, err := store.Stat(ctx, f.name)
	switch {
	case err == nil && info.Size == f.Bytes:
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
		return err
	}
	return f.upload(ctx, store)
}

func (f stagedFile) upload(ctx context.Context, store storage.Store) error {
	source, err := f.open()
	if err != nil {
		return err
	}
	defer source.Close()
	file, err := store.Create(ctx, f.name)
	if err != nil {
		return err
	}
	defer file.Abandon()
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(file, hash), source); err != nil {
		return err
	}
	if hex.EncodeToString(hash.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("%s has changed since the job was prepared; run the same command again", f.Path)
	}
	return file.Publish()
}
