package checkpoint

import (
	"archive/zip"
	"context"
	"errors"
	"io"
)

// Damaged returns the names of the entries whose bytes do not have the checksum
// that the zip container records. PyTorch does not look at it when it loads a
// file, and can be told not to write it. The container of torch before 1.6 has no
// checksums. The file is read once; the error is ctx's.
func (f *File) Damaged(ctx context.Context) ([]string, error) {
	z, err := zip.NewReader(f.data, f.size)
	if err != nil {
		return nil, nil // the older container
	}
	var names []string
	for _, e := range z.File {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if errors.Is(readEntry(e), zip.ErrChecksum) {
			names = append(names, e.Name)
		}
	}
	return names, nil
}

func readEntry(e *zip.File) error {
	r, err := e.Open()
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return errors.Join(err, r.Close())
}
