package diff

import (
	"github.com/groundmill/groundmill/internal/config"
	"github.com/groundmill/groundmill/schema"
)

// Provenance is what made the datasets, as far as their manifests say so.
type Provenance struct {
	KnownA      bool         `json:"known_a"`
	KnownB      bool         `json:"known_b"`
	Differences []Difference `json:"differences"` // if both are known
}

// Difference is a field of the manifests that differs.
type Difference struct {
	Field string `json:"field"` // such as "model.sha256" or "config.filter.min_score"
	A     string `json:"a"`     // "" where the field is not there
	B     string `json:"b"`
}

// Known says whether both datasets have a manifest.
func (p *Provenance) Known() bool { return p.KnownA && p.KnownB }

func newProvenance(a, b *schema.Identity) Provenance {
	p := Provenance{KnownA: a != nil, KnownB: b != nil, Differences: []Difference{}}
	if !p.Known() {
		return p
	}
	p.compare("job", a.Job, b.Job)
	p.compare("tool_version", a.ToolVersion, b.ToolVersion)
	p.compare("model.name", a.Model.Name, b.Model.Name)
	p.compare("model.sha256", a.Model.SHA256, b.Model.SHA256)
	p.compare("model.runtime", a.Model.Runtime, b.Model.Runtime)
	p.compare("model.provider", a.Model.Provider, b.Model.Provider)
	p.compare("model.device", a.Model.Device, b.Model.Device)
	for _, d := range config.Differences(a.Config, b.Config) {
		p.compare("config."+d.Field, d.Old, d.New)
	}
	p.compare("image_decoder", a.ImageDecoder, b.ImageDecoder)
	p.compare("wordlist_sha256", a.WordListSHA256, b.WordListSHA256)
	p.compare("input_fingerprint", a.InputFingerprint, b.InputFingerprint)
	p.compare("refilter_of", a.RefilterOf, b.RefilterOf)
	p.compare("retry_of.manifest_sha256", retryOf(a), retryOf(b))
	return p
}

func (p *Provenance) compare(field, a, b string) {
	if a != b {
		p.Differences = append(p.Differences, Difference{field, a, b})
	}
}

func retryOf(i *schema.Identity) string {
	if i.RetryOf == nil {
		return ""
	}
	return i.RetryOf.ManifestSHA256
}
