package onnx

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// pending is a complete file that waits under a temporary name.
type pending struct {
	file File
	temp string // "" once it is published or gone
}

// bufferSize of writes to disk.
const bufferSize = 1 << 20

// writeTemp writes a file beside its final path and flushes it to disk. also,
// unless nil, receives every byte too.
func writeTemp(path string, also io.Writer, write func(io.Writer) error) (*pending, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	p := &pending{file: File{Path: path}, temp: f.Name()}
	if err := errors.Join(p.fill(f, also, write), f.Close()); err != nil {
		p.discard()
		return nil, err
	}
	return p, nil
}

func (p *pending) fill(f *os.File, also io.Writer, write func(io.Writer) error) error {
	digest := sha256.New()
	sinks := []io.Writer{f, digest}
	if also != nil {
		sinks = append(sinks, also)
	}
	w := bufio.NewWriterSize(io.MultiWriter(sinks...), bufferSize)
	c := &counter{w: w}
	if err := errors.Join(write(c), w.Flush()); err != nil {
		return err
	}
	p.file.Bytes, p.file.SHA256 = c.n, hex.EncodeToString(digest.Sum(nil))
	// CreateTemp makes the file private; a model is as readable as any file.
	return errors.Join(f.Chmod(0o644), f.Sync())
}

// publish gives the file its final name; if that fails, the file is gone.
func (p *pending) publish() error {
	if err := os.Rename(p.temp, p.file.Path); err != nil {
		p.discard()
		return fmt.Errorf("onnx: %w", err)
	}
	p.temp = ""
	return nil
}

// discard removes the temporary file if it is still there.
func (p *pending) discard() {
	if p.temp != "" {
		os.Remove(p.temp)
		p.temp = ""
	}
}
