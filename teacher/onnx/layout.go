package onnx

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// alignment of tensors in an external data file, so that a runtime can map
// each one.
const alignment = 4096

// inlineLimit is the size in bytes up to which a tensor stays in the model file
// even when the others are external: shapes and axes must be readable without
// the data file.
const inlineLimit = 1024

// layout says where every byte of a model goes before the first is written.
type layout struct {
	head      []byte   // model fields before the graph
	graphHead []byte   // graph fields before the initializers
	tensors   []placed // in the graph's order
	dataBytes int64    // size of the external data file, 0 without one
	size      int64    // size of the model file
}

// placed is an initializer with its encoded fields and the place of its data.
type placed struct {
	*Initializer
	fields   []byte // complete for external data, else all but rawData
	external bool
	offset   int64 // in the external data file
}

// plan lays a model out. location names the external data file, "" for none.
func plan(m *Model, location string) (*layout, error) {
	l := &layout{head: encodeHead(m), graphHead: encodeGraphHead(m.Graph)}
	graph := int64(len(l.graphHead))
	for i := range m.Graph.initializers {
		p := l.place(&m.Graph.initializers[i], location)
		l.tensors = append(l.tensors, p)
		graph += messageSize(graphInitializer, p.size())
	}
	l.size = int64(len(l.head)) + messageSize(modelGraph, graph)
	if l.size > math.MaxInt32 {
		return nil, fmt.Errorf("onnx: the model file would have %d bytes; protobuf allows 2 GiB: use external data", l.size)
	}
	return l, nil
}

func (l *layout) place(t *Initializer, location string) placed {
	p := placed{Initializer: t, fields: encodeTensor(t)}
	if location == "" || t.Bytes() <= inlineLimit {
		return p
	}
	p.external = true
	p.offset = (l.dataBytes + alignment - 1) / alignment * alignment
	l.dataBytes = p.offset + t.Bytes()
	p.fields = encodeExternal(p.fields, location, p.offset, t.Bytes())
	return p
}

// size is the length of the TensorProto.
func (p *placed) size() int64 {
	n := int64(len(p.fields))
	if !p.external {
		n += messageSize(tensorRawData, p.Bytes())
	}
	return n
}

// messageSize is the encoded length of a length-delimited field.
func messageSize(field protowire.Number, length int64) int64 {
	return int64(protowire.SizeTag(field)+protowire.SizeVarint(uint64(length))) + length
}

// header encodes the tag and length of a length-delimited field.
func header(field protowire.Number, length int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.BytesType), uint64(length))
}

// graphSize is the length of the GraphProto.
func (l *layout) graphSize() int64 {
	n := int64(len(l.graphHead))
	for i := range l.tensors {
		n += messageSize(graphInitializer, l.tensors[i].size())
	}
	return n
}
