package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Difference is a field in which two configurations differ.
type Difference struct {
	Field    string // dotted path, such as "filter.min_score"
	Old, New string // YAML on one line, "" where the field is not there
}

// Differences compares two configurations, as YAML, field by field, in the order of
// the fields. Texts that are no mappings, which no version writes, are compared as
// they are, under the field "text"; so are texts that differ in form alone.
func Differences(old, new string) []Difference {
	if old == new {
		return nil
	}
	before, after := flatten(old), flatten(new)
	if before == nil || after == nil {
		return []Difference{{"text", fmt.Sprintf("%.100q", old), fmt.Sprintf("%.100q", new)}}
	}
	var found []Difference
	for _, field := range fieldsOfBoth(before, after) {
		if before[field] != after[field] {
			found = append(found, Difference{field, before[field], after[field]})
		}
	}
	if found == nil { // the digest of the text is what files carry
		found = append(found, Difference{"text", "another form", "the same values"})
	}
	return found
}

// fieldsOfBoth returns the dotted paths of both configurations, sorted.
func fieldsOfBoth(a, b map[string]string) []string {
	var names []string
	for _, fields := range []map[string]string{a, b} {
		for name := range fields {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// flatten maps the dotted path of each leaf of a YAML mapping to its text, nil
// if it is none.
func flatten(text string) map[string]string {
	var doc yaml.Node
	if yaml.Unmarshal([]byte(text), &doc) != nil || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	leaves := map[string]string{}
	addLeaves(leaves, "", doc.Content[0])
	return leaves
}

func addLeaves(to map[string]string, path string, n *yaml.Node) {
	if n.Kind == yaml.MappingNode && len(n.Content) > 0 {
		for i := 0; i+1 < len(n.Content); i += 2 {
			addLeaves(to, strings.TrimPrefix(path+"."+n.Content[i].Value, "."), n.Content[i+1])
		}
		return
	}
	text, err := yaml.Marshal(n)
	if err != nil {
		text = []byte(n.Value)
	}
	to[path] = strings.Join(strings.Fields(string(text)), " ")
}
