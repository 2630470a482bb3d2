package annotate

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/pipelines"
)

// input is a unit's tar. What it returns but io.EOF wraps pipelines.ErrInput.
type input struct {
	storage.Reader
}

// openInput opens the tar of a unit. One that is no longer of the size that the
// plan knows is not the run's input.
func openInput(ctx context.Context, unit pipelines.Unit) (*input, error) {
	r, err := storage.OpenURL(ctx, unit.Path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", pipelines.ErrInput, err)
	}
	if r.Size() != unit.Bytes {
		r.Close()
		return nil, fmt.Errorf("%w: %s has %d bytes, it had %d when the run was planned", pipelines.ErrInput, unit.Path, r.Size(), unit.Bytes)
	}
	return &input{r}, nil
}

func (in *input) Read(p []byte) (int, error) {
	n, err := in.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%w: %w", pipelines.ErrInput, err)
	}
	return n, err
}

// noTar is an input that is no tar: it cannot be read, now or later.
type noTar struct{ *webdataset.FormatError }

func (e noTar) Unwrap() error { return e.FormatError }

// Is says that the error wraps pipelines.ErrInput and pipelines.ErrFormat.
func (e noTar) Is(target error) bool {
	return target == pipelines.ErrInput || target == pipelines.ErrFormat
}

// probes is how many inputs are looked at before the work.
const probes = 8

// probe reads the beginnings of the first inputs and refuses what is no tar: most
// likely the wrong files were named. What cannot be read is for the run to try
// again.
func probe(ctx context.Context, plan pipelines.Plan) error {
	for _, unit := range plan.Units[:min(probes, len(plan.Units))] {
		if err := probeUnit(ctx, unit); err != nil {
			return fmt.Errorf("input: %w", err)
		}
	}
	return nil
}

func probeUnit(ctx context.Context, unit pipelines.Unit) error {
	in, err := openInput(ctx, unit)
	if err != nil {
		return nil
	}
	defer in.Close()
	var format *webdataset.FormatError
	if _, err := webdataset.Open(in, unit.Path, webdataset.Limits{Extensions: []string{}}).Next(); errors.As(err, &format) {
		return err
	}
	return nil
}
