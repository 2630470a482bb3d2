package schema_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/internal/chunk"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// figureRows is a row group of the default size.
const figureRows = 40_960

// TestFigures holds the tables of docs/parquet.md to what the code writes. Where
// they differ for a good reason, run it with -update.
func TestFigures(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 40,960 rows in several ways")
	}
	rows := rowtest.Rows(rowtest.Data, figureRows)
	page := filepath.Join("..", "docs", "parquet.md")
	old, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := replaceBlock(t, string(old), "encodings", encodingTable(t, rows))
	want = replaceBlock(t, want, "order", orderTable(t, rows))
	if *schema.Update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(old)); diff != "" {
		t.Errorf("%s differs (-measured +page); if that is meant, run go test -update:\n%s", page, diff)
	}
}

// replaceBlock replaces what lies between the marks of a block.
func replaceBlock(t *testing.T, page, name, block string) string {
	t.Helper()
	begin, end := "<!-- "+name+": written by go test ./schema -run TestFigures -update -->\n", "<!-- end -->"
	head, rest, ok := strings.Cut(page, begin)
	_, tail, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("the page has no block %q", name)
	}
	return head + begin + block + end + tail
}

// variant is a way to store all leaves that can be stored so.
type variant struct {
	name        string
	encoding    chunk.Encoding
	compression chunk.Compression
}

var variants = []variant{
	{"plain, entropy", chunk.Plain, chunk.Entropy},
	{"plain, matches", chunk.Plain, chunk.Matches},
	{"dictionary, entropy", chunk.Dictionary, chunk.Entropy},
	{"dictionary, matches", chunk.Dictionary, chunk.Matches},
	{"split or delta, entropy", chunk.Split, chunk.Entropy},
	{"split or delta, matches", chunk.Split, chunk.Matches},
}

// apply returns how a leaf is stored in a variant, and whether it can be.
func (v variant) apply(leaf chunk.Leaf) (chunk.Leaf, bool) {
	numeric := leaf.Type == format.Float || leaf.Type == format.Int64
	switch {
	case v.encoding == chunk.Dictionary && (leaf.Type == format.Boolean || leaf.Type == format.Int64):
		return leaf, false
	case v.encoding == chunk.Split && !numeric:
		return leaf, false
	case v.encoding == chunk.Split && leaf.Type == format.Int64:
		leaf.Encoding = chunk.Delta
	default:
		leaf.Encoding = v.encoding
	}
	leaf.Compression = v.compression
	return leaf, true
}

// is says whether a leaf is stored as in the variant.
func (v variant) is(leaf chunk.Leaf) bool {
	encoding := leaf.Encoding
	if encoding == chunk.Delta {
		encoding = chunk.Split
	}
	return encoding == v.encoding && leaf.Compression == v.compression
}

// encodingTable tells how many bytes a row each column takes in each variant; bold
// is what it is stored as.
func encodingTable(t *testing.T, rows []*schema.Row) string {
	own := slices.Clone(schema.Leaves)
	defer copy(schema.Leaves, own)
	cells := map[string][]string{}
	for _, v := range variants {
		possible := map[string]bool{}
		for i, leaf := range own {
			schema.Leaves[i], possible[name(leaf.Path)] = v.apply(leaf)
		}
		for _, c := range chunks(t, rows) {
			path, cell := name(c.PathInSchema), ""
			pays := v.encoding != chunk.Dictionary || slices.Contains(c.Encoding, format.RLEDictionary)
			if possible[path] && pays {
				cell = perRow(c, len(rows))
			}
			cells[path] = append(cells[path], cell)
		}
	}
	var out strings.Builder
	out.WriteString("| column |")
	for _, v := range variants {
		out.WriteString(" " + v.name + " |")
	}
	out.WriteString("\n|" + strings.Repeat(" --- |", len(variants)+1) + "\n")
	for _, leaf := range own {
		if path := name(leaf.Path); cells[path] != nil {
			i := slices.IndexFunc(variants, func(v variant) bool { return v.is(leaf) })
			if cells[path][i] == "" { // a dictionary that does not pay here
				leaf.Encoding = chunk.Plain
				i = slices.IndexFunc(variants, func(v variant) bool { return v.is(leaf) })
			}
			cells[path][i] = "**" + cells[path][i] + "**"
			fmt.Fprintf(&out, "| `%s` | %s |\n", path, strings.Join(cells[path], " | "))
		}
	}
	return out.String()
}

// orderTable compares rows in the order of their keys with the same rows shuffled.
func orderTable(t *testing.T, rows []*schema.Row) string {
	shuffled := slices.Clone(rows)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(rows), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	var out strings.Builder
	out.WriteString("| rows | `key` | `source.index` | all columns |\n| --- | --- | --- | --- |\n")
	for _, order := range []struct {
		name string
		rows []*schema.Row
	}{{"by key", rows}, {"shuffled", shuffled}} {
		cells := map[string]string{}
		var all format.ColumnMetaData
		for _, c := range chunks(t, order.rows) {
			cells[name(c.PathInSchema)] = perRow(c, len(rows))
			all.TotalCompressedSize += c.TotalCompressedSize
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", order.name, cells["key"], cells["source.index"], perRow(all, len(rows)))
	}
	return out.String()
}

func perRow(c format.ColumnMetaData, rows int) string {
	return fmt.Sprintf("%.2f", float64(c.TotalCompressedSize)/float64(rows))
}

// name is how the documentation calls a column.
func name(path []string) string {
	return strings.ReplaceAll(strings.Join(path, "."), ".list.element", "")
}

// chunks writes rows and returns what the footer says of the columns of the first
// row group.
func chunks(t *testing.T, rows []*schema.Row) []format.ColumnMetaData {
	t.Helper()
	data, _ := schema.WriteBytes(t, rows, schema.WriterOptions{})
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out []format.ColumnMetaData
	for _, c := range file.Metadata().RowGroups[0].Columns {
		out = append(out, c.MetaData)
	}
	return out
}
