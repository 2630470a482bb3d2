package onnx

import (
	"encoding/binary"
	"math"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is a decoded protobuf message: every field's values in order, as
// uint64 or []byte.
type message map[protowire.Number][]any

func decode(t *testing.T, b []byte) message {
	t.Helper()
	m := message{}
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			t.Fatalf("bad tag: %v", protowire.ParseError(n))
		}
		b = b[n:]
		var v any
		switch typ {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var bits uint32
			bits, n = protowire.ConsumeFixed32(b)
			v = uint64(bits)
		case protowire.BytesType:
			v, n = protowire.ConsumeBytes(b)
		default:
			t.Fatalf("field %d has wire type %d", num, typ)
		}
		if n < 0 {
			t.Fatalf("field %d: %v", num, protowire.ParseError(n))
		}
		m[num] = append(m[num], v)
		b = b[n:]
	}
	return m
}

func (m message) bytes(field protowire.Number) []byte {
	if len(m[field]) == 0 {
		return nil
	}
	return m[field][0].([]byte)
}

func (m message) text(field protowire.Number) string { return string(m.bytes(field)) }

func (m message) int(field protowire.Number) int64 {
	if len(m[field]) == 0 {
		return 0
	}
	return int64(m[field][0].(uint64))
}

func (m message) texts(field protowire.Number) []string {
	var out []string
	for _, v := range m[field] {
		out = append(out, string(v.([]byte)))
	}
	return out
}

func (m message) ints(t *testing.T, field protowire.Number) []int64 {
	t.Helper()
	var out []int64
	for b := m.bytes(field); len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			t.Fatalf("field %d: %v", field, protowire.ParseError(n))
		}
		out, b = append(out, int64(v)), b[n:]
	}
	return out
}

// entries decodes a list of key-value messages.
func (m message) entries(t *testing.T, field protowire.Number) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, v := range m[field] {
		e := decode(t, v.([]byte))
		out[e.text(entryKey)] = e.text(entryValue)
	}
	return out
}

func floatsOf(b []byte) []float32 {
	var out []float32
	for ; len(b) >= 4; b = b[4:] {
		out = append(out, math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return out
}
