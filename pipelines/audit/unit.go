package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/groundmill/groundmill/internal/audit"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

// RunUnit counts one piece of the source.
func (j *job) RunUnit(ctx context.Context, task pipelines.Task) (schema.UnitSummary, error) {
	piece := j.pieces[task.Name]
	partial, err := j.count(ctx, piece, task)
	if err != nil {
		return schema.UnitSummary{}, err
	}
	data, err := partial.Encode()
	if err != nil {
		return schema.UnitSummary{}, err
	}
	name := schema.FileName(schema.KindAudit, split, task.Index, task.Of)
	if err := storage.WriteFile(ctx, task.Store, name, data); err != nil {
		return schema.UnitSummary{}, err
	}
	s := schema.UnitSummary{Unit: task.Index, Name: task.Name, Inputs: piece.Files(), Counts: partial.Account()}
	sum := sha256.Sum256(data)
	s.Files = []schema.File{{Path: name, Bytes: int64(len(data)), SHA256: hex.EncodeToString(sum[:]), Rows: s.Rows, Boxes: s.Boxes}}
	return s, nil
}

// count counts a piece and reports it: rows as they come, rejects at the end. What
// goes wrong but by the storage's fault is the files'.
func (j *job) count(ctx context.Context, piece audit.Piece, task pipelines.Task) (*audit.Partial, error) {
	seen := int64(0)
	partial, err := j.folder.CountPiece(ctx, piece, audit.Options{
		Seed: j.spec.Seed, PerStratum: j.spec.PerStratum, Workers: 1, // which calls Observe one at a time
		Observe: func(done, _ int64) {
			task.Report(pipelines.Progress{Records: done - seen, Rows: done - seen})
			seen = done
		},
	})
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, pipelines.ErrInput):
		return nil, err
	default:
		return nil, fmt.Errorf("%w: %w: %w; if it is a run's, runner verify says which units its command must do again", pipelines.ErrInput, pipelines.ErrFormat, err)
	}
	rejects := partial.Counts.RejectTotal()
	task.Report(pipelines.Progress{Records: rejects, Rejects: rejects, Bytes: task.Bytes})
	return partial, nil
}

// inputs is the store of the source. What it cannot give wraps pipelines.ErrInput.
type inputs struct {
	storage.Store
	size func(name string) int64 // when the run was planned
}

// Open opens a file that is still as long as it was.
func (s *inputs) Open(ctx context.Context, name string) (storage.Reader, error) {
	r, err := s.Store.Open(ctx, name)
	if err != nil {
		return nil, asInput(err)
	}
	if want := s.size(name); r.Size() != want {
		r.Close()
		return nil, asInput(fmt.Errorf("it has %d bytes, it had %d when the run was planned", r.Size(), want))
	}
	return &input{r}, nil
}

// input is a file of the source.
type input struct{ storage.Reader }

func (r *input) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	return n, asInput(err)
}

func (r *input) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.Reader.ReadAt(p, off)
	return n, asInput(err)
}

// asInput marks an error of reading, but for the end of a file.
func asInput(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return fmt.Errorf("%w: %w", pipelines.ErrInput, err)
}
