package onnx

import (
	"fmt"
	"slices"
)

// Value names a tensor in a graph. The empty Value is an omitted optional
// input.
type Value string

// Dim is one dimension of a graph input or output: a size, or a name for a size
// that is free and equal wherever the name is used.
type Dim struct {
	Size int64
	Name string // "" means that Size holds
}

// Fixed returns a dimension of a known size.
func Fixed(size int64) Dim { return Dim{Size: size} }

// Free returns a dimension that each run chooses.
func Free(name string) Dim { return Dim{Name: name} }

// valueInfo is a typed graph input or output.
type valueInfo struct {
	name  string
	dtype DType
	dims  []Dim
}

// node is one operator call.
type node struct {
	name    string
	op      string
	inputs  []Value
	outputs []Value
	attrs   []Attribute
}

// Graph collects nodes, constants, inputs and outputs in the order in which
// they are added, which must be one in which they can run. It is not safe for
// concurrent use. Mistakes are found by Model.Validate, not while building.
type Graph struct {
	name         string
	scope        string
	nodes        []node
	initializers []Initializer
	inputs       []valueInfo
	outputs      []valueInfo
	constants    map[string]Value
}

// NewGraph returns an empty graph.
func NewGraph(name string) *Graph {
	return &Graph{name: name, constants: map[string]Value{}}
}

// Scope sets the prefix of the names of the nodes that follow, for people who
// read profiles and graph viewers.
func (g *Graph) Scope(prefix string) { g.scope = prefix }

// Input declares a graph input.
func (g *Graph) Input(name string, dtype DType, dims ...Dim) Value {
	g.inputs = append(g.inputs, valueInfo{name, dtype, slices.Clone(dims)})
	return Value(name)
}

// Output declares v a graph output under the given name.
func (g *Graph) Output(name string, v Value, dtype DType, dims ...Dim) {
	g.nodes = append(g.nodes, node{
		name: "output/" + name, op: "Identity",
		inputs: []Value{v}, outputs: []Value{Value(name)},
	})
	g.outputs = append(g.outputs, valueInfo{name, dtype, slices.Clone(dims)})
}

// Op adds a node with one output and returns it.
func (g *Graph) Op(op string, inputs []Value, attrs ...Attribute) Value {
	return g.Ops(op, 1, inputs, attrs...)[0]
}

// Ops adds a node with the given number of outputs and returns them.
func (g *Graph) Ops(op string, outputs int, inputs []Value, attrs ...Attribute) []Value {
	name := fmt.Sprintf("%s/%s_%d", g.scope, op, len(g.nodes))
	out := make([]Value, outputs)
	for i := range out {
		out[i] = Value(fmt.Sprintf("%s:%d", name, i))
	}
	g.nodes = append(g.nodes, node{name, op, slices.Clone(inputs), slices.Clone(out), slices.Clone(attrs)})
	return out
}

// Nodes returns the number of operator calls.
func (g *Graph) Nodes() int { return len(g.nodes) }
