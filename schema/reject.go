package schema

// Reason is a stable snake_case code that says why an input record became no
// row. Codes are never renamed: files, metrics and messages use them.
type Reason string

// The reasons. docs/rejects.md explains each to users.
const (
	ReasonMissingImage     Reason = "missing_image"
	ReasonMissingCaption   Reason = "missing_caption"
	ReasonEmptyCaption     Reason = "empty_caption"
	ReasonCaptionTooLong   Reason = "caption_too_long"
	ReasonBadMetadata      Reason = "bad_metadata"         // KEY.json is no JSON object, or its caption no string
	ReasonNoPhrases        Reason = "no_phrases"           // nothing in the caption to ground
	ReasonUnsupportedImage Reason = "unsupported_image"    // not JPEG, PNG, WebP or GIF
	ReasonCorruptImage     Reason = "corrupt_image"        // the decoder failed
	ReasonImageTooLarge    Reason = "image_too_large"      // over the pixel or byte limit
	ReasonImageTooExtreme  Reason = "image_aspect_extreme" // the short side would vanish in the resize
	ReasonDuplicateMember  Reason = "duplicate_member"     // one key holds the same extension twice
	ReasonTeacherFailed    Reason = "teacher_failed"
)

// Reject is one input record that became no row.
type Reject struct {
	Key    string
	Source Source
	Reason Reason
	Detail string // one line for a person; may change between versions
}
