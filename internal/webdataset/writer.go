package webdataset

import (
	"archive/tar"
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"
)

// Writer writes samples as a tar whose bytes depend on the samples alone: mode
// 0444, owner 0, time 0, members of a sample by extension.
type Writer struct {
	tar *tar.Writer
}

// NewWriter returns a Writer onto w.
func NewWriter(w io.Writer) *Writer { return &Writer{tar.NewWriter(w)} }

// Write appends one sample. The key must be one that SplitName would give back.
func (w *Writer) Write(key string, members ...Member) error {
	sorted := slices.SortedFunc(slices.Values(members), func(a, b Member) int {
		return cmp.Compare(a.Ext, b.Ext)
	})
	for _, m := range sorted {
		name := key + "." + m.Ext
		if k, e, ok := SplitName(name); !ok || k != key || e != m.Ext {
			return fmt.Errorf("webdataset: %q is no valid member name: the key may hold no dot, the extension must be lower case", name)
		}
		if err := w.writeFile(name, m.Data); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) writeFile(name string, data []byte) error {
	err := w.tar.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg,
		Name:     name,
		Size:     int64(len(data)),
		Mode:     0o444,
		ModTime:  time.Unix(0, 0),
	})
	if err != nil {
		return fmt.Errorf("webdataset: member %s: %w", name, err)
	}
	if _, err := w.tar.Write(data); err != nil {
		return fmt.Errorf("webdataset: member %s: %w", name, err)
	}
	return nil
}

// Close writes the end-of-archive mark. It does not close the underlying writer.
func (w *Writer) Close() error { return w.tar.Close() }
