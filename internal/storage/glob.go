package storage

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

// ErrNoMatch is wrapped by Glob when it finds nothing.
var ErrNoMatch = errors.New("nothing matches")

// Object is a file to read.
type Object struct {
	Location string // what OpenURL takes
	Name     string // relative to the fixed part of what was asked for, with slashes
	Size     int64  // bytes
}

// Glob returns the files that a pattern names, and the folder or object prefix
// that their names are relative to. A pattern is one of
//
//   - a file, which stands for itself;
//   - a folder, for the files directly in it whose names end with ext;
//   - a glob as package path defines it, whose * and ? match no slash, for the
//     files that match, sorted by location; a file or a folder of the very name
//     comes first;
//   - @ and a text file that lists locations, see below.
//
// It is a local path, a file:// URL, or begins with gs://bucket/ or mem://name/.
// Buckets are listed once, by the text before the first *, ? or [.
//
// A list has a location a line, without escapes and comments; blank lines do not
// count. Relative ones are relative to the list's folder. Their order is kept,
// and none may be there twice. The names are relative to the longest folder that
// all share; where they share none, they are the locations.
//
// Every file has to be there, a regular one with a name in UTF-8. None is opened,
// so that a plan over very many takes seconds.
func Glob(ctx context.Context, pattern, ext string) (root string, objects []Object, err error) {
	if list, isList := strings.CutPrefix(pattern, "@"); isList {
		root, objects, err = readList(ctx, list)
	} else {
		root, objects, err = expand(ctx, pattern, ext)
	}
	if err != nil {
		return "", nil, err
	}
	for _, o := range objects {
		if !utf8.ValidString(o.Location) {
			return "", nil, fmt.Errorf("storage: the name of %q is not UTF-8; rename the file", o.Location)
		}
	}
	return root, objects, nil
}

// OpenURL opens the file at a location: a local path, a file:// URL, or what
// begins with gs://bucket/ or mem://name/.
func OpenURL(ctx context.Context, location string) (Reader, error) {
	place, name, err := split(location)
	switch {
	case err != nil:
		return nil, err
	case place == nil:
		return openLocal(ctx, name)
	}
	return place.Open(ctx, name)
}

// split returns the store and the name of a location, or no store and a local
// path.
func split(location string) (Store, string, error) {
	scheme, rest, isURL := strings.Cut(location, "://")
	switch {
	case !isURL:
		return nil, location, nil
	case scheme == "file":
		path, err := filePath(location)
		return nil, path, err
	}
	place, name, _ := strings.Cut(rest, "/")
	store, err := Open(scheme + "://" + place)
	return store, name, err
}

func expand(ctx context.Context, pattern, ext string) (root string, objects []Object, err error) {
	if pattern == "" {
		return "", nil, fmt.Errorf("storage: %w: no pattern given", ErrNoMatch)
	}
	store, name, err := split(pattern)
	switch {
	case err != nil:
		return "", nil, err
	case store == nil:
		return expandLocal(ctx, name, ext)
	}
	return expandStore(ctx, store, name, ext)
}

// expandStore finds the files of a store by one listing.
func expandStore(ctx context.Context, store Store, pattern, ext string) (root string, objects []Object, err error) {
	if _, err := path.Match(pattern, ""); err != nil {
		return "", nil, fmt.Errorf("storage: %s/%s: %w", store, pattern, err)
	}
	files, err := store.List(ctx, fixedPart(pattern))
	if err != nil {
		return "", nil, err
	}
	root, match := matcher(files, pattern, ext)
	for _, f := range files {
		if match(f.Name) && !f.Temporary() {
			objects = append(objects, Object{
				Location: store.String() + "/" + f.Name,
				Name:     strings.TrimPrefix(f.Name, root),
				Size:     f.Size,
			})
		}
	}
	switch {
	case len(objects) > 0:
	case isGlob(pattern):
		return "", nil, fmt.Errorf("storage: %w: %s/%s", ErrNoMatch, store, pattern)
	default:
		return "", nil, fmt.Errorf("storage: %w: there is no %s/%s and no *%s in it", ErrNoMatch, store, pattern, ext)
	}
	return strings.TrimSuffix(store.String()+"/"+root, "/"), objects, nil
}

// matcher tells what a pattern stands for among these files. root is "" or ends
// with a slash.
func matcher(files []Info, pattern, ext string) (root string, match func(name string) bool) {
	folder := strings.TrimSuffix(pattern, "/") + "/"
	if pattern == "" {
		folder = ""
	}
	for _, f := range files {
		switch {
		case f.Name == pattern:
			return parent(pattern), func(name string) bool { return name == pattern }
		case strings.HasPrefix(f.Name, folder):
			return folder, func(name string) bool {
				base, below := strings.CutPrefix(name, folder)
				return below && !strings.Contains(base, "/") && strings.HasSuffix(base, ext)
			}
		}
	}
	return parent(fixedPart(pattern)), func(name string) bool {
		matched, err := path.Match(pattern, name)
		return err == nil && matched && isGlob(pattern)
	}
}

// parent returns what comes before the last element of a path, "" or with a
// slash at the end.
func parent(name string) string { return name[:strings.LastIndex(name, "/")+1] }

func isGlob(pattern string) bool { return strings.ContainsAny(pattern, `*?[`) }

// fixedPart returns the text that all matches of a pattern begin with.
func fixedPart(pattern string) string {
	if i := strings.IndexAny(pattern, `*?[\`); i >= 0 && isGlob(pattern) {
		return pattern[:i]
	}
	return pattern
}
