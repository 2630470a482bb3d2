package schema

// Success is the content of _SUCCESS: what a reader checks before it trusts a
// folder.
type Success struct {
	SchemaVersion int   `json:"schema_version"`
	Files         int   `json:"files"`
	Records       int64 `json:"records"`
	Rows          int64 `json:"rows"`
	Rejects       int64 `json:"rejects"`
}

// Success returns what _SUCCESS says beside the manifest.
func (m *Manifest) Success() Success {
	return Success{
		SchemaVersion: Version,
		Files:         len(m.Files),
		Records:       m.Totals.Records,
		Rows:          m.Totals.Rows,
		Rejects:       m.Totals.RejectTotal(),
	}
}
