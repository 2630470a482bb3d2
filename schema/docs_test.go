package schema

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tableRow matches a row of a table that begins with a name in backquotes.
var tableRow = regexp.MustCompile("(?m)^\\| `([a-z0-9_.]+)` \\| ([^|]*)")

// TestSchemaDocument holds docs/schema.md to the layout: every column and its
// type, every flag and every footer key.
func TestSchemaDocument(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "docs", "schema.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	columns, flags, _ := strings.Cut(page, "| flag |")
	var gotColumns, gotFlags []string
	for _, m := range tableRow.FindAllStringSubmatch(columns, -1) {
		gotColumns = append(gotColumns, m[1]+" "+strings.TrimSpace(m[2]))
	}
	for _, m := range tableRow.FindAllStringSubmatch(flags, -1) {
		gotFlags = append(gotFlags, m[1])
	}
	// The members of phrases have a table of their own after the others.
	want := documented("", layout(true))
	slices.SortStableFunc(want, func(a, b string) int {
		return strings.Count(a, "phrases.") - strings.Count(b, "phrases.")
	})
	if diff := cmp.Diff(want, gotColumns); diff != "" {
		t.Errorf("columns differ (-code +page):\n%s", diff)
	}
	if diff := cmp.Diff(Flags(), gotFlags); diff != "" {
		t.Errorf("flags differ (-code +page):\n%s", diff)
	}
	for key := range testMetadata.keyValues(true) {
		if !strings.Contains(page, "`"+key+"`") {
			t.Errorf("the footer key %s is missing", key)
		}
	}
}

// documented returns "path type" of every column and member, elements of lists
// left out.
func documented(prefix string, columns []column) []string {
	var out []string
	for _, c := range columns {
		path := prefix + c.name
		members := c.fields
		switch {
		case c.kind == kindList && c.fields[0].kind == kindStruct:
			out = append(out, path+" list of struct")
			members = c.fields[0].fields
		case c.kind == kindList:
			out = append(out, path+" list of string")
			members = nil
		default:
			out = append(out, path+" "+typeName(c.kind))
		}
		out = append(out, documented(path+".", members)...)
	}
	return out
}

func typeName(k kind) string {
	switch k {
	case kindStruct, kindImage:
		return "struct"
	case kindBytes:
		return "binary"
	default:
		return dtypes[k]
	}
}
