package pipelines

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/groundmill/groundmill/schema"
)

// Unit is one numbered piece of the input, the unit of work, of publishing and
// of accounting.
type Unit struct {
	Index int    // 0 <= Index < Of
	Of    int    // number of units of the plan
	Name  string // the input as output files name it: relative to the pattern's fixed part, slashes
	Path  string // where the input is
	Bytes int64  // size of the input

	// History and Reasons say in a retry which records are to be done again: what
	// the files, the oldest first, leave rejected for these reasons.
	History []RejectFile
	Reasons []string
}

// file returns the name of the unit's file of a kind.
func (u *Unit) file(kind schema.Kind, split string) string {
	return schema.FileName(kind, split, u.Index, u.Of)
}

// Plan is the list of inputs, cut into units.
type Plan struct {
	Units []Unit
	// Fingerprint is the hex SHA-256 of the units' names and sizes: inputs that
	// were only moved to another folder keep it.
	Fingerprint string
}

// Bytes returns the size of all inputs.
func (p *Plan) Bytes() int64 {
	var sum int64
	for _, u := range p.Units {
		sum += u.Bytes
	}
	return sum
}

// PlanFiles makes one unit of each file that pattern names, in order of the
// names. pattern is a file, a folder, whose files with the extension ext are
// taken, or a glob as path/filepath defines it. No file is opened.
func PlanFiles(ctx context.Context, pattern, ext string) (Plan, error) {
	root, paths, err := expand(pattern, ext)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Units: make([]Unit, 0, len(paths))}
	digest := sha256.New()
	for i, path := range paths {
		info, err := os.Stat(path)
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("%s is not a regular file", path)
		}
		if err != nil {
			return Plan{}, fmt.Errorf("input: %w", err)
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return Plan{}, fmt.Errorf("input: %w", err)
		}
		if !utf8.ValidString(path) {
			return Plan{}, fmt.Errorf("input: the name of %q is not UTF-8, as rows and Beam need it; rename the file", path)
		}
		unit := Unit{Index: i, Of: len(paths), Name: filepath.ToSlash(rel), Path: path, Bytes: info.Size()}
		plan.Units = append(plan.Units, unit)
		fmt.Fprintf(digest, "%q %d\n", unit.Name, unit.Bytes)
	}
	plan.Fingerprint = hex.EncodeToString(digest.Sum(nil))
	return plan, nil
}

// expand returns the sorted files that pattern names and the folder that their
// names are relative to.
func expand(pattern, ext string) (root string, paths []string, err error) {
	info, err := os.Stat(pattern)
	switch {
	case pattern == "":
		return "", nil, fmt.Errorf("%w: no pattern given", ErrNoInput)
	case err == nil && info.IsDir():
		return expandGlob(filepath.Join(escapeGlob(pattern), "*"+ext), pattern)
	case err == nil:
		return filepath.Dir(pattern), []string{pattern}, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", nil, fmt.Errorf("input: %w", err)
	case !isGlob(pattern):
		return "", nil, fmt.Errorf("%w: there is no %s", ErrNoInput, pattern)
	}
	return expandGlob(pattern, fixedFolder(pattern))
}

func expandGlob(glob, root string) (string, []string, error) {
	paths, err := filepath.Glob(glob)
	if err != nil {
		return "", nil, fmt.Errorf("input: glob %s: %w", glob, err)
	}
	if len(paths) == 0 {
		return "", nil, fmt.Errorf("%w: nothing matches %s", ErrNoInput, glob)
	}
	slices.Sort(paths)
	return root, paths, nil
}

// fixedFolder returns the folders of a glob before the first element with a
// meta character.
func fixedFolder(glob string) string {
	dir := filepath.Dir(glob)
	for isGlob(dir) {
		dir = filepath.Dir(dir)
	}
	return dir
}

func isGlob(path string) bool { return strings.ContainsAny(path, `*?[`) }

// escapeGlob makes a glob that matches path only.
func escapeGlob(path string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`).Replace(path)
}
