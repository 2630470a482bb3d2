package schema

// Version is the version of the row layout that this package writes.
const Version = 1

// Row is one grounded (image, caption) pair, the unit of every data file. Nil and
// empty slices and maps mean the same.
type Row struct {
	Key     string // identity from the input, unique within a dataset
	URL     string // where the image came from, "" when unknown
	Caption string // the caption that every span refers to, never empty

	Width, Height int32         // raster size in pixels, EXIF orientation not applied
	ImageSHA256   string        // hex digest of the very bytes that were labelled
	Image         *EncodedImage // nil unless the run embeds images
	Source        Source

	CaptionTruncated bool              // the teacher could not read all of the caption, not even in parts
	Phrases          []Phrase          // by Start, then End; no span twice
	Meta             map[string]string // the user's own input columns
}

// EncodedImage is an image file as it was read.
type EncodedImage struct {
	Bytes []byte // whose digest is Row.ImageSHA256
	Path  string // file name, "" when unknown
}

// Source says where in the input a record was found.
type Source struct {
	Shard string // input file, as the plan names it
	Index int64  // 0-based position of the record in that file
}

// Phrase is one noun phrase of a caption with the boxes that ground it. A
// phrase without boxes stays in the row: negatives are data.
type Phrase struct {
	Text string // Caption[Start:End] in code points
	Span
	PhraseID  int32       // equal for repeated mentions of one normalised text
	Flags     []string    // see the Flag constants
	BestScore float32     // highest score anywhere in the image, also below every threshold
	Boxes     []ScoredBox // by falling score
}

// Flags that a phrase can carry.
const (
	FlagAbstract     = "abstract"      // the head word names nothing that can be seen
	FlagName         = "name"          // every word is a proper noun
	FlagBeyondPrompt = "beyond_prompt" // the phrase lies outside what the teacher can read
)

// Flags returns all flags.
func Flags() []string { return []string{FlagAbstract, FlagName, FlagBeyondPrompt} }
