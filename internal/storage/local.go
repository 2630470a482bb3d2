package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// local is a Store in a folder.
type local struct {
	root string
	disk disk
}

func newLocal(root string) *local { return &local{root: root, disk: realDisk} }

func (l *local) String() string { return l.root }

func (l *local) Create(ctx context.Context, name string) (File, error) {
	final, err := l.path(name)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fail("create", final, context.Cause(ctx))
	}
	folder, base := filepath.Split(final)
	if err := l.disk.makeFolder(filepath.Clean(folder)); err != nil {
		return nil, fail("make the folder of", final, err)
	}
	temp := folder + newTempName(base)
	out, err := l.disk.create(temp)
	if err != nil {
		return nil, fail("create", final, err)
	}
	return &localFile{ctx: ctx, disk: l.disk, out: out, temp: temp, final: final}, nil
}

func (l *local) Open(ctx context.Context, name string) (Reader, error) {
	path, err := l.path(name)
	if err != nil {
		return nil, err
	}
	return openLocal(ctx, path)
}

func (l *local) Stat(ctx context.Context, name string) (Info, error) {
	path, err := l.path(name)
	if err != nil {
		return Info{}, err
	}
	info, err := statLocal(ctx, path)
	if err != nil {
		return Info{}, err
	}
	return Info{Name: name, Size: info.Size()}, nil
}

func (l *local) Remove(ctx context.Context, name string) error {
	path, err := l.path(name)
	if err != nil {
		return err
	}
	if _, err := statLocal(ctx, path); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return l.remove(path)
}

// remove removes a file for good.
func (l *local) remove(path string) error {
	err := l.disk.remove(path)
	if err == nil {
		err = l.disk.syncFolder(filepath.Dir(path))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another process was quicker
	}
	return fail("remove", path, err)
}

func (l *local) Sweep(ctx context.Context) ([]string, error) {
	files, err := l.List(ctx, "")
	if err != nil {
		return nil, err
	}
	var removed []string
	for _, f := range files {
		if !f.Temporary() {
			continue
		}
		if err := l.remove(l.join(f.Name)); err != nil {
			return removed, err
		}
		removed = append(removed, f.Name)
	}
	return removed, nil
}

func (l *local) List(ctx context.Context, prefix string) ([]Info, error) {
	if err := checkPrefix(prefix); err != nil {
		return nil, err
	}
	root, err := l.folder()
	if root == "" || err != nil {
		return nil, err
	}
	w := walk{ctx: ctx, root: root, prefix: prefix}
	start := filepath.Join(root, filepath.FromSlash(prefix[:strings.LastIndex(prefix, "/")+1]))
	if err := filepath.WalkDir(start, w.visit); err != nil {
		return nil, fail("list", l.root, err)
	}
	slices.SortFunc(w.list, func(a, b Info) int { return cmp.Compare(a.Name, b.Name) })
	return w.list, nil
}

// walk collects the files of a listing.
type walk struct {
	ctx          context.Context
	root, prefix string
	list         []Info
}

// visit is an fs.WalkDirFunc. Files may come and go meanwhile.
func (w *walk) visit(path string, entry fs.DirEntry, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil
	case err != nil:
		return err
	case w.ctx.Err() != nil:
		return context.Cause(w.ctx)
	}
	rel, err := filepath.Rel(w.root, path)
	if err != nil {
		return err
	}
	return w.add(filepath.ToSlash(rel), entry)
}

func (w *walk) add(name string, entry fs.DirEntry) error {
	switch {
	case entry.IsDir() && name != "." && !strings.HasPrefix(name, w.prefix) && !strings.HasPrefix(w.prefix, name+"/"):
		return fs.SkipDir
	case entry.IsDir() || !strings.HasPrefix(name, w.prefix) || name == lockName:
		return nil
	}
	info, err := entry.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	w.list = append(w.list, Info{Name: name, Size: info.Size()})
	return nil
}

// folder returns the store's root with symbolic links followed, which WalkDir
// does not do, or "" if nothing is there yet.
func (l *local) folder() (string, error) {
	if _, err := os.Lstat(l.root); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	root, err := filepath.EvalSymlinks(l.root)
	if err != nil {
		return "", fail("open", l.root, err)
	}
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return "", errors.Join(fmt.Errorf("storage: %s is not a folder", l.root), err)
	}
	return root, nil
}

// path returns where the file of that name is.
func (l *local) path(name string) (string, error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	return l.join(name), nil
}

func (l *local) join(name string) string { return filepath.Join(l.root, filepath.FromSlash(name)) }
