// Package modelcache brings teachers' model files from a bucket to the local disk,
// once.
//
//	cache, err := modelcache.Open("") // in the user's cache folder
//	path, err := cache.Fetch(ctx, "gs://models/glip-t.onnx", "5a2f...")
//
// A model lies under the name that it has in the bucket, with its external data
// beside it, in a folder that is named for name and digest. It comes to stand there by
// one rename, when all of it has arrived and the digest was computed, so any
// number of processes may share a cache. What stands there is proven again by
// whoever opens it: a teacher's Info has the digest.
package modelcache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/teacher/glip"
)

// Cache is a folder of models.
type Cache struct {
	dir string
}

// Open returns the cache in a folder, which need not exist; "" is a folder
// groundmill/models in the user's cache folder, or in that for temporary files
// where there is none, as in containers.
func Open(dir string) Cache {
	if dir != "" {
		return Cache{dir}
	}
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	return Cache{filepath.Join(base, "groundmill", "models")}
}

// IsRemote reports whether a location is none of the local disk.
func IsRemote(location string) bool {
	scheme, _, isURL := strings.Cut(location, "://")
	return isURL && scheme != "file"
}

// MismatchError says that a model is not the expected one.
type MismatchError struct {
	Location  string
	Want, Got string // hex SHA-256
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("the model %s has the SHA-256 %s, and %s was expected: another file lies there now, or another was meant", e.Location, e.Got, e.Want)
}

// Fetch returns the local path of the model at location, having fetched it unless
// the cache has it. want is its hex SHA-256, see glip.Identify; "" takes what is
// there, and fetches each time. Errors wrap a *MismatchError for another model,
// glip.ErrNotTeacher for none, and those of package storage.
func (c Cache) Fetch(ctx context.Context, location, want string) (string, error) {
	name := path.Base(location)
	if kept := c.place(want, name); want != "" && exists(kept) {
		return kept, nil
	}
	if err := os.MkdirAll(c.dir, 0o777); err != nil {
		return "", fmt.Errorf("model cache: %w", err)
	}
	temp, err := os.MkdirTemp(c.dir, "fetch-")
	if err != nil {
		return "", fmt.Errorf("model cache: %w", err)
	}
	defer os.RemoveAll(temp)
	digest, err := fetch(ctx, location, filepath.Join(temp, name))
	if err != nil {
		return "", err
	}
	if want != "" && digest != want {
		return "", &MismatchError{location, want, digest}
	}
	return c.keep(temp, digest, name)
}

// keep gives a fetched model its place. Another process may have been faster.
func (c Cache) keep(temp, digest, name string) (string, error) {
	kept := c.place(digest, name)
	if err := os.MkdirAll(filepath.Dir(filepath.Dir(kept)), 0o777); err != nil {
		return "", fmt.Errorf("model cache: %w", err)
	}
	err := os.Rename(temp, filepath.Dir(kept))
	if err != nil && !exists(kept) {
		return "", fmt.Errorf("model cache: %w", err)
	}
	return kept, nil
}

// place is where a model of a name lies.
func (c Cache) place(digest, name string) string { return filepath.Join(c.dir, name, digest, name) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// fetch copies a model and its external data to a local path and beside it, and
// returns the digest.
func fetch(ctx context.Context, location, to string) (digest string, err error) {
	if err := download(ctx, location, to); err != nil {
		return "", fmt.Errorf("fetch model: %w", err)
	}
	data, err := glip.ExternalData(to)
	if err != nil {
		return "", fmt.Errorf("%s: %w", location, err)
	}
	if data != "" {
		beside := location[:strings.LastIndex(location, "/")+1] + data
		if err := download(ctx, beside, filepath.Join(filepath.Dir(to), data)); err != nil {
			return "", fmt.Errorf("fetch the weights of model %s: %w", location, err)
		}
	}
	info, err := glip.Identify(to)
	return info.SHA256, err
}

func download(ctx context.Context, location, to string) (err error) {
	source, err := storage.OpenURL(ctx, location)
	if err != nil {
		return err
	}
	defer source.Close()
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if n, err := io.Copy(file, source); err != nil || n != source.Size() {
		return errors.Join(err, fmt.Errorf("%s: %d of %d bytes arrived", location, n, source.Size()))
	}
	return nil
}
