package onnx

import "slices"

// attributeKind is AttributeProto.AttributeType.
type attributeKind uint64

const (
	kindFloat  attributeKind = 1
	kindInt    attributeKind = 2
	kindString attributeKind = 3
	kindInts   attributeKind = 7
)

// Attribute is a named constant argument of a node. Make one with Int, Ints,
// Float or String.
type Attribute struct {
	name string
	kind attributeKind
	f    float32
	i    []int64 // one element for kindInt
	s    string
}

// Int returns an integer attribute.
func Int(name string, value int64) Attribute {
	return Attribute{name: name, kind: kindInt, i: []int64{value}}
}

// Ints returns an attribute that is a list of integers.
func Ints(name string, values ...int64) Attribute {
	return Attribute{name: name, kind: kindInts, i: slices.Clone(values)}
}

// Float returns a float32 attribute.
func Float(name string, value float32) Attribute {
	return Attribute{name: name, kind: kindFloat, f: value}
}

// String returns a string attribute.
func String(name, value string) Attribute {
	return Attribute{name: name, kind: kindString, s: value}
}
