package onnx

import (
	"errors"
	"fmt"
)

// Validate checks the rules that a runtime would otherwise report one at a
// time: names defined once and before they are used, outputs that exist, known
// element types, sizes of at least zero. The error joins every problem found.
func (m *Model) Validate() error {
	c := checker{defined: map[string]bool{}}
	if m.Opset < 1 {
		c.problem("opset version %d", m.Opset)
	}
	c.metadata(m.Metadata)
	c.graph(m.Graph)
	return errors.Join(c.problems...)
}

// checker collects problems while it walks a graph in order.
type checker struct {
	defined  map[string]bool
	problems []error
}

func (c *checker) problem(format string, args ...any) {
	c.problems = append(c.problems, fmt.Errorf("onnx: "+format, args...))
}

func (c *checker) define(name, what string) {
	switch {
	case name == "":
		c.problem("%s without a name", what)
	case c.defined[name]:
		c.problem("%s %q: the name is taken", what, name)
	}
	c.defined[name] = true
}

func (c *checker) metadata(props []Property) {
	seen := map[string]bool{}
	for _, p := range props {
		if p.Key == "" || seen[p.Key] {
			c.problem("metadata key %q is empty or repeated", p.Key)
		}
		seen[p.Key] = true
	}
}

func (c *checker) graph(g *Graph) {
	for _, in := range g.inputs {
		c.define(in.name, "input")
		c.typed(in.name, in.dtype, in.dims)
	}
	for i := range g.initializers {
		c.initializer(&g.initializers[i])
	}
	names := map[string]bool{}
	for _, n := range g.nodes {
		if names[n.name] {
			c.problem("node %q: the name is taken", n.name)
		}
		names[n.name] = true
		c.node(n)
	}
	if len(g.outputs) == 0 {
		c.problem("the graph has no output")
	}
	for _, out := range g.outputs {
		c.typed(out.name, out.dtype, out.dims)
	}
}

func (c *checker) typed(name string, dtype DType, dims []Dim) {
	if dtype.Size() == 0 {
		c.problem("%q has unknown element type %d", name, dtype)
	}
	for i, d := range dims {
		if d.Name == "" && d.Size < 0 {
			c.problem("%q has size %d in dimension %d", name, d.Size, i)
		}
	}
}

func (c *checker) initializer(t *Initializer) {
	c.define(t.Name, "initializer")
	dims := make([]Dim, len(t.Shape))
	for i, d := range t.Shape {
		dims[i] = Fixed(d)
	}
	c.typed(t.Name, t.DType, dims)
	if t.Write == nil {
		c.problem("initializer %q has no data", t.Name)
	}
}

func (c *checker) node(n node) {
	if n.op == "" {
		c.problem("node %q has no operator", n.name)
	}
	for i, in := range n.inputs {
		if in != "" && !c.defined[string(in)] {
			c.problem("node %q: input %d, %q, is not defined before it", n.name, i, in)
		}
	}
	seen := map[string]bool{}
	for _, a := range n.attrs {
		if a.name == "" || seen[a.name] {
			c.problem("node %q: attribute %q is unnamed or repeated", n.name, a.name)
		}
		seen[a.name] = true
	}
	for _, out := range n.outputs {
		c.define(string(out), "output of node "+n.name)
	}
}
