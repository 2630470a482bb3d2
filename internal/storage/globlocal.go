package storage

import (
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

// expandLocal finds files of the local file system.
func expandLocal(ctx context.Context, pattern, ext string) (root string, objects []Object, err error) {
	root, paths, err := findLocal(pattern, ext)
	if err != nil {
		return "", nil, err
	}
	objects = make([]Object, 0, len(paths))
	for _, path := range paths {
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return "", nil, fail("open", path, err)
		}
		info, err := statLocal(ctx, path)
		if err != nil {
			return "", nil, err
		}
		objects = append(objects, Object{Location: path, Name: filepath.ToSlash(rel), Size: info.Size()})
	}
	return root, objects, nil
}

// findLocal returns the sorted paths that a pattern names and the folder that
// their names are relative to.
func findLocal(pattern, ext string) (root string, paths []string, err error) {
	info, err := os.Stat(pattern)
	switch {
	case err == nil && info.IsDir():
		return globLocal(filepath.Join(escapeGlob(pattern), "*"+escapeGlob(ext)), pattern)
	case err == nil:
		return filepath.Dir(pattern), []string{pattern}, nil
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
		return "", nil, fail("open", pattern, err)
	case !isGlob(pattern):
		return "", nil, fmt.Errorf("storage: %w: there is no %s", ErrNoMatch, pattern)
	}
	return globLocal(pattern, filepath.Dir(fixedPart(pattern)))
}

func globLocal(glob, root string) (string, []string, error) {
	paths, err := filepath.Glob(glob)
	if err != nil {
		return "", nil, fmt.Errorf("storage: %s: %w", glob, err)
	}
	if len(paths) == 0 {
		return "", nil, fmt.Errorf("storage: %w: %s", ErrNoMatch, glob)
	}
	slices.Sort(paths)
	return root, paths, nil
}

// escapeGlob makes a glob that matches path only.
func escapeGlob(path string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`).Replace(path)
}
