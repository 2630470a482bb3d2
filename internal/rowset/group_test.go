package rowset

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// writeImages writes rows, two in a row group, every second with an image.
func writeImages(t *testing.T, path string, n int) {
	t.Helper()
	var out bytes.Buffer
	w, err := schema.NewWriter(&out, schema.Metadata{}, schema.WriterOptions{EmbedImages: true, RowGroupRows: 2})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rowtest.Rows(rowtest.Data, n) {
		if i%2 == 0 {
			data := fmt.Append(nil, "image ", i)
			sum := sha256.Sum256(data)
			row.Image, row.ImageSHA256 = &schema.EncodedImage{Bytes: data}, hex.EncodeToString(sum[:])
		}
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The row groups together hold the rows, and places find their images again.
func TestGroups(t *testing.T) {
	dir := t.TempDir()
	writeImages(t, filepath.Join(dir, "a.parquet"), 5)
	writeRows(t, filepath.Join(dir, "b.parquet"), 3)
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := s.Groups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var keys, want []string
	var places []Place
	for _, g := range groups {
		n, at := int64(0), g.First
		for row, err := range g.Rows(t.Context(), schema.AllColumns&^schema.ImageColumns) {
			if err != nil {
				t.Fatal(err)
			}
			keys, places = append(keys, row.Key), append(places, at)
			n++
			at.Row++
		}
		if n != g.NumRows || g.Images != (g.First.File == 0) {
			t.Errorf("group %v has %d rows, not %d, images %v", g.First, n, g.NumRows, g.Images)
		}
	}
	for row, err := range s.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, row.Key)
	}
	if diff := cmp.Diff(want, keys); diff != "" || len(groups) != 4 {
		t.Errorf("%d groups; rows (-want +got):\n%s", len(groups), diff)
	}
	found := map[Place]string{}
	if err := s.Images(t.Context(), places, func(at Place, data []byte) { found[at] = string(data) }); err != nil {
		t.Fatal(err)
	}
	images := map[Place]string{{0, 0, 0}: "image 0", {0, 1, 0}: "image 2", {0, 2, 0}: "image 4"}
	if diff := cmp.Diff(images, found); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
}

// An error of a group names the row by its number in the file.
func TestGroupErrors(t *testing.T) {
	dir := t.TempDir()
	writeImages(t, filepath.Join(dir, "a.parquet"), 5)
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := s.Groups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range groups[1].Rows(t.Context(), schema.KeyColumn) {
		if err == nil || !strings.Contains(err.Error(), "a.parquet: row 2: ") {
			t.Errorf("without most columns the error is %v", err)
		}
	}
	err = s.Images(t.Context(), []Place{{Group: len(groups)}}, func(Place, []byte) { t.Error("an image is found there") })
	if err == nil || !strings.Contains(err.Error(), "a.parquet: it has 3 row groups, no number 3") {
		t.Errorf("of a row group that is not there the error is %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range groups[1].Rows(ctx, schema.AllColumns) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("after a cancel the error is %v", err)
		}
	}
}
