package storage_test

import (
	"testing"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/storagetest"
)

func open(t *testing.T, location string) storage.Store {
	t.Helper()
	store, err := storage.Open(location)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestLocalConforms(t *testing.T) {
	storagetest.CheckLeaks(t)
	storagetest.Run(t, func(t *testing.T) storage.Store { return open(t, t.TempDir()+"/out #1") })
}

func TestMemoryConforms(t *testing.T) {
	storagetest.CheckLeaks(t)
	storagetest.Run(t, func(t *testing.T) storage.Store {
		t.Cleanup(storage.Mount(storage.NewMemory("conformance")))
		return open(t, "mem://conformance")
	})
}

func TestGSConforms(t *testing.T) {
	storagetest.CheckLeaks(t)
	storagetest.Run(t, func(t *testing.T) storage.Store {
		storagetest.ServeGS(t, "bucket")
		store, err := storage.Open("gs://bucket/a folder/out #1", storage.ChunkSize(1<<18))
		if err != nil {
			t.Fatal(err)
		}
		return store
	})
}
