package picture

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
)

// Source is where input tars lie. Its methods are safe for concurrent use.
type Source struct {
	root  string            // of shards that are in no list, "" for none
	known map[string]string // locations of tars by their names in rows
}

// None is a source without tars: only embedded pictures are found.
func None() *Source { return &Source{} }

// Open finds the tars of an input as annotate takes it. A folder of the disk may
// hold its tars in folders of its own; anything else must match something, or the
// error wraps storage.ErrNoMatch.
func Open(ctx context.Context, input string) (*Source, error) {
	root, objects, err := storage.Glob(ctx, input, ".tar")
	if err != nil {
		if info, statErr := os.Stat(input); !errors.Is(err, storage.ErrNoMatch) || statErr != nil || !info.IsDir() {
			return nil, err
		}
		root = input
	}
	s := &Source{root: root, known: make(map[string]string, len(objects))}
	for _, o := range objects {
		s.known[o.Name] = o.Location
	}
	return s, nil
}

// Locations returns where the tars lie, in no order; those in folders of a folder
// are not among them.
func (s *Source) Locations() (all []string) {
	for _, location := range s.known {
		all = append(all, location)
	}
	return all
}

// location returns where a shard of a row lies, "" for nowhere.
func (s *Source) location(shard string) string {
	switch {
	case s.known[shard] != "":
		return s.known[shard]
	case s.root == "" || !filepath.IsLocal(filepath.FromSlash(shard)):
		return ""
	case strings.Contains(s.root, "://"):
		return s.root + "/" + shard
	}
	return filepath.Join(s.root, filepath.FromSlash(shard))
}

// Find calls found, from any goroutine but one at a time, for each row whose image
// is there. The data are found's for good.
func (s *Source) Find(ctx context.Context, rows []*schema.Row, found func(row *schema.Row, data []byte)) {
	wanted := map[string]map[int64][]*schema.Row{}
	for _, row := range rows {
		if row.Image != nil && len(row.Image.Bytes) > 0 {
			found(row, row.Image.Bytes)
			continue
		}
		if wanted[row.Source.Shard] == nil {
			wanted[row.Source.Shard] = map[int64][]*schema.Row{}
		}
		of := wanted[row.Source.Shard]
		of[row.Source.Index] = append(of[row.Source.Index], row)
	}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for shard, byIndex := range wanted {
		location := s.location(shard)
		if location == "" {
			continue
		}
		group.Go(func() error {
			// A tar that is gone or cut only costs its pictures.
			_ = scan(ctx, location, byIndex, func(row *schema.Row, data []byte) {
				mu.Lock()
				defer mu.Unlock()
				found(row, data)
			})
			return nil
		})
	}
	_ = group.Wait()
}

// scan calls found for each wanted row whose labelled image is in the tar.
func scan(ctx context.Context, location string, wanted map[int64][]*schema.Row, found func(*schema.Row, []byte)) error {
	file, err := storage.OpenURL(ctx, location)
	if err != nil {
		return err
	}
	defer file.Close()
	r := webdataset.Open(file, location, webdataset.Limits{})
	for left := len(wanted); left > 0 && ctx.Err() == nil; {
		sample, err := r.Next()
		if err != nil {
			return err
		}
		rows := wanted[sample.Index]
		if rows == nil {
			continue
		}
		left--
		match(sample, rows, found)
	}
	return ctx.Err()
}

// match finds the image of each row of one sample.
func match(sample webdataset.Sample, rows []*schema.Row, found func(*schema.Row, []byte)) {
	for _, m := range sample.Members {
		sum := sha256.Sum256(m.Data)
		digest := hex.EncodeToString(sum[:])
		for _, row := range rows {
			if row.ImageSHA256 == digest {
				found(row, m.Data)
			}
		}
	}
}
