package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// DefaultExternalBytes is the size of all weights past which they are written
// to an external data file. Protobuf itself ends at 2 GiB.
const DefaultExternalBytes = 1 << 30

// WriteOptions chooses between one file and two. The zero value is good.
type WriteOptions struct {
	// ExternalBytes is the size of all weights past which they go to a data
	// file beside the model, named like it with ".data" appended. 0 means
	// DefaultExternalBytes, a negative value means always.
	ExternalBytes int64
}

// File is one file of a written model.
type File struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // hex
}

// Written lists what WriteFile wrote.
type Written struct {
	Model File  `json:"model"`
	Data  *File `json:"data,omitempty"` // external data, nil when the weights are in the model file
	// SHA256 is the hex digest of the model file followed by the data file, the
	// identity of the whole.
	SHA256 string `json:"sha256"`
}

// UsesExternal says whether WriteFile would write a data file.
func (m *Model) UsesExternal(opts WriteOptions) bool {
	limit := opts.ExternalBytes
	if limit == 0 {
		limit = DefaultExternalBytes
	}
	var total int64
	for i := range m.Graph.initializers {
		total += m.Graph.initializers[i].Bytes()
	}
	return total > limit
}

// DataName returns the name of the external data file of the model at path.
func DataName(path string) string { return filepath.Base(path) + ".data" }

// WriteFile validates the model and writes it to path, replacing what is
// there. On any error nothing appears under path or the data file's name. The
// memory used does not grow with the weights.
func (m *Model) WriteFile(path string, opts WriteOptions) (*Written, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	location := ""
	if m.UsesExternal(opts) {
		location = DataName(path)
	}
	l, err := plan(m, location)
	if err != nil {
		return nil, err
	}
	if location == "" {
		return l.publish(path)
	}
	return l.publishBoth(path, location)
}

// publish writes the one file of a model with its weights inside.
func (l *layout) publish(path string) (*Written, error) {
	model, err := writeTemp(path, nil, l.writeModel)
	if err != nil {
		return nil, err
	}
	if err := model.publish(); err != nil {
		return nil, err
	}
	return &Written{Model: model.file, SHA256: model.file.SHA256}, nil
}

// publishBoth writes model and data under temporary names and renames them
// when both are whole, the data first: a model never appears without its data.
func (l *layout) publishBoth(path, location string) (*Written, error) {
	both := sha256.New()
	model, err := writeTemp(path, both, l.writeModel)
	if err != nil {
		return nil, err
	}
	defer model.discard()
	data, err := writeTemp(filepath.Join(filepath.Dir(path), location), both, l.writeData)
	if err != nil {
		return nil, err
	}
	if err := data.publish(); err != nil {
		return nil, err
	}
	if err := model.publish(); err != nil {
		return nil, errors.Join(err, os.Remove(data.file.Path))
	}
	return &Written{Model: model.file, Data: &data.file, SHA256: hex.EncodeToString(both.Sum(nil))}, nil
}

// writeModel streams the model file.
func (l *layout) writeModel(w io.Writer) error {
	parts := [][]byte{l.head, header(modelGraph, l.graphSize()), l.graphHead}
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	for i := range l.tensors {
		if err := l.tensors[i].writeMessage(w); err != nil {
			return err
		}
	}
	return nil
}

// writeMessage writes the tensor as a field of the graph.
func (p *placed) writeMessage(w io.Writer) error {
	b := append(header(graphInitializer, p.size()), p.fields...)
	if !p.external {
		b = append(b, header(tensorRawData, p.Bytes())...)
	}
	if _, err := w.Write(b); err != nil || p.external {
		return err
	}
	return p.writeBytes(w)
}

// writeBytes writes the tensor's data and proves its length.
func (p *placed) writeBytes(w io.Writer) error {
	c := &counter{w: w}
	if err := p.Write(c); err != nil {
		return fmt.Errorf("onnx: initializer %q: %w", p.Name, err)
	}
	if c.n != p.Bytes() {
		return fmt.Errorf("onnx: initializer %q: %d bytes written, its shape %v needs %d", p.Name, c.n, p.Shape, p.Bytes())
	}
	return nil
}

// writeData streams the external data file.
func (l *layout) writeData(w io.Writer) error {
	var at int64
	for i := range l.tensors {
		p := &l.tensors[i]
		if !p.external {
			continue
		}
		if _, err := w.Write(make([]byte, p.offset-at)); err != nil {
			return err
		}
		if err := p.writeBytes(w); err != nil {
			return err
		}
		at = p.offset + p.Bytes()
	}
	return nil
}

// counter counts what passes through it.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
