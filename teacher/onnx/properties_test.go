package onnx

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

// modelWith encodes a ModelProto of a version, a graph of so many bytes and
// properties.
func modelWith(graph int, pairs ...string) []byte {
	b := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 300)
	b = protowire.AppendBytes(protowire.AppendTag(b, 7, protowire.BytesType), make([]byte, graph))
	for i := 0; i < len(pairs); i += 2 {
		var entry []byte
		entry = protowire.AppendString(protowire.AppendTag(entry, entryKey, protowire.BytesType), pairs[i])
		entry = protowire.AppendString(protowire.AppendTag(entry, entryValue, protowire.BytesType), pairs[i+1])
		b = protowire.AppendBytes(protowire.AppendTag(b, modelMetadata, protowire.BytesType), entry)
	}
	b = protowire.AppendFixed32(protowire.AppendTag(b, 100, protowire.Fixed32Type), 7)
	return protowire.AppendFixed64(protowire.AppendTag(b, 101, protowire.Fixed64Type), 7)
}

func TestReadProperties(t *testing.T) {
	for _, graph := range []int{0, 1, 100, 4090, 4096, 5000, 1 << 20} {
		got, err := ReadProperties(bytes.NewReader(modelWith(graph, "a", "1", "b", "", "", "x", "a", "2")))
		if diff := cmp.Diff(map[string]string{"a": "2", "b": "", "": "x"}, got); diff != "" || err != nil {
			t.Errorf("a graph of %d bytes, error %v (-want +got):\n%s", graph, err, diff)
		}
	}
}

// TestReadPropertiesOfCutFiles cuts a model at each byte: what is left is a whole
// model only between two fields.
func TestReadPropertiesOfCutFiles(t *testing.T) {
	model := modelWith(5000, "a", "1")
	whole := 0
	for cut := range len(model) {
		_, err := ReadProperties(bytes.NewReader(model[:cut]))
		if err == nil {
			whole++
		} else if !errors.Is(err, ErrNotModel) {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
	if whole != 5 { // in front of each of its five fields
		t.Errorf("%d cut models were taken for whole ones, want 5", whole)
	}
}

func TestReadPropertiesRefuses(t *testing.T) {
	huge := protowire.AppendTag(nil, modelMetadata, protowire.BytesType)
	long := protowire.AppendTag(nil, 7, protowire.BytesType)
	for name, data := range map[string][]byte{
		"text":             []byte("a pickle, perhaps"),
		"field 0":          {0x02, 0x00},
		"a group":          {0x0b},
		"a huge property":  protowire.AppendVarint(huge, 1<<40),
		"an endless field": protowire.AppendVarint(long, 1<<63),
		"a bad property":   protowire.AppendBytes(huge, []byte{0x0a, 0x7f}),
	} {
		if props, err := ReadProperties(bytes.NewReader(data)); !errors.Is(err, ErrNotModel) {
			t.Errorf("%s: %v, %v", name, props, err)
		}
	}
}

// TestReadPropertiesOfWrittenModel reads what this package writes.
func TestReadPropertiesOfWrittenModel(t *testing.T) {
	g := NewGraph("double")
	x := g.Input("x", Float32, Free("batch"), Fixed(3))
	g.Output("y", g.Op("Mul", []Value{x, g.Floats(2)}), Float32, Free("batch"), Fixed(3))
	path := filepath.Join(t.TempDir(), "double.onnx")
	m := &Model{Graph: g, Opset: 20, Metadata: []Property{{Key: "name", Value: "double"}}}
	if _, err := m.WriteFile(path, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	got, err := ReadProperties(file)
	if err != nil || got["name"] != "double" {
		t.Errorf("properties are %v, %v", got, err)
	}
}

func FuzzReadProperties(f *testing.F) {
	f.Add(modelWith(10, "a", "1"))
	f.Add([]byte(strings.Repeat("\x3a\x05hello", 3)))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		if _, err := ReadProperties(r); err == nil {
			if at, _ := r.Seek(0, io.SeekCurrent); at != int64(len(data)) {
				t.Errorf("%d of %d bytes were read", at, len(data))
			}
		}
	})
}
