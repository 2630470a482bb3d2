package storage

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
)

// Open returns the store at location: a folder of the local file system, as a
// path or a file:// URL, gs://bucket/folder, or mem://name, which lives as long
// as the process. Nothing is read or written yet, and a folder need not exist.
func Open(location string, options ...Option) (Store, error) {
	scheme, rest, isURL := strings.Cut(location, "://")
	switch {
	case location == "":
		return nil, errors.New("storage: no location given")
	case !isURL:
		return newLocal(location), nil
	case scheme == "file":
		path, err := filePath(location)
		if err != nil {
			return nil, err
		}
		return newLocal(path), nil
	case scheme == "gs":
		return openGS(rest, options)
	case scheme == "mem":
		return openMounted(rest)
	}
	return nil, fmt.Errorf("storage: %s: %s:// is not supported; give a folder or gs://bucket/folder", location, scheme)
}

// filePath returns the path of a file:// URL.
func filePath(location string) (string, error) {
	u, err := url.Parse(location)
	if err != nil {
		return "", fmt.Errorf("storage: %w", err)
	}
	if u.Host != "" && u.Host != "localhost" || u.Path == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("storage: %s is not of the form file:///path; escape # and ? as %%23 and %%3F", location)
	}
	return filepath.FromSlash(u.Path), nil
}
