package schema

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Model identifies the teacher that made a run's boxes.
type Model struct {
	Name     string `json:"name"`
	SHA256   string `json:"sha256"`   // hex digest of the model file
	Runtime  string `json:"runtime"`  // such as "onnxruntime 1.29.0"
	Provider string `json:"provider"` // of the runtime: "cpu", "cuda" or "tensorrt"
	Device   string `json:"device"`   // such as "cpu"
}

// Place says for people where the model ran, such as "cpu" or "tensorrt, cuda:0
// NVIDIA L4".
func (m Model) Place() string {
	if m.Provider == "" || strings.HasPrefix(m.Device, m.Provider) {
		return m.Device
	}
	return m.Provider + ", " + m.Device
}

// Manifest is the account of a finished run: what made it, every file with its
// digest, and the accounting of each unit and of all. Equal runs give equal
// manifests, byte for byte: it holds no times, no host names, no absolute paths
// of the output.
type Manifest struct {
	SchemaVersion int `json:"schema_version"`
	Identity
	Totals Counts        `json:"totals"`
	Files  []File        `json:"files"` // of all units, by path
	Units  []UnitSummary `json:"units"` // by number, without their files
}

// DamagedUnits returns how many units could not read their input to its end.
func (m *Manifest) DamagedUnits() (n int) {
	for _, u := range m.Units {
		if u.Damaged {
			n++
		}
	}
	return n
}

// Merge adds the summaries of units: their files, their counts and their lines.
// The result does not depend on the order of the summaries.
func (m *Manifest) Merge(summaries ...UnitSummary) {
	if m.Units == nil { // [] rather than null in JSON
		m.Files, m.Units = []File{}, []UnitSummary{}
	}
	for _, unit := range summaries {
		m.Totals.Add(unit.Counts)
		m.Files = append(m.Files, unit.Files...)
		unit.Files = nil
		m.Units = append(m.Units, unit)
	}
	slices.SortStableFunc(m.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	slices.SortStableFunc(m.Units, func(a, b UnitSummary) int { return cmp.Compare(a.Unit, b.Unit) })
}

// Validate returns an *InvalidError that lists everything in the manifest that
// does not add up, or nil: the accounting of each unit and of the totals, the
// numbers of the units, and the files against the totals.
func (m *Manifest) Validate() error {
	var c Check
	if m.SchemaVersion != Version {
		c.Addf("schema_version", "is %d, this version writes %d", m.SchemaVersion, Version)
	}
	m.Totals.check(&c)
	checkFiles(&c, m.Files, m.Totals)
	var sum Counts
	for i := range m.Units {
		unit := &m.Units[i]
		if unit.Unit != i {
			c.Addf(fmt.Sprintf("units[%d].unit", i), "is %d: a unit is missing, doubled or out of order", unit.Unit)
		}
		var uc Check
		unit.Counts.check(&uc)
		for _, p := range uc.problems {
			c.Addf(fmt.Sprintf("units[%d].%s", i, p.Path), "%s", p.Text)
		}
		sum.Add(unit.Counts)
	}
	if got, want := countsText(m.Totals), countsText(sum); got != want {
		c.Addf("totals", "are %s, but the units add up to %s", got, want)
	}
	return c.Err("manifest")
}

// countsText is the canonical text of counts; absent and empty maps are equal.
func countsText(c Counts) string {
	var sum Counts
	sum.Add(c)
	text, err := json.Marshal(sum)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// EncodeJSON returns v, a Manifest, a UnitSummary or a RunRecord, as indented JSON that ends
// with a newline. Members are in a fixed order, maps by key.
func EncodeJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// ParseManifest decodes and validates a manifest. Unknown members are refused.
func ParseManifest(data []byte) (*Manifest, error) {
	var m Manifest
	if err := decodeStrict(data, &m); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	return &m, nil
}

// ParseUnitSummary decodes and validates a unit's summary. Unknown members are
// refused.
func ParseUnitSummary(data []byte) (*UnitSummary, error) {
	var u UnitSummary
	if err := decodeStrict(data, &u); err != nil {
		return nil, fmt.Errorf("unit summary: %w", err)
	}
	if err := u.Validate(); err != nil {
		return nil, err
	}
	return &u, nil
}
