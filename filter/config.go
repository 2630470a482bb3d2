package filter

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/groundmill/groundmill/schema"
)

// Config declares the rules. The zero value keeps every box with a score above
// 0; Default has what the teacher's authors used.
type Config struct {
	// MinScore removes boxes whose score is not strictly above it. In [0, 1).
	MinScore float64 `yaml:"min_score" json:"min_score"`
	// MinBoxSide removes boxes with a side under so many pixels. 0 is off.
	MinBoxSide float64 `yaml:"min_box_side" json:"min_box_side"`
	// MaxRelativeArea removes boxes that cover more than this share of the
	// image. In (0, 1]; 1 and 0 are off.
	MaxRelativeArea float64 `yaml:"max_relative_area" json:"max_relative_area"`
	// NMSIoU removes boxes whose intersection over union with a better box of
	// the same phrase is above it. In (0, 1]; 1 and 0 are off.
	NMSIoU float64 `yaml:"nms_iou" json:"nms_iou"`
	// MaxBoxesPerPhrase keeps so many best boxes of a phrase. 0 is off.
	MaxBoxesPerPhrase int `yaml:"max_boxes_per_phrase" json:"max_boxes_per_phrase"`
	// DropFlags removes phrases that carry one of these flags, such as
	// "abstract".
	DropFlags []string `yaml:"drop_flags" json:"drop_flags"`
	// Evidence says why these rules: what was judged and what it proved, as
	// `runner calibrate` writes it. No rule reads it. It is part of the
	// configuration all the same: it stands in the manifest, and its digest in the
	// footers, so that rules with evidence and equal rules without are two
	// configurations and nobody takes the one dataset for the other.
	Evidence map[string]string `yaml:"evidence,omitempty" json:"evidence,omitempty"`
}

// Bounds of Evidence, which goes into every manifest.
const (
	maxEvidence      = 32  // entries
	maxEvidenceBytes = 512 // of a value
)

// Default returns the rules of GLIP's own self-training, so that the default
// output is the data that GLIP would have labelled:
//
//   - score strictly above 0.5 (GLIP paper, §3.3; CAPTION_CONF in
//     configs/pretrain/glip_Swin_L.yaml of microsoft/GLIP);
//   - boxes of at least 1 pixel (CAPTION_MIN_BOX, same file); ODVG loaders drop
//     smaller ones too;
//   - IoU of at most 0.6 between the boxes of a phrase, GLIP's NMS_TH. GLIP has
//     applied it already, so the rule bites only on teachers without NMS;
//   - no limit of the area: a close-up fills its image rightly. Data-Juicer's
//     phrase_grounding_recall_filter uses 0.95;
//   - no limit of boxes per phrase, no flags dropped.
func Default() Config {
	return Config{MinScore: 0.5, MinBoxSide: 1, MaxRelativeArea: 1, NMSIoU: 0.6}
}

// Validate returns a *schema.InvalidError that lists every field out of range,
// or nil.
func (c Config) Validate() error {
	var check schema.Check
	if !(c.MinScore >= 0 && c.MinScore < 1) { // NaN too
		check.Addf("min_score", "%v is not in [0, 1)", c.MinScore)
	}
	if !(c.MinBoxSide >= 0) {
		check.Addf("min_box_side", "%v is not 0 or more", c.MinBoxSide)
	}
	if !(c.MaxRelativeArea >= 0 && c.MaxRelativeArea <= 1) {
		check.Addf("max_relative_area", "%v is not in [0, 1]", c.MaxRelativeArea)
	}
	if !(c.NMSIoU >= 0 && c.NMSIoU <= 1) {
		check.Addf("nms_iou", "%v is not in [0, 1]", c.NMSIoU)
	}
	if c.MaxBoxesPerPhrase < 0 {
		check.Addf("max_boxes_per_phrase", "%d is negative", c.MaxBoxesPerPhrase)
	}
	for i, flag := range c.DropFlags {
		if !slices.Contains(schema.Flags(), flag) {
			check.Addf(fmt.Sprintf("drop_flags[%d]", i), "%q is not one of %q", flag, schema.Flags())
		}
	}
	c.checkEvidence(&check)
	return check.Err("filter")
}

// checkEvidence keeps evidence to short texts under names that --set can give.
func (c Config) checkEvidence(check *schema.Check) {
	if len(c.Evidence) > maxEvidence {
		check.Addf("evidence", "%d entries are more than %d", len(c.Evidence), maxEvidence)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.Evidence)) {
		text := c.Evidence[name]
		switch {
		case name == "" || len(name) > 64 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
			check.Addf("evidence", "the name %.80q must be up to 64 lower-case letters, digits and underscores", name)
		case len(text) > maxEvidenceBytes || !utf8.ValidString(text):
			check.Addf("evidence."+name, "is not UTF-8 of up to %d bytes", maxEvidenceBytes)
		}
	}
}
