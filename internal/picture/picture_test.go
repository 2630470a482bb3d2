package picture

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
)

// writeTar writes a tar whose samples are these pictures.
func writeTar(t *testing.T, path string, pictures ...string) {
	t.Helper()
	var tar bytes.Buffer
	w := webdataset.NewWriter(&tar)
	for i, p := range pictures {
		if err := w.Write(string(rune('a'+i)), webdataset.Member{Ext: "jpg", Data: []byte(p)}, webdataset.Member{Ext: "txt", Data: []byte("caption")}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, tar.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func row(shard string, index int64, picture string) *schema.Row {
	sum := sha256.Sum256([]byte(picture))
	return &schema.Row{Source: schema.Source{Shard: shard, Index: index}, ImageSHA256: hex.EncodeToString(sum[:])}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	writeTar(t, filepath.Join(dir, "in", "flat.tar"), "one", "two", "three")
	writeTar(t, filepath.Join(dir, "in", "deep", "below.tar"), "four")
	writeTar(t, filepath.Join(dir, "outside.tar"), "secret")
	embedded := row("gone.tar", 0, "five")
	embedded.Image = &schema.EncodedImage{Bytes: []byte("five")}
	tests := []struct {
		name, input string
		row         *schema.Row
		want        []string
	}{
		{"of a folder", "in", row("flat.tar", 1, "two"), []string{"two"}},
		{"of a file", "in/flat.tar", row("flat.tar", 2, "three"), []string{"three"}},
		{"of a glob", "in/*.tar", row("flat.tar", 0, "one"), []string{"one"}},
		{"below a folder", "in", row("deep/below.tar", 0, "four"), []string{"four"}},
		{"replaced since", "in", row("flat.tar", 1, "another"), nil},
		{"of a tar that is gone", "in", row("gone.tar", 0, "six"), nil},
		{"outside the input", "in", row("../outside.tar", 0, "secret"), nil},
		{"embedded", "in", embedded, []string{"five"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source, err := Open(context.Background(), filepath.Join(dir, tt.input))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			source.Find(context.Background(), []*schema.Row{tt.row}, func(_ *schema.Row, data []byte) { got = append(got, string(data)) })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("pictures (-want +got):\n%s", diff)
			}
		})
	}
}

// Several captions of one image are several rows of one sample.
func TestFindGivesEachRowItsPicture(t *testing.T) {
	dir := t.TempDir()
	writeTar(t, filepath.Join(dir, "a.tar"), "one")
	source, err := Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	rows := []*schema.Row{row("a.tar", 0, "one"), row("a.tar", 0, "one")}
	var got []*schema.Row
	source.Find(context.Background(), rows, func(r *schema.Row, _ []byte) { got = append(got, r) })
	if len(got) != 2 || !slices.Contains(got, rows[0]) || !slices.Contains(got, rows[1]) {
		t.Errorf("%d rows have a picture, want both", len(got))
	}
}

func TestOpenRefusesWhatIsNotThere(t *testing.T) {
	if _, err := Open(context.Background(), filepath.Join(t.TempDir(), "missing")); !errors.Is(err, storage.ErrNoMatch) {
		t.Errorf("error is %v, want storage.ErrNoMatch", err)
	}
	if _, err := Open(context.Background(), t.TempDir()); err != nil {
		t.Errorf("a folder without tars gave %v", err)
	}
}
