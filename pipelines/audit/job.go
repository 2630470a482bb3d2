package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/groundmill/groundmill/internal/audit"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

// job is the pipelines.Job: everything that the units of a process share.
type job struct {
	spec     spec
	folder   *audit.Folder
	pieces   map[string]audit.Piece // by name
	identity schema.Identity
}

// identify is the Identify of the job's pipelines.Factory: no worker adds to what
// the source says.
func identify(_ context.Context, data []byte) (schema.Identity, error) {
	var s spec
	if err := json.Unmarshal(data, &s); err != nil {
		return schema.Identity{}, fmt.Errorf("audit: decode job: %w", err)
	}
	return s.identity()
}

// open is the Open of the job's pipelines.Factory.
func open(data []byte) (pipelines.Job, error) {
	j := &job{pieces: map[string]audit.Piece{}}
	if err := json.Unmarshal(data, &j.spec); err != nil {
		return nil, fmt.Errorf("audit: decode job: %w", err)
	}
	store, err := storage.Open(j.spec.Source)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if j.folder, err = audit.Open(ctx, store); err != nil {
		return nil, err
	}
	if j.folder.Fingerprint() != j.spec.Fingerprint || j.folder.ManifestSHA256() != j.spec.ManifestSHA256 {
		return nil, fmt.Errorf("source %s: its files or its %s have changed since the run was planned; start again", store, schema.ManifestName)
	}
	j.folder = j.folder.Through(&inputs{Store: store, size: j.folder.Size})
	for _, p := range j.folder.Pieces() {
		j.pieces[p.Name()] = p
	}
	j.identity, err = j.spec.identity()
	return j, err
}

// identity says what makes the files.
func (s *spec) identity() (schema.Identity, error) {
	config, err := yaml.Marshal(struct {
		Seed    uint64 `yaml:"seed"`
		Samples int    `yaml:"samples"`
	}{s.Seed, s.PerStratum})
	if err != nil {
		return schema.Identity{}, fmt.Errorf("audit: encode configuration: %w", err)
	}
	sum := sha256.Sum256(config)
	return schema.Identity{
		ToolVersion: s.ToolVersion, Config: string(config), ConfigSHA256: hex.EncodeToString(sum[:]),
		InputFingerprint: s.Fingerprint, AuditOf: s.ManifestSHA256,
	}, nil
}

// Identity says what makes the files.
func (j *job) Identity() schema.Identity { return j.identity }

// Close does nothing: nothing is held.
func (j *job) Close() error { return nil }
