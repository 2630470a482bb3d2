package verify

import (
	"context"
	"fmt"

	"github.com/groundmill/groundmill/schema"
)

// readSummary reads a unit's summary and compares it with the manifest.
func (f *folder) readSummary(ctx context.Context, unit int) {
	name := f.name(schema.KindUnits, unit)
	if _, ok := f.sizes[name]; !ok {
		if f.manifest != nil || f.report.State == StateComplete {
			f.add(Problem{Kind: KindMissingFile, Path: name, Unit: &unit, Text: "the unit's summary is not there"})
		}
		return
	}
	summary := readDocument[schema.UnitSummary](ctx, f, name, &unit, KindBadSummary)
	if summary == nil {
		return
	}
	if summary.Unit != unit {
		f.add(Problem{Kind: KindSwapped, Path: name, Unit: &unit, Text: fmt.Sprintf("it is the summary of unit %d (%q)", summary.Unit, summary.Name)})
		return
	}
	f.addInvalid(summary.Validate(), func(string) Problem {
		return Problem{Kind: KindAccounting, Path: name, Unit: &unit}
	})
	f.compareEntry(summary)
	f.takeClaims(name, summary)
}

// compareEntry compares a summary with the manifest's entry of its unit.
func (f *folder) compareEntry(summary *schema.UnitSummary) {
	if f.manifest == nil {
		return
	}
	entry := f.entry(summary.Unit)
	if entry == nil {
		f.disagree(summary.Unit, "units", "it has no such unit, which has a summary")
		return
	}
	bare := *summary
	bare.Files = nil
	for _, d := range differences(*entry, bare) {
		f.disagree(summary.Unit, fmt.Sprintf("units[%d].%s", f.entries[summary.Unit], d.member), "is %s, the unit's summary says %s", d.a, d.b)
	}
}

// disagree records that the manifest says something else than the summary of a
// unit.
func (f *folder) disagree(unit int, field, format string, args ...any) {
	f.add(Problem{Kind: KindAccounting, Path: schema.ManifestName, Unit: &unit, Field: field, Text: fmt.Sprintf(format, args...)})
}

// takeClaims takes the summary's word for the files of its unit.
func (f *folder) takeClaims(name string, summary *schema.UnitSummary) {
	f.mu.Lock()
	f.summaries[summary.Unit] = summary
	f.mu.Unlock()
	listed := map[string]bool{}
	for i, file := range summary.Files {
		place := fmt.Sprintf("files[%d]", i)
		kind, unit, ok := f.unitOf(file.Path)
		if !ok || kind == schema.KindUnits || unit != summary.Unit {
			f.add(Problem{Kind: KindBadSummary, Path: name, Unit: &summary.Unit, Field: place + ".path", Text: fmt.Sprintf("%q is not the name of a file of this unit", file.Path)})
			continue
		}
		listed[file.Path] = true
		f.compareClaim(summary.Unit, file)
		f.mu.Lock()
		f.claims[file.Path] = append(f.claims[file.Path], claim{file, place})
		f.mu.Unlock()
	}
	for _, kind := range fileKinds {
		if path := f.name(kind, summary.Unit); !listed[path] && len(f.claimsOf(path)) > 0 {
			f.disagree(summary.Unit, f.claimsOf(path)[0].place, "the unit's summary does not list %s", path)
		}
	}
}

// compareClaim compares the summary's word for a file with the manifest's.
func (f *folder) compareClaim(unit int, file schema.File) {
	switch claims := f.claimsOf(file.Path); {
	case f.manifest == nil:
	case len(claims) == 0:
		f.disagree(unit, "files", "it does not list %s, the unit's summary does", file.Path)
	default:
		for _, d := range differences(claims[0].File, file) {
			f.disagree(unit, claims[0].place+"."+d.member, "is %s, the unit's summary says %s", d.a, d.b)
		}
	}
}

// claimsOf returns what has been said about a file so far.
func (f *folder) claimsOf(path string) []claim {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.claims[path]
}
