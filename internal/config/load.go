package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/groundmill/groundmill/schema"
)

// validator is implemented by option structs that check their values. A
// *schema.InvalidError names the field of each problem.
type validator interface {
	Validate() error
}

// Load reads the YAML file, merges the overrides ("path=value") over it,
// decodes both into dst, a pointer to a struct holding the defaults, and
// validates the result. A path of "" reads no file. The error is an *Error
// unless the file cannot be read.
func Load(path string, overrides []string, dst any) error {
	var data []byte
	if path != "" {
		var err error
		if data, err = os.ReadFile(path); err != nil {
			return fmt.Errorf("read config: %w", err)
		}
	}
	return Decode(path, data, overrides, dst)
}

// Decode is Load for a document in memory; name stands in messages.
func Decode(name string, data []byte, overrides []string, dst any) error {
	d := &decoder{file: name, where: map[string]string{}}
	root := d.parse(data)
	for _, o := range overrides {
		d.override(root, o)
	}
	if root != nil && root.Kind != 0 {
		d.value("", root, reflect.ValueOf(dst).Elem())
	}
	if len(d.problems) == 0 {
		d.validate(dst)
	}
	if len(d.problems) > 0 {
		return &Error{Problems: d.problems}
	}
	return nil
}

// parse returns the root mapping of the document, an empty one for no document.
func (d *decoder) parse(data []byte) *yaml.Node {
	empty := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		d.problems = append(d.problems, Problem{Where: d.file, Message: strings.TrimPrefix(err.Error(), "yaml: ")})
		return empty
	}
	if len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null" {
		return empty
	}
	return doc.Content[0]
}

// validate asks dst for problems that concern more than one value's type.
func (d *decoder) validate(dst any) {
	v, ok := dst.(validator)
	if !ok {
		return
	}
	err := v.Validate()
	if err == nil {
		return
	}
	var invalid *schema.InvalidError
	if !errors.As(err, &invalid) {
		d.problems = append(d.problems, Problem{Where: d.position(""), Message: err.Error()})
		return
	}
	for _, p := range invalid.Problems {
		d.problems = append(d.problems, Problem{Where: d.position(p.Path), Path: p.Path, Message: p.Text})
	}
}

// position returns where the field of a path, or its nearest parent, was set.
func (d *decoder) position(path string) string {
	for p := path; p != ""; p = parent(p) {
		if w, ok := d.where[p]; ok {
			return w
		}
	}
	if d.file == "" {
		return "config"
	}
	return d.file
}

func parent(path string) string {
	i := strings.LastIndexAny(path, ".[")
	return path[:max(i, 0)]
}
