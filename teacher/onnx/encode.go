package onnx

import (
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of onnx.proto (github.com/onnx/onnx, onnx/onnx.proto).
const (
	modelIRVersion   protowire.Number = 1
	modelProducer    protowire.Number = 2
	modelGraph       protowire.Number = 7
	modelOpsetImport protowire.Number = 8
	modelMetadata    protowire.Number = 14

	opsetVersion protowire.Number = 2

	entryKey   protowire.Number = 1
	entryValue protowire.Number = 2

	graphNode        protowire.Number = 1
	graphName        protowire.Number = 2
	graphInitializer protowire.Number = 5
	graphInput       protowire.Number = 11
	graphOutput      protowire.Number = 12

	nodeInput     protowire.Number = 1
	nodeOutput    protowire.Number = 2
	nodeName      protowire.Number = 3
	nodeOpType    protowire.Number = 4
	nodeAttribute protowire.Number = 5

	attrName protowire.Number = 1
	attrF    protowire.Number = 2
	attrI    protowire.Number = 3
	attrS    protowire.Number = 4
	attrInts protowire.Number = 8
	attrType protowire.Number = 20

	tensorDims         protowire.Number = 1
	tensorDataType     protowire.Number = 2
	tensorName         protowire.Number = 8
	tensorRawData      protowire.Number = 9
	tensorExternalData protowire.Number = 13
	tensorDataLocation protowire.Number = 14

	infoName       protowire.Number = 1
	infoType       protowire.Number = 2
	typeTensor     protowire.Number = 1
	tensorElemType protowire.Number = 1
	tensorShape    protowire.Number = 2
	shapeDim       protowire.Number = 1
	dimValue       protowire.Number = 1
	dimParam       protowire.Number = 2
)

// locationExternal is TensorProto.DataLocation EXTERNAL.
const locationExternal = 1

func appendInt(b []byte, field protowire.Number, v int64) []byte {
	b = protowire.AppendTag(b, field, protowire.VarintType)
	return protowire.AppendVarint(b, uint64(v))
}

func appendString(b []byte, field protowire.Number, s string) []byte {
	b = protowire.AppendTag(b, field, protowire.BytesType)
	return protowire.AppendString(b, s)
}

func appendMessage(b []byte, field protowire.Number, msg []byte) []byte {
	b = protowire.AppendTag(b, field, protowire.BytesType)
	return protowire.AppendBytes(b, msg)
}

// appendInts writes a packed list, as proto3 does; onnx.proto's repeated
// integers are read in either form.
func appendInts(b []byte, field protowire.Number, values []int64) []byte {
	var packed []byte
	for _, v := range values {
		packed = protowire.AppendVarint(packed, uint64(v))
	}
	return appendMessage(b, field, packed)
}

func encodeEntry(key, value string) []byte {
	return appendString(appendString(nil, entryKey, key), entryValue, value)
}

func encodeAttribute(a Attribute) []byte {
	b := appendString(nil, attrName, a.name)
	switch a.kind {
	case kindFloat:
		b = protowire.AppendTag(b, attrF, protowire.Fixed32Type)
		b = protowire.AppendFixed32(b, math.Float32bits(a.f))
	case kindInt:
		b = appendInt(b, attrI, a.i[0])
	case kindString:
		b = appendString(b, attrS, a.s)
	case kindInts:
		b = appendInts(b, attrInts, a.i)
	}
	return appendInt(b, attrType, int64(a.kind))
}

func encodeNode(n node) []byte {
	var b []byte
	for _, in := range n.inputs {
		b = appendString(b, nodeInput, string(in))
	}
	for _, out := range n.outputs {
		b = appendString(b, nodeOutput, string(out))
	}
	b = appendString(b, nodeName, n.name)
	b = appendString(b, nodeOpType, n.op)
	for _, a := range n.attrs {
		b = appendMessage(b, nodeAttribute, encodeAttribute(a))
	}
	return b
}

func encodeValueInfo(v valueInfo) []byte {
	var shape []byte
	for _, d := range v.dims {
		dim := appendInt(nil, dimValue, d.Size)
		if d.Name != "" {
			dim = appendString(nil, dimParam, d.Name)
		}
		shape = appendMessage(shape, shapeDim, dim)
	}
	tensor := appendInt(nil, tensorElemType, int64(v.dtype))
	tensor = appendMessage(tensor, tensorShape, shape)
	b := appendString(nil, infoName, v.name)
	return appendMessage(b, infoType, appendMessage(nil, typeTensor, tensor))
}

// encodeTensor encodes an initializer without its data. Inline data follows as
// the field rawData, which the caller streams.
func encodeTensor(t *Initializer) []byte {
	b := appendInts(nil, tensorDims, t.Shape)
	b = appendInt(b, tensorDataType, int64(t.DType))
	return appendString(b, tensorName, t.Name)
}

// encodeExternal completes encodeTensor for data at an offset of a file beside
// the model.
func encodeExternal(b []byte, location string, offset, length int64) []byte {
	entries := [][2]string{
		{"location", location},
		{"offset", strconv.FormatInt(offset, 10)},
		{"length", strconv.FormatInt(length, 10)},
	}
	for _, e := range entries {
		b = appendMessage(b, tensorExternalData, encodeEntry(e[0], e[1]))
	}
	return appendInt(b, tensorDataLocation, locationExternal)
}

// encodeHead encodes the fields of a model that precede its graph, and
// encodeGraphHead those of a graph that precede its initializers.
func encodeHead(m *Model) []byte {
	b := appendInt(nil, modelIRVersion, irVersion)
	b = appendString(b, modelProducer, m.Producer)
	b = appendMessage(b, modelOpsetImport, appendInt(nil, opsetVersion, m.Opset))
	for _, p := range m.Metadata {
		b = appendMessage(b, modelMetadata, encodeEntry(p.Key, p.Value))
	}
	return b
}

func encodeGraphHead(g *Graph) []byte {
	b := appendString(nil, graphName, g.name)
	for _, n := range g.nodes {
		b = appendMessage(b, graphNode, encodeNode(n))
	}
	for _, in := range g.inputs {
		b = appendMessage(b, graphInput, encodeValueInfo(in))
	}
	for _, out := range g.outputs {
		b = appendMessage(b, graphOutput, encodeValueInfo(out))
	}
	return b
}
