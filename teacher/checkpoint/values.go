package checkpoint

import (
	"fmt"
	"strconv"
)

// What a pickle can build here: nil, bool, int64, float64, string, []byte, and
// the types below, *storage, *view, DType (a storage class) and Record.
type (
	tuple  []any
	list   struct{ items []any } // also a set
	bigInt string                // little-endian two's complement, over 8 bytes
	dict   struct {
		keys, values []any // in order of insertion
		index        map[any]int
	}
	// callable is an allowed global that REDUCE may apply. Nothing but this
	// package's own code runs.
	callable struct {
		name  string
		apply func(args tuple) (any, error)
	}
)

// Record stands for an object of a harmless class other than plain data. Only
// the class is kept.
type Record struct {
	Class string // module and name, such as "argparse.Namespace"
}

func (d *dict) get(key any) (any, bool) {
	i, ok := d.index[key]
	if !ok {
		return nil, false
	}
	return d.values[i], true
}

// set adds an entry. Pickle never writes a key twice; a file that does may look
// different to different readers.
func (d *dict) set(key, value any) error {
	switch key.(type) {
	case nil, bool, int64, float64, string:
	default:
		return fmt.Errorf("a dict key is %s", kind(key))
	}
	if _, ok := d.index[key]; ok {
		return fmt.Errorf("%w: a dict has the key %s twice", ErrRefused, describe(key))
	}
	if d.index == nil {
		d.index = make(map[any]int)
	}
	d.index[key] = len(d.keys)
	d.keys = append(d.keys, key)
	d.values = append(d.values, value)
	return nil
}

// kind names the type of a value for messages.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "a bool"
	case int64, bigInt:
		return "an int"
	case float64:
		return "a float"
	case string:
		return "a string"
	case []byte:
		return "bytes"
	case tuple:
		return "a tuple"
	case *list:
		return "a list"
	case *dict:
		return "a dict"
	case *view:
		return "a tensor"
	case *storage:
		return "a storage"
	case DType:
		return "a storage class"
	case callable:
		return "the name " + v.name
	case Record:
		return "an object of " + v.Class
	}
	return "an unknown value"
}

// describe shows a short scalar itself, and the kind of anything else.
func describe(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v[:min(len(v), 200)])
	case int64, float64, bool:
		return fmt.Sprint(v)
	}
	return kind(v)
}

// plainer turns unpickled values into plain Go data. Its budget also ends the
// walk of structures that contain themselves.
type plainer struct {
	budget int // values left
	depth  int // levels left
}

func (p *plainer) value(name string, v any) (any, bool) {
	p.budget--
	p.depth--
	defer func() { p.depth++ }()
	if p.budget < 0 || p.depth < 0 {
		return nil, false
	}
	switch v := v.(type) {
	case tuple:
		return p.items(name, v)
	case *list:
		return p.items(name, v.items)
	case *dict:
		return p.entries(name, v)
	case *view:
		return Tensor{name: name, view: v}, v.check() == nil
	case nil, bool, int64, float64, string, []byte, Record:
		return v, true
	}
	return Record{Class: kind(v)}, true
}

func (p *plainer) items(name string, items []any) (any, bool) {
	out := make([]any, 0, min(len(items), p.budget))
	for i, item := range items {
		v, ok := p.value(name+"."+strconv.Itoa(i), item)
		if !ok {
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}

func (p *plainer) entries(name string, d *dict) (any, bool) {
	out := make(map[string]any, min(len(d.keys), p.budget))
	for i, k := range d.keys {
		key := fmt.Sprint(k)
		v, ok := p.value(name+"."+key, d.values[i])
		if !ok {
			return nil, false
		}
		out[key] = v
	}
	return out, true
}
