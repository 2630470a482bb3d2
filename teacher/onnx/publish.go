package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// pending is a complete file that waits under a temporary name.
type pending struct {
	file File
	temp string // "" once it is published or gone
}

// writeTemp writes a file beside its final path and flushes it to disk. all
// also receives every byte.
func writeTemp(path string, all hash.Hash, write func(io.Writer) error) (*pending, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	p := &pending{file: File{Path: path}, temp: f.Name()}
	own := sha256.New()
	if err := errors.Join(p.fill(f, own, all, write), f.Close()); err != nil {
		p.discard()
		return nil, err
	}
	p.file.SHA256 = hex.EncodeToString(own.Sum(nil))
	return p, nil
}

func (p *pending) fill(f *os.File, own, all hash.Hash, write func(io.Writer) error) error {
	w := digesting(f, own, all)
	c := &counter{w: w}
	if err := errors.Join(write(c), w.Flush()); err != nil {
		return err
	}
	p.file.Bytes = c.n
	// CreateTemp makes the file private; a model is as readable as any file.
	return errors.Join(f.Chmod(0o644), f.Sync())
}

// publish gives the file its final name.
func (p *pending) publish() error {
	if err := os.Rename(p.temp, p.file.Path); err != nil {
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
