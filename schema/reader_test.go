package schema

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); if that is meant, run go test -update:\n%s", path, diff)
	}
}

// TestLayout fixes the columns of schema version 1 and what datasets is told
// about them.
func TestLayout(t *testing.T) {
	data, _ := writeFile(t, edgeRows(), WriterOptions{EmbedImages: true})
	r := openBytes(t, data)
	golden(t, "schema-v1.txt", []byte(r.Schema()+"\n\n"+huggingFaceInfo(true)+"\n"))
}

func TestLeafNumbers(t *testing.T) {
	want := map[leaf]string{
		leafKey: "key", leafImageSHA256: "image_sha256", leafImageBytes: "image.bytes", leafImagePath: "image.path",
		leafSourceShard: "source.shard", leafCaptionTruncated: "caption_truncated",
		leafText: "phrases.list.element.text", leafFlag: "phrases.list.element.flags.list.element",
		leafBestScore: "phrases.list.element.best_score", leafX1: "phrases.list.element.boxes.list.element.x1",
		leafScore: "phrases.list.element.boxes.list.element.score", leafMetaValue: "meta.list.element.value",
	}
	for _, embed := range []bool{false, true} {
		columns := parquetSchema(embed).Columns()
		for l, path := range want {
			i := l.columnIndex(embed)
			if i < 0 && !embed && strings.HasPrefix(path, "image.") {
				continue
			}
			if got := strings.Join(columns[i], "."); got != path {
				t.Errorf("embed %v: leaf %d is %s, want %s", embed, l, got, path)
			}
		}
	}
}

// TestReadVersion1 reads a file that the first release wrote. It must stay
// readable for ever: never update the file, add one for each new version.
func TestReadVersion1(t *testing.T) {
	path := filepath.Join("testdata", "rows-v1.parquet")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) && *update {
		data, _ := writeFile(t, edgeRows(), WriterOptions{EmbedImages: true})
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	first := testMetadata
	first.ImageDecoder = "" // was not recorded then
	if diff := cmp.Diff(first, r.Metadata()); diff != "" {
		t.Errorf("metadata differs (-want +got):\n%s", diff)
	}
	want := edgeRows()
	if r.NumRows() != int64(len(want)) || !r.HasImages() {
		t.Errorf("NumRows %d, HasImages %v", r.NumRows(), r.HasImages())
	}
	var got []*Row
	for row, err := range r.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("rows differ (-want +got):\n%s", diff)
	}
}

func TestRowsStopsWhenToldTo(t *testing.T) {
	data, _ := writeFile(t, randomRows(300, false), WriterOptions{RowGroupRows: 100})
	n := 0
	for range openBytes(t, data).Rows() {
		if n++; n == 150 {
			break
		}
	}
	if n != 150 {
		t.Errorf("saw %d rows", n)
	}
}

// foreignFile returns a Parquet file with one key-value pair, or none when the
// key is empty.
func foreignFile(t *testing.T, schema *parquet.Schema, key, value string) []byte {
	t.Helper()
	var out bytes.Buffer
	options := []parquet.WriterOption{schema}
	if key != "" {
		options = append(options, parquet.KeyValueMetadata(key, value))
	}
	if err := parquet.NewGenericWriter[any](&out, options...).Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRefusedFiles(t *testing.T) {
	ours := parquetSchema(false)
	other := parquet.NewSchema("row", parquet.Group{"key": parquet.Optional(parquet.String())})
	required := parquet.NewSchema("row", group([]column{{name: "key", kind: kindString, store: storeKey}}))
	good, _ := writeFile(t, edgeRows(), WriterOptions{EmbedImages: true})
	tests := []struct {
		name    string
		data    []byte
		version bool // the error is ErrVersion
		want    string
	}{
		{"no version", foreignFile(t, ours, "", ""), true, "the footer has no groundmill.schema_version"},
		{"later version", foreignFile(t, ours, keySchemaVersion, "2"), true, `it is of version "2"`},
		{"long version", foreignFile(t, ours, keySchemaVersion, strings.Repeat("9", 99)), true, `it is of version "99999999999999999999"`},
		{"other columns", foreignFile(t, other, keySchemaVersion, "1"), true, "its columns are"},
		{"some columns", foreignFile(t, required, keySchemaVersion, "1"), true, "its columns are"},
		{"empty", nil, false, "0 bytes are no Parquet file"},
		{"no Parquet", []byte("PAR1 but nothing else"), false, "it does not end in PAR1"},
		{"cut off", good[:len(good)-9], false, "it does not end in PAR1"},
		{"huge footer", []byte("PAR1\xff\xff\xff\x7fPAR1"), false, "a footer of 2147483647 bytes in a file of 12"},
		{"empty footer", []byte("PAR1\x00\x00\x00\x00PAR1"), false, "read parquet"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := NewReader(bytes.NewReader(test.data), int64(len(test.data)))
			if err == nil || !strings.Contains(err.Error(), test.want) || errors.Is(err, ErrVersion) != test.version {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestRefusedCompression(t *testing.T) {
	var meta format.FileMetaData
	meta.RowGroups = []format.RowGroup{{Columns: []format.ColumnChunk{
		{MetaData: format.ColumnMetaData{PathInSchema: []string{"key"}, Codec: format.Zstd}},
		{MetaData: format.ColumnMetaData{PathInSchema: []string{"url"}, Codec: format.Lz4Raw}},
	}}}
	err := checkCodecs(&meta)
	if !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "column [url] is compressed with LZ4_RAW") {
		t.Errorf("error is %v", err)
	}
}

func TestOpenFileNamesThePath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.parquet")
	if _, err := OpenFile(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file gives %v", err)
	}
	if err := os.WriteFile(path, []byte("no"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFile(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a bad file gives %v", err)
	}
}

// TestDamagedFile changes single bytes all over a file: the reader must return rows or
// an error, and never panic.
func TestDamagedFile(t *testing.T) {
	data, _ := writeFile(t, edgeRows(), WriterOptions{EmbedImages: true})
	for at := 0; at < len(data); at += 7 {
		damaged := bytes.Clone(data)
		damaged[at] ^= 0x41
		r, err := NewReader(bytes.NewReader(damaged), int64(len(damaged)))
		if err != nil {
			continue
		}
		for _, err := range r.Rows() {
			if err != nil {
				break
			}
		}
	}
}

// FuzzReader reads and narrows anything.
func FuzzReader(f *testing.F) {
	for i := range 3 {
		data, _ := writeFile(f, edgeRows()[:i], WriterOptions{EmbedImages: true})
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		n := 0
		for _, err := range r.Rows() {
			if n++; err != nil || n > 1000 {
				break
			}
		}
		w, err := NewWriter(io.Discard, testMetadata, WriterOptions{EmbedImages: r.HasImages()})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range r.Groups() {
			if err := w.Narrow(g, SizeColumns|FlagsColumn, dropThirds); err != nil {
				return
			}
		}
		if _, err := w.Close(); err != nil {
			t.Error(err)
		}
	})
}

// dropThirds drops every third phrase and every third box.
func dropThirds(rows *Selection) error {
	for row := range rows.Rows() {
		for phrase, end := rows.Phrases(row); phrase < end; phrase++ {
			rows.KeepPhrase(phrase, phrase%3 > 0)
			for box, end := rows.Boxes(phrase); box < end; box++ {
				rows.KeepBox(box, box%3 > 0)
			}
		}
	}
	return nil
}

func TestFooter(t *testing.T) {
	data, _ := writeFile(t, nil, WriterOptions{})
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, kv := range file.Metadata().KeyValueMetadata {
		got[kv.Key] = kv.Value
	}
	want := map[string]string{
		"groundmill.schema_version": strconv.Itoa(Version), "groundmill.tool_version": "v0.1.0",
		"groundmill.config_sha256": "c0", "groundmill.model_sha256": "30", "groundmill.wordlist_sha256": "70",
		"groundmill.image_decoder":     "image/jpeg go1.26.8",
		"groundmill.input_fingerprint": "1f", "huggingface": huggingFaceInfo(false),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("key-values differ (-want +got):\n%s", diff)
	}
}
