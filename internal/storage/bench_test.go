package storage_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/groundmill/groundmill/internal/storage"
)

// A run of 75,000 units has 300,000 files.
const units = 75_000

var folders = []string{"data", "raw", "rejects", "units"}

// BenchmarkList300k lists a whole run.
func BenchmarkList300k(b *testing.B) {
	for name, open := range map[string]func(b *testing.B) storage.Store{"local": manyLocal, "memory": manyInMemory, "bucket": manyInBucket} {
		b.Run(name, func(b *testing.B) {
			store := open(b)
			for b.Loop() {
				list, err := store.List(b.Context(), "")
				if err != nil || len(list) != units*len(folders) {
					b.Fatalf("listed %d files, %v", len(list), err)
				}
			}
		})
	}
}

// BenchmarkGlob300k plans as many inputs.
func BenchmarkGlob300k(b *testing.B) {
	for name, open := range map[string]func(b *testing.B) storage.Store{"local": manyLocal, "bucket": manyInBucket} {
		b.Run(name, func(b *testing.B) {
			store := open(b)
			for b.Loop() {
				_, objects, err := storage.Glob(b.Context(), store.String()+"/*/train-*", ".tar")
				if err != nil || len(objects) != units*len(folders) {
					b.Fatalf("found %d files, %v", len(objects), err)
				}
			}
		})
	}
}

func fileName(i int) string {
	return fmt.Sprintf("%s/train-%05d-of-%05d.parquet", folders[i/units], i%units, units)
}

func manyLocal(b *testing.B) storage.Store {
	root := b.TempDir()
	for _, folder := range folders {
		if err := os.Mkdir(filepath.Join(root, folder), 0o755); err != nil {
			b.Fatal(err)
		}
	}
	for i := range units * len(folders) {
		if err := os.WriteFile(filepath.Join(root, fileName(i)), nil, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	store, err := storage.Open(root)
	if err != nil {
		b.Fatal(err)
	}
	return store
}

func manyInMemory(b *testing.B) storage.Store {
	store := storage.NewMemory("many")
	for i := range units * len(folders) {
		if err := storage.WriteFile(b.Context(), store, fileName(i), nil); err != nil {
			b.Fatal(err)
		}
	}
	return store
}

// manyInBucket answers listings itself, because the fake server sorts all
// objects for each page.
func manyInBucket(b *testing.B) storage.Store {
	type object struct {
		Name string `json:"name"`
		Size string `json:"size"`
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("pageToken")) // 0 on the first page
		page := struct {
			Items         []object `json:"items"`
			NextPageToken string   `json:"nextPageToken,omitempty"`
		}{}
		for i := from; i < min(from+1000, units*len(folders)); i++ {
			page.Items = append(page.Items, object{fileName(i), "1234567"})
		}
		if from+1000 < units*len(folders) {
			page.NextPageToken = strconv.Itoa(from + 1000)
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(page)
	}))
	b.Cleanup(server.Close)
	b.Setenv("STORAGE_EMULATOR_HOST", server.URL)
	store, err := storage.Open("gs://bucket")
	if err != nil {
		b.Fatal(err)
	}
	return store
}
