package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/internal/audit"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// readers is how many partial results are read at once, each of some MB: a bucket
// answers late, and decoding takes longer than merging.
const readers = 4

// Report puts the partial results of a finished run together. observe, if set, is
// told of the parts, one call at a time. The source must be as it was counted: what
// a report says beside the counts is read from it.
func Report(ctx context.Context, req Request, parts *schema.Manifest, observe func(done, total int64)) (*audit.Report, error) {
	store, err := storage.Open(req.Source)
	if err != nil {
		return nil, err
	}
	folder, err := audit.Open(ctx, store)
	if err != nil {
		return nil, err
	}
	if folder.Fingerprint() != parts.InputFingerprint || folder.ManifestSHA256() != parts.AuditOf {
		return nil, fmt.Errorf("source %s: its files or its %s have changed since they were counted: count it again, into another folder", store, schema.ManifestName)
	}
	m := &merger{sum: audit.NewPartial(req.Seed, req.PerStratum), total: int64(len(parts.Files)), observe: observe}
	if m.store, err = storage.Open(req.Parts); err != nil {
		return nil, err
	}
	if err := m.run(ctx, parts.Files); err != nil {
		return nil, fmt.Errorf("parts %s: %w", m.store, err)
	}
	return folder.Report(ctx, m.sum)
}

// merger adds partial results up. Their order does not matter.
type merger struct {
	store   storage.Store
	total   int64
	observe func(done, total int64)

	mu   sync.Mutex
	sum  *audit.Partial
	done int64
}

func (m *merger) run(ctx context.Context, files []schema.File) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	for _, file := range files {
		group.Go(func() error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			part, err := m.read(ctx, file)
			if err != nil {
				return fmt.Errorf("%s: %w", file.Path, err)
			}
			m.add(part)
			return nil
		})
	}
	return group.Wait()
}

// read reads a partial result that is what the manifest lists.
func (m *merger) read(ctx context.Context, file schema.File) (*audit.Partial, error) {
	data, err := storage.ReadFile(ctx, m.store, file.Path)
	if err != nil {
		return nil, err
	}
	_, _, unit, _, _ := schema.ParseFileName(file.Path) // the run's own checks have proven the name
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != file.SHA256 {
		return nil, fmt.Errorf("it is not what the manifest lists, which begins with SHA-256 %.12s; let the same command count it again, with --redo %d", file.SHA256, unit)
	}
	part, err := audit.DecodePartial(data)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w; let the same command count it again, with --redo %d", err, unit)
	case part.Seed != m.sum.Seed || part.PerStratum != m.sum.PerStratum:
		return nil, fmt.Errorf("it has %d samples of seed %d, the others %d of %d; let the same command count it again, with --redo %d",
			part.PerStratum, part.Seed, m.sum.PerStratum, m.sum.Seed, unit)
	}
	return part, nil
}

func (m *merger) add(part *audit.Partial) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum.Merge(part)
	if m.done++; m.observe != nil {
		m.observe(m.done, m.total)
	}
}
