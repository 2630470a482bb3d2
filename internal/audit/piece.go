package audit

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/storage"
)

// Piece is what of a folder can be counted by itself: a data file and the rejects
// file of the same name, or one of them where the other is not there.
type Piece struct {
	Data, Rejects string // names in the folder, "" for none
	Bytes         int64  // of both
}

// Name is that of the data file, if there is one.
func (p Piece) Name() string { return cmp.Or(p.Data, p.Rejects) }

// Files are the names of the files that there are.
func (p Piece) Files() []string {
	return slices.DeleteFunc([]string{p.Data, p.Rejects}, func(name string) bool { return name == "" })
}

// Pieces cuts the folder into pieces, in order of the files' base names.
func (f *Folder) Pieces() []Piece {
	byStem := map[string]Piece{}
	for _, name := range f.data {
		byStem[stem(name)] = Piece{Data: name, Bytes: f.sizes[name]}
	}
	for _, name := range f.rejects {
		p := byStem[stem(name)]
		p.Rejects = name
		p.Bytes += f.sizes[name]
		byStem[stem(name)] = p
	}
	pieces := make([]Piece, 0, len(byStem))
	for _, name := range slices.Sorted(maps.Keys(byStem)) {
		pieces = append(pieces, byStem[name])
	}
	return pieces
}

// stem is what the files of a piece share.
func stem(name string) string { return strings.TrimSuffix(path.Base(name), path.Ext(name)) }

// Fingerprint is the hex SHA-256 of the names and sizes of all files that are
// counted.
func (f *Folder) Fingerprint() string {
	digest := sha256.New()
	for _, name := range slices.Concat(f.data, f.rejects) {
		fmt.Fprintf(digest, "%q %d\n", name, f.sizes[name])
	}
	return hex.EncodeToString(digest.Sum(nil))
}

// ManifestSHA256 is the hex digest of the folder's manifest, "" when there is none.
func (f *Folder) ManifestSHA256() string { return f.digest }

// Size is how long a file of the folder was when that was opened.
func (f *Folder) Size(name string) int64 { return f.sizes[name] }

// CountPiece counts a piece, as Run counts all. The Partials of all pieces, merged
// in any order, are that of the whole.
func (f *Folder) CountPiece(ctx context.Context, p Piece, opts Options) (*Partial, error) {
	opts = opts.withDefaults()
	c := &counter{folder: f, opts: opts}
	if p.Data != "" {
		c.data = []string{p.Data}
	}
	if p.Rejects != "" {
		c.rejects = []string{p.Rejects}
	}
	return c.run(ctx)
}

// Through returns the folder with another way to read its files.
func (f *Folder) Through(store storage.Store) *Folder {
	through := *f
	through.store = store
	return &through
}
