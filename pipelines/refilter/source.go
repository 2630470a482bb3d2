package refilter

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"go.yaml.in/yaml/v3"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/annotate"
	"github.com/groundmill/groundmill/schema"
)

// source is a finished run of annotate.
type source struct {
	store    storage.Store
	manifest *schema.Manifest
	digest   string                 // hex SHA-256 of the manifest
	config   annotate.Effective     // of the run
	files    map[string]schema.File // that the manifest lists, by path
}

// readSource reads the account of the run in a store.
func readSource(ctx context.Context, store storage.Store) (*source, error) {
	s := &source{store: store, files: map[string]schema.File{}}
	if err := s.read(ctx); err != nil {
		return nil, fmt.Errorf("source %s: %w", store, err)
	}
	return s, nil
}

func (s *source) read(ctx context.Context) error {
	_, err := s.store.Stat(ctx, schema.SuccessName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no finished run (no %s); finish it first, with the command that began it", schema.SuccessName)
	case err != nil:
		return err
	}
	data, err := storage.ReadFile(ctx, s.store, schema.ManifestName)
	if err != nil {
		return err
	}
	if s.manifest, err = schema.ParseManifest(data); err != nil {
		return fmt.Errorf("%s: %w; runner verify says what else is wrong", schema.ManifestName, err)
	}
	sum := sha256.Sum256(data)
	s.digest = hex.EncodeToString(sum[:])
	for _, file := range s.manifest.Files {
		s.files[file.Path] = file
	}
	return s.readConfig()
}

// readConfig decodes the effective configuration of the run. What this version
// does not know it could not carry on.
func (s *source) readConfig() error {
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(s.manifest.Config)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&s.config); err != nil {
		return fmt.Errorf("the configuration in %s is not of this version, the run is of %s: %w", schema.ManifestName, s.manifest.ToolVersion, err)
	}
	return nil
}

// raw returns the name of a unit's raw file.
func (s *source) raw(unit int) string {
	return schema.FileName(schema.KindRaw, s.config.Output.Split, unit, len(s.manifest.Units))
}

// plan makes one unit of each raw file. One that is missing or not as long as it
// was is an error now, not hours later.
func (s *source) plan(ctx context.Context) (pipelines.Plan, error) {
	stored, err := s.store.List(ctx, string(schema.KindRaw)+"/")
	if err != nil {
		return pipelines.Plan{}, fmt.Errorf("source: %w", err)
	}
	sizes := make(map[string]int64, len(stored))
	for _, info := range stored {
		sizes[info.Name] = info.Size
	}
	plan := pipelines.Plan{Fingerprint: s.digest, Units: make([]pipelines.Unit, len(s.manifest.Units))}
	for i, unit := range s.manifest.Units {
		name := s.raw(i)
		if err := s.check(name, i, sizes); err != nil {
			return plan, fmt.Errorf("source %s: %w", s.store, err)
		}
		plan.Units[i] = pipelines.Unit{Index: i, Of: len(plan.Units), Name: unit.Name, Path: name, Bytes: sizes[name]}
	}
	return plan, nil
}

// check compares a unit's raw file with the manifest.
func (s *source) check(name string, unit int, sizes map[string]int64) error {
	file, listed := s.files[name]
	size, there := sizes[name]
	switch {
	case !listed:
		return fmt.Errorf("the run has no %s; give the run of annotate that it was made from", name)
	case !there:
		return fmt.Errorf("%s is missing; let that run's own command do it again, with --redo %d", name, unit)
	case size != file.Bytes:
		return fmt.Errorf("%s has %d bytes, its unit wrote %d; let that run's own command do it again, with --redo %d", name, size, file.Bytes, unit)
	}
	return nil
}

// checkOptions refuses what the raw files cannot give.
func (s *source) checkOptions(o Options) error {
	var c schema.Check
	if floor := s.config.Output.RawFloor; o.Filter.MinScore < floor {
		c.Addf("filter.min_score", "%v is below the source's raw_floor: boxes under %v were not kept; raise it, or annotate again with a lower output.raw_floor", o.Filter.MinScore, floor)
	}
	if s.config.Output.EmbedImages && !o.Output.WithoutImages {
		c.Addf("output.without_images", "is false, but the source embeds images in its data files and raw files have none; agree by true, or annotate again")
	}
	return c.Err("configuration")
}

// identity says what makes the files: what made the source, with other rules.
func (s *source) identity(rules filter.Config, toolVersion string) (schema.Identity, error) {
	config := s.config
	config.Filter, config.Output.EmbedImages = rules, false
	text, digest, err := config.Canonical()
	if err != nil {
		return schema.Identity{}, err
	}
	id := s.manifest.Identity
	id.ToolVersion, id.Config, id.ConfigSHA256 = toolVersion, text, digest
	id.RefilterOf = s.digest
	return id, nil
}
