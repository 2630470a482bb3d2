package checkpoint

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// MaxPickle is the most bytes that the pickles of a file may have: a hundred
// times what the largest GLIP needs.
const MaxPickle = 64 << 20

// maxLine bounds the module and class names of the opcode GLOBAL.
const maxLine = 4096

var errEarlyEnd = errors.New("it ends early: the file is truncated")

// source reads a pickle and never allocates more than is left of it.
type source struct {
	r          *bufio.Reader
	pos, limit int64
}

// newSource reads up to limit bytes of r, which must have as many.
func newSource(r io.Reader, limit int64) *source {
	return &source{r: bufio.NewReaderSize(io.LimitReader(r, limit), 1<<16), limit: limit}
}

func (s *source) byte() (byte, error) {
	b, err := s.r.ReadByte()
	if err != nil {
		return 0, s.readError(err)
	}
	s.pos++
	return b, nil
}

// bytes reads n bytes into fresh memory.
func (s *source) bytes(n uint64) ([]byte, error) {
	if n > uint64(s.limit-s.pos) {
		return nil, s.readError(io.ErrUnexpectedEOF)
	}
	b := make([]byte, n)
	return b, s.fill(b)
}

func (s *source) fill(b []byte) error {
	n, err := io.ReadFull(s.r, b)
	s.pos += int64(n)
	return s.readError(err)
}

// uint reads a little-endian unsigned integer of 1, 2, 4 or 8 bytes.
func (s *source) uint(size int) (uint64, error) {
	var b [8]byte
	err := s.fill(b[:size])
	return binary.LittleEndian.Uint64(b[:]), err
}

// line reads up to a newline, which it drops.
func (s *source) line() (string, error) {
	var line []byte
	for len(line) < maxLine {
		b, err := s.byte()
		if err != nil {
			return "", err
		}
		if b == '\n' {
			return string(line), nil
		}
		line = append(line, b)
	}
	return "", fmt.Errorf("%w: a name is longer than %d bytes", ErrRefused, maxLine)
}

func (s *source) readError(err error) error {
	switch {
	case err == nil:
		return nil
	case err != io.EOF && err != io.ErrUnexpectedEOF:
		return err
	case s.limit == MaxPickle:
		return fmt.Errorf("%w: it needs more than %d bytes", ErrRefused, s.limit)
	}
	return errEarlyEnd
}
