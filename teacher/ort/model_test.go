package ort

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// ONNX element types and other numbers of onnx.proto that the tests use.
const (
	protoFloat   = 1
	protoUint8   = 2
	protoInt32   = 6
	protoInt64   = 7
	protoFloat16 = 10
)

// node is one operator of a hand-made model.
type node struct {
	op      string
	inputs  []string
	outputs []string
	ints    map[string]int64
}

// value is an input or output; negative extents become dynamic.
type value struct {
	name  string
	typ   uint64
	shape []int64
}

// model is a hand-made ONNX model.
type model struct {
	nodes    []node
	inputs   []value
	outputs  []value
	metadata map[string]string
	external string // data file of one float32 initializer "w" of shape [4]
}

// write encodes m into a file of a temporary folder and returns its path.
func (m model) write(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.onnx")
	if err := os.WriteFile(path, m.encode(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// encode follows ModelProto of onnx.proto, opset 17.
func (m model) encode() []byte {
	b := varint(nil, 1, 8)
	b = message(b, 7, m.graph())
	b = message(b, 8, varint(text(nil, 1, ""), 2, 17))
	for key, val := range m.metadata {
		b = message(b, 14, text(text(nil, 1, key), 2, val))
	}
	return b
}

func (m model) graph() []byte {
	var b []byte
	for _, n := range m.nodes {
		b = message(b, 1, n.encode())
	}
	b = text(b, 2, "test")
	if m.external != "" {
		w := varint(varint(nil, 1, 4), 2, protoFloat)
		w = text(w, 8, "w")
		w = message(w, 13, text(text(nil, 1, "location"), 2, m.external))
		b = message(b, 5, varint(w, 14, 1))
	}
	for _, v := range m.inputs {
		b = message(b, 11, v.encode())
	}
	for _, v := range m.outputs {
		b = message(b, 12, v.encode())
	}
	return b
}

func (n node) encode() []byte {
	var b []byte
	for _, name := range n.inputs {
		b = text(b, 1, name)
	}
	for _, name := range n.outputs {
		b = text(b, 2, name)
	}
	b = text(b, 4, n.op)
	for name, i := range n.ints {
		b = message(b, 5, varint(varint(text(nil, 1, name), 3, uint64(i)), 20, 2))
	}
	return b
}

func (v value) encode() []byte {
	var shape []byte
	for i, d := range v.shape {
		dim := text(nil, 2, fmt.Sprintf("%s_%d", v.name, i))
		if d >= 0 {
			dim = varint(nil, 1, uint64(d))
		}
		shape = message(shape, 1, dim)
	}
	tensor := message(varint(nil, 1, v.typ), 2, shape)
	return message(text(nil, 1, v.name), 2, message(nil, 1, tensor))
}

func varint(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

func text(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}

func message(b []byte, field protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), m)
}
