package storage

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Open returns the store at location, a folder of the local file system. The
// folder need not exist.
func Open(location string) (Store, error) {
	scheme, _, isURL := strings.Cut(location, "://")
	switch {
	case location == "":
		return nil, errors.New("storage: no location given")
	case isURL:
		return nil, fmt.Errorf("storage: %s: no support for %s:// yet; give a local folder", location, scheme)
	}
	return &local{root: location, create: createFile}, nil
}

// local is a Store in a folder.
type local struct {
	root   string
	create func(path string) (syncWriter, error) // tests replace it
}

func (l *local) String() string { return l.root }

func (l *local) Create(ctx context.Context, name string) (File, error) {
	final, err := l.path(name)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("storage: %s: %w", final, context.Cause(ctx))
	}
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	temp := tempPath(final)
	out, err := l.create(temp)
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	return &localFile{ctx: ctx, out: out, temp: temp, final: final}, nil
}

func (l *local) Open(ctx context.Context, name string) (Reader, error) {
	path, err := l.path(name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("storage: %w", err)
	}
	return &localReader{f, info.Size()}, nil
}

func (l *local) List(ctx context.Context) ([]Info, error) {
	root, err := l.folder()
	if root == "" || err != nil {
		return nil, err
	}
	var list []Info
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		list = append(list, Info{Name: filepath.ToSlash(rel), Size: info.Size()})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	slices.SortFunc(list, func(a, b Info) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// folder returns the store's root with symbolic links followed, which WalkDir
// does not do, or "" if nothing is there yet.
func (l *local) folder() (string, error) {
	if _, err := os.Lstat(l.root); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	root, err := filepath.EvalSymlinks(l.root)
	if err != nil {
		return "", fmt.Errorf("storage: %s: %w", l.root, err)
	}
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return "", errors.Join(fmt.Errorf("storage: %s is not a folder", l.root), err)
	}
	return root, nil
}

func (l *local) path(name string) (string, error) {
	if !fs.ValidPath(name) || name == "." {
		return "", fmt.Errorf("storage: %q is no valid name in %s", name, l.root)
	}
	return filepath.Join(l.root, filepath.FromSlash(name)), nil
}

// tempPath returns a name beside final that no other attempt uses. Long base
// names are cut, so that the result fits wherever final does.
func tempPath(final string) string {
	dir, base := filepath.Split(final)
	return dir + "." + base[:min(len(base), 64)] + "." + rand.Text() + tempSuffix
}

// localReader adds the size to an open file.
type localReader struct {
	*os.File
	size int64
}

func (r *localReader) Size() int64 { return r.size }
