package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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
	d.validate(dst)
	if len(d.problems) > 0 {
		return &Error{Problems: d.problems}
	}
	return nil
}

// parse returns the root mapping of the document, an empty one for no document.
func (d *decoder) parse(data []byte) *yaml.Node {
	empty := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	var doc, next yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(data))
	err := documents.Decode(&doc)
	if err == nil {
		if err = documents.Decode(&next); err == nil {
			d.fail(&next, "", "a second document begins; a configuration is one")
		}
	}
	if err != nil && err != io.EOF {
		d.problems = append(d.problems, Problem{Where: d.file, Message: strings.TrimPrefix(err.Error(), "yaml: ")})
	}
	if len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null" {
		return empty
	}
	return doc.Content[0]
}

// validate asks dst for problems that concern more than one value's type. Those
// of fields that could not be decoded say nothing new and are left out.
func (d *decoder) validate(dst any) {
	v, ok := dst.(validator)
	if !ok {
		return
	}
	err := v.Validate()
	if err == nil {
		return
	}
	broken := d.broken()
	var invalid *schema.InvalidError
	if !errors.As(err, &invalid) {
		if len(broken) > 0 {
			return
		}
		d.problems = append(d.problems, Problem{Where: d.position(""), Message: err.Error()})
		return
	}
	for _, p := range invalid.Problems {
		if within(p.Path, broken) {
			continue
		}
		d.problems = append(d.problems, Problem{Where: d.position(p.Path), Path: p.Path, Message: p.Text})
	}
}

// broken returns the paths of the problems so far.
func (d *decoder) broken() map[string]bool {
	paths := map[string]bool{}
	for _, p := range d.problems {
		paths[p.Path] = true
	}
	return paths
}

// within says whether a path or one that it is below is in the set. The path of
// the whole document is "".
func within(path string, set map[string]bool) bool {
	for ; path != ""; path = parent(path) {
		if set[path] {
			return true
		}
	}
	return set[""]
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
