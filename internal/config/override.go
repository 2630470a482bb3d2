package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// overrideMark begins the head comment of a node that an override made, so
// that messages can name the override instead of a line.
const overrideMark = "\x00"

func (d *decoder) fromOverride(n *yaml.Node) bool {
	return strings.HasPrefix(n.HeadComment, overrideMark)
}

// override merges "a.b=c" into the tree; c is read as YAML. The node's foot
// comment keeps c as typed, for fields that want text: a shell has no way to say
// that 2024 or synthetic: is text.
func (d *decoder) override(root *yaml.Node, text string) {
	where := "--set " + text
	path, value, ok := strings.Cut(text, "=")
	if !ok || path == "" {
		d.problems = append(d.problems, Problem{Where: where, Message: "want PATH=VALUE, such as teacher.batch=4"})
		return
	}
	if !utf8.ValidString(text) {
		d.problems = append(d.problems, Problem{Where: fmt.Sprintf("--set %q", text), Message: "is not UTF-8"})
		return
	}
	var doc yaml.Node
	leaf := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value} // "a.b=" and "a.b=*.tar", which is no YAML, are text
	if err := yaml.Unmarshal([]byte(value), &doc); err == nil && len(doc.Content) > 0 {
		leaf = doc.Content[0]
	}
	mark(leaf, overrideMark+where)
	leaf.FootComment = value
	put(root, strings.Split(path, "."), leaf, overrideMark+where)
}

// put stores leaf under the path, making mappings on the way.
func put(n *yaml.Node, path []string, leaf *yaml.Node, where string) {
	i := index(n, path[0])
	if i < 0 {
		key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: path[0], HeadComment: where}
		n.Content = append(n.Content, key, &yaml.Node{})
		i = len(n.Content) - 1
	}
	if len(path) == 1 {
		n.Content[i] = leaf
		return
	}
	if n.Content[i].Kind != yaml.MappingNode {
		n.Content[i] = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", HeadComment: where}
	}
	put(n.Content[i], path[1:], leaf, where)
}

// index returns the position of the value of a key in a mapping, -1 if absent.
func index(n *yaml.Node, key string) int {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i + 1
		}
	}
	return -1
}

func mark(n *yaml.Node, where string) {
	n.HeadComment = where
	for _, c := range n.Content {
		mark(c, where)
	}
}

// overrideText is what an override says to a field that wants text: the value
// without its quotes, else as typed, also where YAML sees a mapping, a comment or
// line breaks to fold. An item of a list has no text of its own.
func overrideText(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && (n.Style != 0 || n.FootComment == "") {
		return n.Value
	}
	return n.FootComment
}
