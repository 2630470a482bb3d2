package audit

import (
	"fmt"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/verify"
)

// Accounting says where the input's records went, and whether that adds up.
type Accounting struct {
	Records  int64        `json:"records"`        // of the manifest; without one, rows plus rejects
	Rows     int64        `json:"rows"`           // counted in the data files
	Rejects  int64        `json:"rejects"`        // counted in the rejects files
	Units    int          `json:"units"`          // of the manifest
	Manifest bool         `json:"manifest"`       // there is one to hold the files against
	Balanced bool         `json:"balanced"`       // the files hold what the manifest says
	Troubled []UnitReport `json:"troubled_units"` // with notes, damage or nothing in them
	Problems []string     `json:"problems"`
	Omitted  int64        `json:"problems_omitted"` // further ones
}

// UnitReport is a unit about which there is something to say.
type UnitReport struct {
	Unit    int      `json:"unit"`
	Name    string   `json:"name"`
	Records int64    `json:"records"`
	Rows    int64    `json:"rows"`
	Rejects int64    `json:"rejects"`
	Damaged bool     `json:"damaged"`
	Notes   []string `json:"notes"`
}

// Bounds of what is listed.
const (
	mostProblems = 50
	mostUnits    = 100
)

// account compares what was counted with the manifest and takes over what a quick
// look found.
func (r *Report) account(f *Folder, look *verify.Report) {
	a := Accounting{Rows: r.Counts.Rows, Rejects: r.Counts.RejectTotal(), Troubled: []UnitReport{}, Problems: []string{}}
	a.Records = a.Rows + a.Rejects
	if f.manifest != nil {
		a.compare(f, r)
		r.Tool, r.Model = f.manifest.ToolVersion, f.manifest.Model
		for _, rule := range filter.Rules() {
			r.Rules = append(r.Rules, Count{string(rule), f.manifest.Totals.Removals[string(rule)]})
		}
	}
	a.Manifest = f.manifest != nil
	a.Balanced = a.Manifest && len(a.Problems) == 0
	if look != nil {
		for _, p := range look.Problems {
			a.problem(p.String())
		}
		a.Omitted += look.Omitted
	}
	r.Accounting = a
}

// compare holds the counts against the manifest.
func (a *Accounting) compare(f *Folder, r *Report) {
	totals := f.manifest.Totals
	a.Records, a.Units = totals.Records, len(f.manifest.Units)
	differ := func(what string, manifest, files int64) {
		if manifest != files {
			a.problem(fmt.Sprintf("%s: manifest.json says %d, the files hold %d", what, manifest, files))
		}
	}
	differ("rows", totals.Rows, a.Rows)
	if len(f.rejects) > 0 {
		differ("rejects", totals.RejectTotal(), a.Rejects)
	} else {
		a.Rejects = totals.RejectTotal()
	}
	if r.Invalid.Found == 0 {
		differ("phrases", totals.Phrases, r.Counts.Phrases)
		differ("grounded phrases", totals.GroundedPhrases, r.Counts.GroundedPhrases)
		differ("boxes", totals.Boxes, r.Counts.Boxes)
	}
	for _, u := range f.manifest.Units {
		if (u.Damaged || len(u.Notes) > 0 || u.Rows == 0) && len(a.Troubled) < mostUnits {
			a.Troubled = append(a.Troubled, UnitReport{u.Unit, u.Name, u.Records, u.Rows, u.RejectTotal(), u.Damaged, u.Notes})
		}
	}
}

func (a *Accounting) problem(text string) {
	if len(a.Problems) == mostProblems {
		a.Omitted++
		return
	}
	a.Problems = append(a.Problems, text)
}
