package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/verify"
	"github.com/groundmill/groundmill/schema"
)

// ErrNoData is returned for a folder without data files.
var ErrNoData = errors.New("no data/*.parquet and no *.parquet in it: name the output folder of a run, or a folder of its data files")

// Folder is what there is to audit, as it was when it was opened.
type Folder struct {
	store    storage.Store
	data     []string         // names of the data files, sorted
	rejects  []string         // names of the rejects files, sorted
	sizes    map[string]int64 // of the files, by name
	manifest *schema.Manifest
	digest   string // hex SHA-256 of the manifest, "" when there is none
	success  bool
	plain    bool     // data files alone, not in the folders of a run
	missing  []string // what a report lacks, for people
}

// Open lists a store and reads its manifest. The error wraps ErrNoData when there
// is nothing to audit.
func Open(ctx context.Context, store storage.Store) (*Folder, error) {
	list, err := store.List(ctx, "")
	if err != nil {
		return nil, err
	}
	f := &Folder{store: store}
	f.sort(list)
	if len(f.data) == 0 {
		return nil, fmt.Errorf("%s: %w", store, ErrNoData)
	}
	return f, f.readManifest(ctx)
}

// sort picks what is audited out of a listing.
func (f *Folder) sort(list []storage.Info) {
	f.sizes = make(map[string]int64, len(list))
	var loose []string
	for _, info := range list {
		switch dir := path.Dir(info.Name); {
		case info.Temporary():
			continue
		case dir == string(schema.KindData) && path.Ext(info.Name) == ".parquet":
			f.data = append(f.data, info.Name)
		case dir == "." && path.Ext(info.Name) == ".parquet":
			loose = append(loose, info.Name)
		case dir == string(schema.KindRejects) && path.Ext(info.Name) == ".jsonl":
			f.rejects = append(f.rejects, info.Name)
		case info.Name == schema.SuccessName:
			f.success = true
		default:
			continue
		}
		f.sizes[info.Name] = info.Size
	}
	if len(f.data) == 0 {
		f.data, f.plain = loose, true
	}
}

// readManifest reads the manifest and notes what lacks without it.
func (f *Folder) readManifest(ctx context.Context) error {
	data, err := storage.ReadFile(ctx, f.store, schema.ManifestName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.lack("manifest.json: the input's records, the boxes that rules removed and the units' problems are not known; what is counted is what the files hold")
	case err != nil:
		return err
	default:
		sum := sha256.Sum256(data)
		f.digest = hex.EncodeToString(sum[:])
		if f.manifest, err = schema.ParseManifest(data); err != nil {
			return fmt.Errorf("%s: %s: %w; runner verify says what else is wrong", f.store, schema.ManifestName, err)
		}
	}
	if f.manifest != nil && !f.success {
		f.lack("_SUCCESS: the run is not finished")
	}
	if len(f.rejects) == 0 && (f.manifest == nil || f.manifest.Totals.RejectTotal() > 0) {
		f.lack("rejects: there are no rejects files, so no examples of rejects")
	}
	return nil
}

func (f *Folder) lack(what string) { f.missing = append(f.missing, what) }

// look takes a quick look at the run with package verify. A plain folder is no
// run.
func (f *Folder) look(ctx context.Context) (*verify.Report, error) {
	if f.plain || f.manifest == nil {
		return nil, nil
	}
	report, err := verify.Run(ctx, f.store, verify.Options{Quick: true})
	if errors.Is(err, verify.ErrNoRun) {
		return nil, nil
	}
	return report, err
}

// title names what is audited by its last element.
func (f *Folder) title() string {
	return path.Base(strings.TrimRight(f.store.String(), "/"))
}
