package schema

// Columns is a set of columns of a data file.
type Columns uint16

// The columns, by the fields of a Row that they hold.
const (
	KeyColumn       Columns = 1 << iota // Key
	URLColumn                           // URL
	CaptionColumn                       // Caption
	SizeColumns                         // Width and Height
	DigestColumn                        // ImageSHA256
	ImageColumns                        // Image
	SourceColumns                       // Source
	TruncatedColumn                     // CaptionTruncated
	TextColumns                         // of phrases: Text, Span and PhraseID
	FlagsColumn                         // of phrases: Flags
	BestScoreColumn                     // of phrases: BestScore
	BoxColumns                          // of phrases: Boxes
	MetaColumns                         // Meta
	AllColumns      = 1<<iota - 1
	PhraseColumns   = TextColumns | FlagsColumn | BestScoreColumn | BoxColumns
)

// Has says whether c holds all of o.
func (c Columns) Has(o Columns) bool { return c&o == o }

// columns returns the set that a leaf belongs to.
func (l leaf) columns() Columns {
	switch l {
	case leafKey:
		return KeyColumn
	case leafURL:
		return URLColumn
	case leafCaption:
		return CaptionColumn
	case leafWidth, leafHeight:
		return SizeColumns
	case leafImageSHA256:
		return DigestColumn
	case leafImageBytes, leafImagePath:
		return ImageColumns
	case leafSourceShard, leafSourceIndex:
		return SourceColumns
	case leafCaptionTruncated:
		return TruncatedColumn
	case leafText, leafStart, leafEnd, leafPhraseID:
		return TextColumns
	case leafFlag:
		return FlagsColumn
	case leafBestScore:
		return BestScoreColumn
	case leafMetaKey, leafMetaValue:
		return MetaColumns
	default:
		return BoxColumns
	}
}
