package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/storagetest"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// Datasets in buckets are compared as those on a disk are.
func TestDiffOfBuckets(t *testing.T) {
	storagetest.ServeGS(t, "old", "new")
	storeRows(t, "gs://old/labels", "data/a.parquet", rowtest.Rows(rowtest.Data, 30))
	storeRows(t, "gs://new", "one.parquet", rowtest.Rows(rowtest.Data, 20))
	page := filepath.Join(t.TempDir(), "page.html")
	for _, b := range []string{"gs://new", "gs://new/one.parquet"} {
		var stdout, stderr bytes.Buffer
		ctx, breaks := newInterrupts(context.Background())
		status := run(ctx, breaks, []string{"diff", "gs://old/labels", b, "--quiet", "-o", page}, &stdout, &stderr)
		if want := "rows: 20 the same, 0 changed, 10 only in A, 0 only in B\n"; status != 0 || !strings.Contains(stdout.String(), want) {
			t.Errorf("status %d, it says %q %q", status, &stdout, &stderr)
		}
		if _, err := os.Stat(page); err != nil {
			t.Error(err)
		}
	}
}

// storeRows writes a data file.
func storeRows(t *testing.T, place, name string, rows []*schema.Row) {
	t.Helper()
	var out bytes.Buffer
	w, err := schema.NewWriter(&out, schema.Metadata{}, schema.WriterOptions{})
	for i := 0; err == nil && i < len(rows); i++ {
		err = w.Write(rows[i])
	}
	if err == nil {
		_, err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	store, err := storage.Open(place)
	if err == nil {
		err = storage.WriteFile(t.Context(), store, name, out.Bytes())
	}
	if err != nil {
		t.Fatal(err)
	}
}
