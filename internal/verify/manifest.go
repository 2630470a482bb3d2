package verify

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/groundmill/groundmill/schema"
)

// readManifest reads manifest.json and learns whether the run is complete.
func (f *folder) readManifest(ctx context.Context) {
	if _, ok := f.sizes[schema.SuccessName]; ok {
		f.report.State = StateComplete
	}
	if _, ok := f.sizes[schema.ManifestName]; !ok {
		if f.report.State == StateComplete {
			f.add(Problem{Kind: KindMissingFile, Path: schema.ManifestName, Text: "_SUCCESS is there and the manifest is not"})
		}
		return
	}
	f.manifest = readDocument[schema.Manifest](ctx, f, schema.ManifestName, nil, KindBadManifest)
	if f.manifest == nil {
		return
	}
	for i, u := range f.manifest.Units {
		f.entries[u.Unit] = i
	}
	f.addInvalid(f.manifest.Validate(), func(field string) Problem {
		return Problem{Kind: KindAccounting, Path: schema.ManifestName, Unit: f.unitOfField(field)}
	})
}

var manifestField = regexp.MustCompile(`^(units|files)\[([0-9]+)\]`)

// unitOfField returns the unit that a field of the manifest is about, nil if it
// is about none.
func (f *folder) unitOfField(field string) *int {
	m := manifestField.FindStringSubmatch(field)
	if m == nil {
		return nil
	}
	i, err := strconv.Atoi(m[2])
	switch {
	case err != nil:
		return nil
	case m[1] == "units" && i < len(f.manifest.Units):
		return new(i)
	case m[1] == "files" && i < len(f.manifest.Files):
		if _, _, unit, _, ok := schema.ParseFileName(f.manifest.Files[i].Path); ok {
			return new(unit)
		}
	}
	return nil
}

// findUnits learns from the names of files, be they there or only listed, which
// units there are, and takes the manifest's word for the files.
func (f *folder) findUnits() {
	paths := f.paths()
	s, ok := seriesOf(paths)
	if !ok && f.record != nil {
		s = series{f.record.Split, f.record.Units}
	}
	f.series, f.report.Units = s, s.of
	for _, path := range paths {
		if _, unit, ok := f.unitOf(path); ok {
			f.units[unit] = true
		}
	}
	f.compareUnits()
	f.readFileList()
}

// paths returns the names that are there and those that the manifest lists.
func (f *folder) paths() []string {
	paths := slices.Collect(maps.Keys(f.sizes))
	if f.manifest != nil {
		for _, file := range f.manifest.Files {
			paths = append(paths, file.Path)
		}
	}
	return paths
}

// compareUnits compares the names of the files with what the documents say about
// the units.
func (f *folder) compareUnits() {
	if f.manifest != nil && len(f.manifest.Units) != f.of {
		f.add(Problem{Kind: KindAccounting, Path: schema.ManifestName, Field: "units",
			Text: fmt.Sprintf("are %d, the names of the files say %d", len(f.manifest.Units), f.of)})
	}
	if r := f.record; r != nil && (series{r.Split, r.Units}) != f.series {
		f.add(Problem{Kind: KindAccounting, Path: schema.RunName, Field: "units",
			Text: fmt.Sprintf("are %d of the split %q, the names of the files say %d of %q", r.Units, r.Split, f.of, f.split)})
	}
}

// readFileList takes the manifest's word for the files. A path that no unit's
// file can have is never opened.
func (f *folder) readFileList() {
	if f.manifest == nil {
		return
	}
	for i, file := range f.manifest.Files {
		place := fmt.Sprintf("files[%d]", i)
		if kind, _, ok := f.unitOf(file.Path); !ok || kind == schema.KindUnits {
			f.add(Problem{Kind: KindBadManifest, Path: schema.ManifestName, Field: place + ".path",
				Text: fmt.Sprintf("%q is not the name of a file of this run", file.Path)})
			continue
		}
		f.claims[file.Path] = append(f.claims[file.Path], claim{file, place})
	}
}
