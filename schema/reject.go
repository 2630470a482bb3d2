package schema

// Reason is a stable snake_case code that says why an input record became no
// row. Codes are never renamed: files, metrics and messages use them.
type Reason string

// The reasons. Reasons and docs/rejects.md explain each to users.
const (
	ReasonTruncatedRecord  Reason = "truncated_record"
	ReasonMissingImage     Reason = "missing_image"
	ReasonMissingCaption   Reason = "missing_caption"
	ReasonTooManyCaptions  Reason = "too_many_captions"
	ReasonEmptyCaption     Reason = "empty_caption"
	ReasonCaptionTooLong   Reason = "caption_too_long"
	ReasonBadMetadata      Reason = "bad_metadata"
	ReasonOtherScript      Reason = "other_script"
	ReasonOtherLanguage    Reason = "other_language"
	ReasonNoPhrases        Reason = "no_phrases"
	ReasonUnsupportedImage Reason = "unsupported_image"
	ReasonCorruptImage     Reason = "corrupt_image"
	ReasonImageTooLarge    Reason = "image_too_large"
	ReasonImageTooExtreme  Reason = "image_aspect_extreme"
	ReasonDuplicateMember  Reason = "duplicate_member"
	ReasonTeacherFailed    Reason = "teacher_failed"
)

// ReasonInfo explains a reason.
type ReasonInfo struct {
	Reason  Reason
	Meaning string // one line for users
}

// Reasons returns all reasons in the order in which the pipeline can find them,
// each with its meaning.
func Reasons() []ReasonInfo {
	return []ReasonInfo{
		{ReasonTruncatedRecord, "The tar is cut off or damaged inside the record; what follows in it is lost."},
		{ReasonDuplicateMember, "The record holds two files of one kind, such as two `.txt`."},
		{ReasonBadMetadata, "`KEY.json` is not a JSON object, its `caption` is not a string, its `captions` are not a list of strings, or it has both."},
		{ReasonMissingImage, "The record has no image file."},
		{ReasonMissingCaption, "The record has neither `KEY.txt` nor a `caption` or `captions` in `KEY.json`."},
		{ReasonTooManyCaptions, "The image has more captions than the configured limit; the record is one reject for all of them."},
		{ReasonEmptyCaption, "The caption is empty or white space."},
		{ReasonCaptionTooLong, "The caption has more code points than the configured limit."},
		{ReasonOtherScript, "More than a fifth of the caption's letters are in another script than Latin."},
		{ReasonOtherLanguage, "The caption's function words are those of another language than English."},
		{ReasonNoPhrases, "The caption has no phrase that could be grounded."},
		{ReasonImageTooLarge, "The image has more bytes or pixels than the configured limits."},
		{ReasonUnsupportedImage, "The image is not a JPEG, PNG, WebP or GIF."},
		{ReasonCorruptImage, "The image is damaged or cut off: the decoder failed."},
		{ReasonImageTooExtreme, "The image is so long and thin that its short side would vanish in the resize."},
		{ReasonTeacherFailed, "The teacher failed on this record alone; the detail says how."},
	}
}

// known says whether the reason is one of Reasons.
func (r Reason) known() bool {
	for _, info := range Reasons() {
		if info.Reason == r {
			return true
		}
	}
	return false
}

// Reject is one input record that became no row.
type Reject struct {
	Key    string
	Source Source
	Reason Reason
	Detail string // one line for a person; may change between versions
}
