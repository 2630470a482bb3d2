package audit

import (
	"context"
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

// folder is what there is to audit.
type folder struct {
	store    storage.Store
	data     []string // names of the data files, sorted
	rejects  []string // names of the rejects files, sorted
	manifest *schema.Manifest
	success  bool
	plain    bool     // data files alone, not in the folders of a run
	missing  []string // what a report lacks, for people
}

// openFolder lists a store and reads its manifest.
func openFolder(ctx context.Context, store storage.Store) (*folder, error) {
	f := &folder{store: store}
	list, err := store.List(ctx, "")
	if err != nil {
		return nil, err
	}
	var loose []string
	for _, info := range list {
		switch dir := path.Dir(info.Name); {
		case info.Temporary():
		case dir == string(schema.KindData) && path.Ext(info.Name) == ".parquet":
			f.data = append(f.data, info.Name)
		case dir == "." && path.Ext(info.Name) == ".parquet":
			loose = append(loose, info.Name)
		case dir == string(schema.KindRejects) && path.Ext(info.Name) == ".jsonl":
			f.rejects = append(f.rejects, info.Name)
		case info.Name == schema.SuccessName:
			f.success = true
		}
	}
	if len(f.data) == 0 {
		f.data, f.plain = loose, true
	}
	if len(f.data) == 0 {
		return nil, fmt.Errorf("%s: %w", store, ErrNoData)
	}
	return f, f.readManifest(ctx)
}

// readManifest reads the manifest and notes what lacks without it.
func (f *folder) readManifest(ctx context.Context) error {
	data, err := storage.ReadFile(ctx, f.store, schema.ManifestName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.lack("manifest.json: the input's records, the boxes that rules removed and the units' problems are not known; what is counted is what the files hold")
	case err != nil:
		return err
	default:
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

func (f *folder) lack(what string) { f.missing = append(f.missing, what) }

// look takes a quick look at the run with package verify. A plain folder is no
// run.
func (f *folder) look(ctx context.Context) (*verify.Report, error) {
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
func (f *folder) title() string {
	return path.Base(strings.TrimRight(f.store.String(), "/"))
}
