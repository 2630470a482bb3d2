package schema

// Identity says what made a run's files. Two runs of equal identity over the same
// units give equal bytes.
type Identity struct {
	Job              string `json:"job"` // such as "annotate"
	ToolVersion      string `json:"tool_version"`
	ConfigSHA256     string `json:"config_sha256"`
	Config           string `json:"config"` // the effective configuration, as YAML
	Model            Model  `json:"model"`
	ImageDecoder     string `json:"image_decoder"` // of JPEG files, with its version: pixels depend on it
	WordListSHA256   string `json:"wordlist_sha256"`
	InputFingerprint string `json:"input_fingerprint"`
	// RetryOf is set in a run that does rejects of another run again.
	RetryOf *RetryOf `json:"retry_of,omitempty"`
	// RefilterOf is the hex digest of the manifest of the run whose raw files were
	// filtered again, "" when there is none.
	RefilterOf string `json:"refilter_of,omitempty"`
	// AuditOf is the hex digest of the manifest of the run that was audited, ""
	// when there is none.
	AuditOf string `json:"audit_of,omitempty"`
}

// RetryOf says which records of which run a retry did again.
type RetryOf struct {
	ManifestSHA256 string   `json:"manifest_sha256"` // hex digest of the other run's manifest.json
	Reasons        []Reason `json:"reasons"`         // sorted
}

// Metadata returns what the footers of the run's data files hold.
func (i *Identity) Metadata() Metadata {
	return Metadata{
		ToolVersion:      i.ToolVersion,
		ConfigSHA256:     i.ConfigSHA256,
		ModelSHA256:      i.Model.SHA256,
		ImageDecoder:     i.ImageDecoder,
		WordListSHA256:   i.WordListSHA256,
		InputFingerprint: i.InputFingerprint,
	}
}
