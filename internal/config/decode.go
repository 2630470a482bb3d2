package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// decoder walks a YAML tree along a Go type and collects problems.
type decoder struct {
	file     string
	problems []Problem
	where    map[string]string // field path -> where it was set
}

func (d *decoder) fail(n *yaml.Node, path, format string, args ...any) {
	d.problems = append(d.problems, Problem{Where: d.at(n), Path: path, Message: fmt.Sprintf(format, args...)})
}

// at says where a node stands: its override, or file, line and column.
func (d *decoder) at(n *yaml.Node) string {
	if n.HeadComment != "" && strings.HasPrefix(n.HeadComment, overrideMark) {
		return n.HeadComment[len(overrideMark):]
	}
	return fmt.Sprintf("%s:%d:%d", d.file, n.Line, n.Column)
}

// value decodes one node into v, whose current value is the default.
func (d *decoder) value(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	d.where[path] = d.at(n)
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		d.duration(path, n, v)
	case v.Kind() == reflect.Struct:
		d.fields(path, n, v)
	case v.Kind() == reflect.Map:
		d.entries(path, n, v)
	case v.Kind() == reflect.Slice:
		d.items(path, n, v)
	default:
		d.scalar(path, n, v)
	}
}

func (d *decoder) fields(path string, n *yaml.Node, v reflect.Value) {
	known := fieldsOf(v)
	d.pairs(path, n, func(key *yaml.Node, name string, val *yaml.Node) {
		field, ok := known[key.Value]
		if !ok {
			d.fail(key, name, "unknown field%s", suggest(key.Value, known))
			return
		}
		d.value(name, val, field)
	})
}

func (d *decoder) entries(path string, n *yaml.Node, v reflect.Value) {
	out := reflect.MakeMap(v.Type())
	d.pairs(path, n, func(key *yaml.Node, name string, val *yaml.Node) {
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(name, val, item)
		out.SetMapIndex(reflect.ValueOf(key.Value), item)
	})
	v.Set(out)
}

// pairs calls f for each entry of a mapping; a key given twice is a problem.
func (d *decoder) pairs(path string, n *yaml.Node, f func(key *yaml.Node, name string, val *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, path, "want a mapping of fields, got %s", describe(n))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		name := join(path, key.Value)
		if seen[key.Value] {
			d.fail(key, name, "given twice")
			continue
		}
		seen[key.Value] = true
		f(key, name, n.Content[i+1])
	}
}

func (d *decoder) items(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		d.fail(n, path, "want a list, got %s", describe(n))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		d.value(fmt.Sprintf("%s[%d]", path, i), item, out.Index(i))
	}
	v.Set(out)
}

func (d *decoder) duration(path string, n *yaml.Node, v reflect.Value) {
	t, err := time.ParseDuration(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		d.fail(n, path, "want a duration such as 30s or 5m, got %s", describe(n))
		return
	}
	v.SetInt(int64(t))
}

func (d *decoder) scalar(path string, n *yaml.Node, v reflect.Value) {
	want, tags := wanted(v.Kind())
	if v.Kind() == reflect.String && d.fromOverride(n) {
		v.SetString(overrideText(n))
		return
	}
	if n.Kind != yaml.ScalarNode || !strings.Contains(tags, n.ShortTag()) {
		d.fail(n, path, "want %s, got %s", want, describe(n))
		return
	}
	if err := n.Decode(v.Addr().Interface()); err != nil {
		d.fail(n, path, "want %s, got %s", want, describe(n))
	}
}

// wanted names what a Go kind takes, for people and as YAML tags.
func wanted(k reflect.Kind) (name, tags string) {
	switch k {
	case reflect.String:
		return "text", "!!str"
	case reflect.Bool:
		return "true or false", "!!bool"
	case reflect.Float32, reflect.Float64:
		return "a number", "!!float !!int"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number", "!!int"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number of at least 0", "!!int"
	}
	panic("config: no YAML form for kind " + k.String())
}

// describe names what a node is, with its text when short.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	kinds := map[string]string{"!!str": "text", "!!int": "number", "!!float": "number", "!!bool": "", "!!null": "nothing"}
	kind := kinds[n.ShortTag()]
	if n.Value == "" || kind == "nothing" {
		return "nothing"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %q", kind, n.Value))
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
