package storage

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"
)

// maxLine is the length in bytes of the longest line of a list.
const maxLine = 1 << 20

// readList returns the files of a list.
func readList(ctx context.Context, list string) (root string, objects []Object, err error) {
	if strings.HasPrefix(list, "file://") {
		if list, err = filePath(list); err != nil {
			return "", nil, err
		}
	}
	r, err := OpenURL(ctx, list)
	if err != nil {
		return "", nil, err
	}
	defer r.Close()
	entries, err := parseList(r, list)
	if err != nil {
		return "", nil, fmt.Errorf("storage: %s: %w", list, err)
	}
	if len(entries) == 0 {
		return "", nil, fmt.Errorf("storage: %w: the list %s is empty", ErrNoMatch, list)
	}
	sizes, err := listSizes(ctx, entries)
	if err != nil {
		return "", nil, fmt.Errorf("storage: %s: %w", list, err)
	}
	root = commonFolder(entries)
	for i, e := range entries {
		objects = append(objects, Object{Location: e.location, Name: strings.TrimPrefix(filepath.ToSlash(e.location), root), Size: sizes[i]})
	}
	return strings.TrimSuffix(root, "/"), objects, nil
}

// entry is a line of a list.
type entry struct {
	line     int // from 1 on
	location string
}

// parseList reads the lines of a list.
func parseList(r io.Reader, list string) (entries []entry, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	seen := map[string]int{}
	line := 0
	for lines.Scan() {
		line++
		text := strings.TrimSuffix(lines.Text(), "\r")
		if line == 1 {
			text = strings.TrimPrefix(text, "\ufeff") // the byte order mark of some editors
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		e := entry{line, resolve(list, text)}
		if first := seen[e.location]; first != 0 {
			return nil, fmt.Errorf("line %d repeats line %d: %s", line, first, text)
		}
		seen[e.location] = line
		entries = append(entries, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", line+1, err)
	}
	return entries, nil
}

// resolve returns the location that a line of a list names.
func resolve(list, text string) string {
	scheme, rest, isURL := strings.Cut(list, "://")
	switch {
	case strings.Contains(text, "://"):
		return text
	case !isURL && filepath.IsAbs(text):
		return filepath.Clean(text)
	case !isURL:
		return filepath.Join(filepath.Dir(list), text)
	}
	place, name, _ := strings.Cut(rest, "/")
	return scheme + "://" + path.Join(place, path.Dir("/"+name), text)
}

// commonFolder returns the longest folder, with a slash at the end, that all
// locations are in, "" if there is none.
func commonFolder(entries []entry) string {
	common := parent(filepath.ToSlash(entries[0].location))
	for _, e := range entries[1:] {
		for !strings.HasPrefix(filepath.ToSlash(e.location), common) {
			common = parent(strings.TrimSuffix(common, "/"))
		}
	}
	if strings.HasSuffix(common, "://") {
		return ""
	}
	return common
}

const (
	// manyFiles of one folder are worth a listing of it.
	manyFiles = 20
	// sideBySide is how many questions a store is asked at once.
	sideBySide = 16
)

// listSizes returns the sizes of all entries, in their order.
func listSizes(ctx context.Context, entries []entry) ([]int64, error) {
	sizes := make([]int64, len(entries))
	folders := map[string][]int{} // of stores, with the indices of their files
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sideBySide)
	for i, e := range entries {
		store, name, err := split(e.location)
		if err != nil {
			return nil, e.fail(err)
		}
		if store != nil {
			folder := parent(e.location)
			folders[folder] = append(folders[folder], i)
			continue
		}
		info, err := statLocal(ctx, name)
		if err != nil {
			return nil, e.fail(err)
		}
		sizes[i] = info.Size()
	}
	for folder, files := range folders {
		group.Go(func() error { return folderSizes(ctx, folder, entries, files, sizes) })
	}
	return sizes, group.Wait()
}

func (e entry) fail(err error) error { return fmt.Errorf("line %d: %w", e.line, err) }

// folderSizes sets the sizes of the files, given by their indices, of a folder
// of a store.
func folderSizes(ctx context.Context, folder string, entries []entry, files []int, sizes []int64) error {
	store, prefix, err := split(folder)
	if err != nil {
		return err
	}
	stat := func(name string) (Info, error) { return store.Stat(ctx, name) }
	if len(files) >= manyFiles {
		if stat, err = listing(ctx, store, prefix); err != nil {
			return err
		}
	}
	for _, i := range files {
		info, err := stat(prefix + path.Base(entries[i].location))
		if err != nil {
			return entries[i].fail(err)
		}
		sizes[i] = info.Size
	}
	return nil
}

// listing answers questions about the files below a prefix from one listing.
func listing(ctx context.Context, store Store, prefix string) (stat func(name string) (Info, error), err error) {
	list, err := store.List(ctx, prefix)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]Info, len(list))
	for _, info := range list {
		byName[info.Name] = info
	}
	return func(name string) (Info, error) {
		if info, ok := byName[name]; ok {
			return info, nil
		}
		return store.Stat(ctx, name) // whose error says what is wrong
	}, nil
}
