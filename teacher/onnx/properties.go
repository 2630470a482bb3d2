package onnx

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// ErrNotModel is wrapped by ReadProperties for what is no ONNX model file.
var ErrNotModel = errors.New("not an ONNX model")

// maxProperty bounds a property in bytes: the largest that we write is a
// vocabulary.
const maxProperty = 16 << 20

// ReadProperties reads the metadata properties of a model file and jumps over its
// weights, so that it takes milliseconds and no runtime. Of properties with one
// key the last counts.
func ReadProperties(r io.ReadSeeker) (map[string]string, error) {
	p := &propertyReader{source: r, Reader: bufio.NewReader(r), found: map[string]string{}}
	for {
		switch err := p.field(); {
		case err == io.EOF:
			return p.found, nil
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrNotModel, err)
		}
	}
}

// propertyReader walks over the fields of a ModelProto.
type propertyReader struct {
	source io.ReadSeeker
	*bufio.Reader
	found map[string]string
}

// field reads one field. It is io.EOF where none begins.
func (p *propertyReader) field() error {
	tag, err := binary.ReadUvarint(p)
	if err != nil {
		return err
	}
	number, wire := protowire.DecodeTag(tag)
	switch {
	case number < protowire.MinValidNumber:
		return fmt.Errorf("a field is numbered %d", number)
	case wire == protowire.VarintType:
		_, err = binary.ReadUvarint(p)
	case wire == protowire.Fixed32Type:
		err = p.skip(4)
	case wire == protowire.Fixed64Type:
		err = p.skip(8)
	case wire == protowire.BytesType:
		err = p.bytes(number)
	default:
		return fmt.Errorf("field %d has the wire type %d", number, wire)
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// bytes reads or skips a field of bytes.
func (p *propertyReader) bytes(number protowire.Number) error {
	size, err := binary.ReadUvarint(p)
	switch {
	case err != nil:
		return err
	case number != modelMetadata:
		return p.skip(size)
	case size > maxProperty:
		return fmt.Errorf("a property has %d bytes, more than %d", size, maxProperty)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(p, body); err != nil {
		return err
	}
	return p.property(body)
}

// property decodes a StringStringEntryProto.
func (p *propertyReader) property(body []byte) error {
	var key, value string
	for len(body) > 0 {
		number, wire, n := protowire.ConsumeTag(body)
		if n < 0 {
			return protowire.ParseError(n)
		}
		body = body[n:]
		size := protowire.ConsumeFieldValue(number, wire, body)
		if size < 0 {
			return protowire.ParseError(size)
		}
		if text, n := protowire.ConsumeString(body); wire == protowire.BytesType && n == size {
			switch number {
			case entryKey:
				key = text
			case entryValue:
				value = text
			}
		}
		body = body[size:]
	}
	p.found[key] = value
	return nil
}

// skip jumps over bytes, all of which must be there.
func (p *propertyReader) skip(n uint64) error {
	if n == 0 {
		return nil
	}
	if n <= uint64(p.Buffered()) {
		_, err := p.Discard(int(n))
		return err
	}
	if n > math.MaxInt64 {
		return fmt.Errorf("a field has %d bytes", n)
	}
	// Seeking past the end is no error: the last byte is read to prove it is there.
	if _, err := p.source.Seek(int64(n)-int64(p.Buffered())-1, io.SeekCurrent); err != nil {
		return err
	}
	p.Reset(p.source)
	_, err := p.ReadByte()
	return err
}
