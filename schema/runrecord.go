package schema

import "fmt"

// RunRecord is what run.json holds: who an output folder belongs to. It is
// published before any unit's file and never changes, so that a later start can
// tell whether it would continue the same run.
type RunRecord struct {
	SchemaVersion int    `json:"schema_version"`
	Split         string `json:"split"` // first part of the file names
	Units         int    `json:"units"` // of the plan
	Identity
}

// Validate returns an *InvalidError that lists what is wrong with the record, or
// nil.
func (r *RunRecord) Validate() error {
	var c Check
	if r.SchemaVersion != Version {
		c.Addf("schema_version", "is %d, this version writes %d", r.SchemaVersion, Version)
	}
	if r.Job == "" {
		c.Addf("job", "is empty")
	}
	if r.Split == "" {
		c.Addf("split", "is empty")
	}
	if r.Units < 1 {
		c.Addf("units", "%d is not positive", r.Units)
	}
	return c.Err("run record")
}

// ParseRunRecord decodes and validates a run's record. Unknown members are
// refused.
func ParseRunRecord(data []byte) (*RunRecord, error) {
	var r RunRecord
	if err := decodeStrict(data, &r); err != nil {
		return nil, fmt.Errorf("run record: %w", err)
	}
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return &r, nil
}
