package modelcache

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/storagetest"
	"github.com/groundmill/groundmill/teacher/glip"
)

// tiny imports the bundled teacher, with its weights in the model file (0) or
// beside it (-1).
func tiny(t *testing.T, external int64) (path, digest string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "tiny.onnx")
	o := glip.ImportOptions{Checkpoint: filepath.Join("..", "..", "testdata", "tiny.pth"), Output: path, ExternalBytes: external}
	report, err := glip.Import(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return path, report.Written.SHA256
}

// upload puts the files beside a model into a bucket.
func upload(t *testing.T, path, location string) {
	t.Helper()
	store, err := storage.Open(location)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(filepath.Dir(path), entry.Name()))
		if err == nil {
			err = storage.WriteFile(t.Context(), store, entry.Name(), data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// fetched proves that a model in the cache is whole.
func fetched(t *testing.T, path, want string) {
	t.Helper()
	info, err := glip.Identify(path)
	if err != nil || info.SHA256 != want {
		t.Errorf("%s is %+v, %v; want %s", path, info, err, want)
	}
}

func TestFetch(t *testing.T) {
	for name, external := range map[string]int64{"one file": 0, "weights beside it": -1} {
		t.Run(name, func(t *testing.T) {
			server := storagetest.ServeGS(t, "models")
			model, digest := tiny(t, external)
			upload(t, model, "gs://models/a b")
			cache := Open(filepath.Join(t.TempDir(), "cache"))
			path, err := cache.Fetch(t.Context(), "gs://models/a b/tiny.onnx", digest)
			if err != nil {
				t.Fatal(err)
			}
			fetched(t, path, digest)

			var requests atomic.Int64
			server.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				requests.Add(1)
				next.ServeHTTP(w, r)
			})
			again, err := cache.Fetch(t.Context(), "gs://models/a b/tiny.onnx", digest)
			if err != nil || again != path || requests.Load() != 0 {
				t.Errorf("the second time it is %s, %v, after %d requests", again, err, requests.Load())
			}
			any, err := cache.Fetch(t.Context(), "gs://models/a b/tiny.onnx", "")
			if err != nil || any != path || requests.Load() == 0 {
				t.Errorf("whatever is there is %s, %v, after %d requests", any, err, requests.Load())
			}
			wantNothingElse(t, cache.dir)
		})
	}
}

// wantNothingElse wants no folder of an attempt to be left.
func wantNothingElse(t *testing.T, dir string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, "fetch-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("there are %v, %v", left, err)
	}
}

func TestFetchRefuses(t *testing.T) {
	storagetest.ServeGS(t, "models")
	model, digest := tiny(t, -1)
	upload(t, model, "gs://models/m")
	store, err := storage.Open("gs://models/m")
	if err != nil {
		t.Fatal(err)
	}
	if err := storage.WriteFile(t.Context(), store, "text.onnx", []byte("no model")); err != nil {
		t.Fatal(err)
	}
	cache := Open(filepath.Join(t.TempDir(), "cache"))
	other := strings.Repeat("0", 64)
	var mismatch *MismatchError
	if _, err := cache.Fetch(t.Context(), "gs://models/m/tiny.onnx", other); !errors.As(err, &mismatch) || mismatch.Got != digest || mismatch.Want != other {
		t.Errorf("another digest: %v", err)
	}
	if _, err := cache.Fetch(t.Context(), "gs://models/m/text.onnx", ""); !errors.Is(err, glip.ErrNotTeacher) || !strings.Contains(err.Error(), "gs://models/m/text.onnx") {
		t.Errorf("no model: %v", err)
	}
	if _, err := cache.Fetch(t.Context(), "gs://models/m/none.onnx", ""); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
	if err := store.Remove(t.Context(), "tiny.onnx.data"); err != nil {
		t.Fatal(err)
	}
	if _, err := cache.Fetch(t.Context(), "gs://models/m/tiny.onnx", digest); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "weights") {
		t.Errorf("no weights: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := cache.Fetch(ctx, "gs://models/m/tiny.onnx", digest); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	wantNothingElse(t, cache.dir)
	if _, err := Open("/dev/null/cache").Fetch(t.Context(), "gs://models/m/tiny.onnx", digest); err == nil || !strings.Contains(err.Error(), "model cache") {
		t.Errorf("a cache that cannot be: %v", err)
	}
}

// TestFetchAtOnce lets many workers begin at the same moment.
func TestFetchAtOnce(t *testing.T) {
	storagetest.ServeGS(t, "models")
	model, digest := tiny(t, -1)
	upload(t, model, "gs://models/m")
	cache := Open(filepath.Join(t.TempDir(), "cache"))
	var workers sync.WaitGroup
	for range 6 {
		workers.Go(func() {
			path, err := cache.Fetch(t.Context(), "gs://models/m/tiny.onnx", digest)
			if err != nil {
				t.Error(err)
				return
			}
			fetched(t, path, digest)
		})
	}
	workers.Wait()
	wantNothingElse(t, cache.dir)
}

func TestIsRemote(t *testing.T) {
	for location, want := range map[string]bool{
		"gs://b/m.onnx": true, "mem://x/m.onnx": true, "m.onnx": false, "/m.onnx": false, "file:///m.onnx": false, "a:b.onnx": false,
	} {
		if IsRemote(location) != want {
			t.Errorf("IsRemote(%q) is %v", location, !want)
		}
	}
}
