package pipelines

import (
	"fmt"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/config"
	"github.com/groundmill/groundmill/schema"
)

// Aspect is a part of a run's identity.
type Aspect string

// The aspects in the order in which differences are told.
const (
	AspectTool     Aspect = "tool"          // versions of the tool and of the layout, job
	AspectConfig   Aspect = "config"        // the effective configuration
	AspectModel    Aspect = "model"         // the model file, what ran it and on what
	AspectDecoder  Aspect = "image_decoder" // what decoded JPEG files
	AspectWordList Aspect = "wordlist"      // of the extractor
	AspectRetry    Aspect = "retry"         // which rejects of which run are done again
	AspectInput    Aspect = "input"         // the list of inputs
)

// remedy says how to go on, in one line.
func (a Aspect) remedy() string {
	how := map[Aspect]string{
		AspectTool:     "continue with that version of the same command",
		AspectConfig:   "set it back to continue",
		AspectModel:    "give the same model on the same device to continue",
		AspectDecoder:  "continue with a build that has the same decoder",
		AspectWordList: "continue with the same version",
		AspectInput:    "give the same inputs to continue",
		AspectRetry:    "name the same reasons to continue",
	}[a]
	return how + ", or choose another output folder"
}

// Difference is one thing in which a request is not the run of a folder.
type Difference struct {
	Aspect   Aspect
	Field    string // such as "filter.min_score"
	Old, New string // of the folder and of the request
	Unit     string // of an input: the first unit that differs, where known
}

// String says what differs on one line.
func (d Difference) String() string {
	text := fmt.Sprintf("%s differs in %s: the folder has %s, this run %s", d.Aspect, d.Field, d.Old, d.New)
	if d.Unit != "" {
		text += "; " + d.Unit
	}
	return text
}

// differences compares the record of a folder with that of a request. What one of
// them does not know of the model is not compared: a digest takes long, and the
// device is known to workers alone.
func differences(theirs, ours *schema.RunRecord) []Difference {
	d := differ{}
	d.compare(AspectTool, "schema_version", fmt.Sprint(theirs.SchemaVersion), fmt.Sprint(ours.SchemaVersion))
	d.compare(AspectTool, "tool_version", theirs.ToolVersion, ours.ToolVersion)
	if d.compare(AspectTool, "job", theirs.Job, ours.Job); theirs.Job != ours.Job { // all else has another meaning
		return d.found
	}
	d.config(theirs.Config, ours.Config)
	if !slices.ContainsFunc(d.found, func(f Difference) bool { return f.Aspect == AspectConfig }) {
		d.compare(AspectConfig, "split", theirs.Split, ours.Split)
	}
	d.model(theirs.Model, ours.Model)
	d.compare(AspectDecoder, "image_decoder", theirs.ImageDecoder, ours.ImageDecoder)
	d.compare(AspectWordList, "wordlist_sha256", theirs.WordListSHA256, ours.WordListSHA256)
	d.retry(theirs.RetryOf, ours.RetryOf)
	d.compare(AspectInput, "refilter_of", theirs.RefilterOf, ours.RefilterOf)
	d.compare(AspectInput, "audit_of", theirs.AuditOf, ours.AuditOf)
	d.compare(AspectInput, "units", fmt.Sprint(theirs.Units), fmt.Sprint(ours.Units))
	if theirs.Units == ours.Units {
		d.compare(AspectInput, "fingerprint", theirs.InputFingerprint, ours.InputFingerprint)
	}
	return d.found
}

type differ struct {
	found []Difference
}

func (d *differ) compare(aspect Aspect, field, old, new string) {
	if old != new {
		d.found = append(d.found, Difference{Aspect: aspect, Field: field, Old: shown(old), New: shown(new)})
	}
}

func shown(value string) string {
	if value == "" {
		return "nothing"
	}
	return value
}

func (d *differ) model(old, new schema.Model) {
	d.compareKnown("name", old.Name, new.Name)
	d.compareKnown("sha256", old.SHA256, new.SHA256)
	d.compareKnown("runtime", old.Runtime, new.Runtime)
	d.compareKnown("provider", old.Provider, new.Provider)
	d.compareKnown("device", old.Device, new.Device)
}

// compareKnown compares a part of the model where both know it.
func (d *differ) compareKnown(field, old, new string) {
	if old != "" && new != "" {
		d.compare(AspectModel, field, old, new)
	}
}

func (d *differ) retry(old, new *schema.RetryOf) {
	if old == nil {
		old = &schema.RetryOf{}
	}
	if new == nil {
		new = &schema.RetryOf{}
	}
	d.compare(AspectRetry, "reasons", joinReasons(old.Reasons), joinReasons(new.Reasons))
	d.compare(AspectRetry, "manifest_sha256", old.ManifestSHA256, new.ManifestSHA256)
}

func joinReasons(reasons []schema.Reason) string {
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = string(r)
	}
	return strings.Join(texts, ",")
}

// config compares two effective configurations field by field.
func (d *differ) config(old, new string) {
	for _, f := range config.Differences(old, new) {
		d.compare(AspectConfig, f.Field, f.Old, f.New)
	}
}
