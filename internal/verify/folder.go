package verify

import (
	"context"
	"regexp"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// retryPattern matches the beginning of what lies in the folder of a retry.
var retryPattern = regexp.MustCompile(`^retries/[0-9]+/`)

// folder checks one run: that of the store, or one of its retries.
type folder struct {
	store  Store
	prefix string // of the names of a retry, such as "retries/0001/"
	opts   Options
	meter  *meter

	sizes map[string]int64 // of the published files, by their names below prefix
	temps []string         // attempts that were not published
	documents

	mu     sync.Mutex // guards what the workers add to report and documents
	report *Report
}

// newFolders deals the files of a listing out to the run and to its retries, which
// follow in order.
func newFolders(store Store, opts Options, list []storage.Info) []*folder {
	m := &meter{observe: opts.Observe}
	main := newFolder(store, "", opts, m)
	folders := map[string]*folder{"": main}
	order := []*folder{main}
	for _, info := range list {
		prefix := retryPattern.FindString(info.Name)
		if folders[prefix] == nil {
			folders[prefix] = newFolder(store, prefix, opts, m)
			order = append(order, folders[prefix])
		}
		folders[prefix].addFile(info)
	}
	return order
}

func newFolder(store Store, prefix string, opts Options, m *meter) *folder {
	location := store.String()
	if prefix != "" {
		location += "/" + prefix[:len(prefix)-1]
	}
	return &folder{
		store: store, prefix: prefix, opts: opts, meter: m, sizes: map[string]int64{}, documents: newDocuments(),
		report: &Report{
			Location: location, State: StateUnfinished, Quick: opts.Quick,
			Problems: []Problem{}, Redo: []int{}, // [] rather than null in JSON
		},
	}
}

func (f *folder) addFile(info storage.Info) {
	name := info.Name[len(f.prefix):]
	if info.Temporary() || schema.IsOutcome(name) {
		f.temps = append(f.temps, name)
		return
	}
	f.sizes[name] = info.Size
	f.meter.expect()
}

// ofRun says whether a run has left anything in the folder.
func (f *folder) ofRun() bool {
	for name := range f.sizes {
		if _, _, _, _, ok := schema.ParseFileName(name); ok || isDocument(name) {
			return true
		}
	}
	return false
}

// check fills in the report but for its end.
func (f *folder) check(ctx context.Context) error {
	f.readManifest(ctx)
	f.readRecord(ctx)
	f.findUnits()
	if err := f.forEachUnit(ctx, f.readSummary); err != nil {
		return err
	}
	f.readSuccess(ctx)
	f.checkNames()
	f.ownDigests()
	return f.forEachUnit(ctx, f.checkUnit)
}

// forEachUnit calls do for every unit of which anything is known, several at a
// time.
func (f *folder) forEachUnit(ctx context.Context, do func(ctx context.Context, unit int)) error {
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(f.opts.Workers)
	for unit := range f.units {
		workers.Go(func() error {
			if ctx.Err() == nil {
				do(ctx, unit)
			}
			return context.Cause(ctx)
		})
	}
	return workers.Wait()
}

// add records a problem of a document or of a name.
func (f *folder) add(p Problem) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.report.Problems = append(f.report.Problems, p)
}

// checkNames looks for published files that belong to nothing, and for what is
// left of attempts. An unfinished run may still be at work on its attempts.
func (f *folder) checkNames() {
	for name := range f.sizes {
		if _, _, ok := f.unitOf(name); ok || isDocument(name) {
			continue
		}
		f.meter.step()
		f.add(Problem{Kind: KindUnlistedFile, Path: name, Text: "no run writes a file of this name here; remove it"})
	}
	if f.report.State == StateUnfinished {
		return
	}
	for _, name := range f.temps {
		p := Problem{Kind: KindLeftoverTemp, Path: name, Text: "a process that died has left it; remove it"}
		f.add(p)
	}
}
