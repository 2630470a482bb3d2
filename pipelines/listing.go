package pipelines

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// fileKinds are the kinds of a unit's files, the summary last.
var fileKinds = [...]schema.Kind{schema.KindData, schema.KindRaw, schema.KindRejects, schema.KindAudit, schema.KindUnits}

// absent stands for the size of a file that is not there.
const absent = -1

// unitFiles are the sizes of a unit's files, in the order of fileKinds.
type unitFiles [len(fileKinds)]int64

// noFiles are those of a unit that has left nothing.
var noFiles = unitFiles{absent, absent, absent, absent, absent}

func (u *unitFiles) size(kind schema.Kind) int64 { return u[slices.Index(fileKinds[:], kind)] }

// listing is what an output folder lists, sorted by what the files mean. The
// retries below it are folders of their own.
type listing struct {
	run, manifest, success bool // the files of the whole run

	units       []unitFiles // by number
	temporaries int         // attempts of processes that died, or of one that runs
	outcomes    []string    // that nobody has taken: of a start that died
	foreign     []string    // files that no run of this plan writes
}

// list lists the output folder of a run with so many units.
func list(ctx context.Context, store storage.Store, split string, units int) (*listing, error) {
	files, err := store.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	c := &listing{units: make([]unitFiles, units)}
	for i := range c.units {
		c.units[i] = noFiles
	}
	for _, f := range files {
		c.add(f, split)
	}
	return c, nil
}

func (c *listing) add(f storage.Info, split string) {
	switch f.Name {
	case schema.RunName:
		c.run = true
		return
	case schema.ManifestName:
		c.manifest = true
		return
	case schema.SuccessName:
		c.success = true
		return
	}
	if strings.HasPrefix(f.Name, retriesFolder+"/") {
		return
	}
	if f.Temporary() {
		c.temporaries++
		return
	}
	if schema.IsOutcome(f.Name) {
		c.outcomes = append(c.outcomes, f.Name)
		return
	}
	kind, itsSplit, unit, of, ok := schema.ParseFileName(f.Name)
	if !ok || itsSplit != split || of != len(c.units) {
		c.foreign = append(c.foreign, f.Name)
		return
	}
	c.units[unit][slices.Index(fileKinds[:], kind)] = f.Size
}

// empty reports whether nothing is there, but for what dead attempts left.
func (c *listing) empty() bool {
	return !c.run && !c.begun() && len(c.foreign) == 0
}

// begun reports whether any file of a unit or of the end of a run is there.
func (c *listing) begun() bool {
	return c.manifest || c.success || slices.ContainsFunc(c.units, func(u unitFiles) bool { return u != noFiles })
}

// check judges a unit by the names and sizes of its files alone.
func (c *listing) check(unit Unit, split string, kinds []schema.Kind) UnitStatus {
	files := &c.units[unit.Index]
	s := UnitStatus{Unit: unit, State: UnitDone}
	switch summary := files.size(schema.KindUnits); {
	case summary == absent:
		s.State = UnitMissing
		return s
	case summary == 0:
		return s.corrupt("its summary is empty")
	}
	for _, kind := range kinds {
		switch size := files.size(kind); {
		case size == absent:
			return s.corrupt("%s is missing", unit.file(kind, split))
		case size == 0 && kind != schema.KindRejects:
			return s.corrupt("%s is empty", unit.file(kind, split))
		}
	}
	return s
}
