package schema

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var testMetadata = Metadata{
	ToolVersion: "v0.1.0", ConfigSHA256: "c0", ModelSHA256: "30", ImageDecoder: "image/jpeg go1.26.8",
	WordListSHA256: "70", InputFingerprint: "1f",
}

// writeFile writes rows to memory.
func writeFile(t testing.TB, rows []*Row, opts WriterOptions) ([]byte, FileStats) {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, testMetadata, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	stats, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), stats
}

// openBytes opens a file in memory.
func openBytes(t testing.TB, data []byte) *Reader {
	t.Helper()
	r, err := NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// readFile reads all rows of a file in memory.
func readFile(t testing.TB, data []byte) []*Row {
	t.Helper()
	var rows []*Row
	for row, err := range openBytes(t, data).Rows() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

func TestRoundTrip(t *testing.T) {
	tests := []struct {
		name   string
		rows   []*Row
		opts   WriterOptions
		groups int
	}{
		{"no rows", nil, WriterOptions{}, 0},
		{"edges", edgeRows(), WriterOptions{EmbedImages: true}, 1},
		{"edges, a group each", edgeRows(), WriterOptions{EmbedImages: true, RowGroupRows: 1}, 5},
		{"random", randomRows(2000, false), WriterOptions{}, 1},
		{"random with images", randomRows(450, true), WriterOptions{EmbedImages: true}, 5},
		{"groups by bytes", randomRows(300, true), WriterOptions{EmbedImages: true, RowGroupBytes: 100_000}, 3},
		{"a row over the bytes of a group", edgeRows(), WriterOptions{EmbedImages: true, RowGroupBytes: 1}, 5},
		{"no image in the image column", randomRows(10, false), WriterOptions{EmbedImages: true}, 1},
		{"dictionary overflows", variedRows(2200), WriterOptions{RowGroupRows: 2000}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, _ := writeFile(t, test.rows, test.opts)
			if diff := cmp.Diff(test.rows, readFile(t, data), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("rows differ (-want +got):\n%s", diff)
			}
			if got := len(openBytes(t, data).source.RowGroups()); got != test.groups {
				t.Errorf("%d row groups, want %d", got, test.groups)
			}
		})
	}
}

// FuzzRoundTrip writes rows made from a random seed and reads them back.
func FuzzRoundTrip(f *testing.F) {
	f.Add(uint64(1), uint8(70), true)
	f.Add(uint64(2), uint8(0), false)
	f.Fuzz(func(t *testing.T, seed uint64, n uint8, images bool) {
		rng := rand.New(rand.NewPCG(seed, 0))
		rows := make([]*Row, n)
		for i := range rows {
			rows[i] = randomRow(rng, rng.IntN(1e6), images && rng.IntN(2) == 0)
		}
		data, _ := writeFile(t, rows, WriterOptions{EmbedImages: images, RowGroupRows: 1 + rng.IntN(80)})
		if diff := cmp.Diff(rows, readFile(t, data), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("rows differ (-want +got):\n%s", diff)
		}
	})
}

func TestFileStats(t *testing.T) {
	rows := edgeRows()
	data, got := writeFile(t, rows, WriterOptions{EmbedImages: true})
	sum := sha256.Sum256(data)
	want := FileStats{
		Rows: 5, Phrases: 7, GroundedPhrases: 2, Boxes: 301,
		Bytes: int64(len(data)), KeyMin: "0", KeyMax: "zeroes", SHA256: hex.EncodeToString(sum[:]),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stats differ (-want +got):\n%s", diff)
	}
}

// TestSameRowsSameBytes writes the same rows on one processor and on many.
func TestSameRowsSameBytes(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	opts := WriterOptions{EmbedImages: true}
	var first []byte
	for _, processors := range []int{1, 2, 3, 16} {
		runtime.GOMAXPROCS(processors)
		got, _ := writeFile(t, randomRows(500, true), opts)
		if first == nil {
			first = got
		}
		if !bytes.Equal(first, got) {
			t.Errorf("with %d processors the bytes are others", processors)
		}
	}
}

// TestWriteCopies overwrites everything of a row but its strings after Write.
func TestWriteCopies(t *testing.T) {
	opts := WriterOptions{EmbedImages: true}
	rows := randomRows(30, true)
	want, _ := writeFile(t, rows, opts)

	var out bytes.Buffer
	w, err := NewWriter(&out, testMetadata, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
		if row.Image != nil {
			clear(row.Image.Bytes)
		}
		for i := range row.Phrases {
			clear(row.Phrases[i].Boxes)
		}
		clear(row.Phrases)
		clear(row.Meta)
		*row = Row{}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Error("the file depends on what became of the rows after Write")
	}
}

func TestRefusedRowLeavesNoTrace(t *testing.T) {
	rows := randomRows(10, false)
	want, _ := writeFile(t, rows, WriterOptions{})

	var out bytes.Buffer
	w, err := NewWriter(&out, testMetadata, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	wrong := validRow()
	wrong.Phrases[0].Text = "cat"
	image := validRow()
	image.Image = &EncodedImage{}
	for i, row := range rows {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
		if i != 4 {
			continue
		}
		if err := w.Write(wrong); len(problemTexts(err)) != 1 {
			t.Errorf("a wrong phrase: %v", err)
		}
		if err := w.Write(image); len(problemTexts(err)) != 1 {
			t.Errorf("an image for a file without images: %v", err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Error("refused rows changed the file")
	}
}

// brokenWriter fails after some bytes, as a full disk does.
type brokenWriter struct{ left int }

var errBroken = errors.New("no space left")

func (b *brokenWriter) Write(p []byte) (int, error) {
	n := min(b.left, len(p))
	b.left -= n
	if n < len(p) {
		return n, errBroken
	}
	return n, nil
}

func TestWriteErrorIsFinal(t *testing.T) {
	for _, left := range []int{0, 3, 4, 1000, 60_000} {
		w, err := NewWriter(&brokenWriter{left}, testMetadata, WriterOptions{RowGroupRows: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range randomRows(1000, false) {
			if err = w.Write(row); err != nil {
				break
			}
		}
		if _, closeErr := w.Close(); !errors.Is(closeErr, errBroken) {
			t.Errorf("%d bytes: Close returns %v", left, closeErr)
		}
		if err := w.Write(validRow()); !errors.Is(err, errBroken) {
			t.Errorf("%d bytes: Write after the error returns %v", left, err)
		}
	}
}

func TestClosedWriter(t *testing.T) {
	w, err := NewWriter(&bytes.Buffer{}, testMetadata, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(validRow()); !errors.Is(err, errClosed) {
		t.Errorf("Write returns %v", err)
	}
	if _, err := w.Close(); !errors.Is(err, errClosed) {
		t.Errorf("Close returns %v", err)
	}
}
