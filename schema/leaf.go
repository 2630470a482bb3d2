package schema

// leaf numbers the leaf columns of the layout with embedded images, in the
// order of the file.
type leaf int

const (
	leafKey leaf = iota
	leafURL
	leafCaption
	leafWidth
	leafHeight
	leafImageSHA256
	leafImageBytes
	leafImagePath
	leafSourceShard
	leafSourceIndex
	leafCaptionTruncated
	leafText
	leafStart
	leafEnd
	leafPhraseID
	leafFlag
	leafBestScore
	leafX1
	leafY1
	leafX2
	leafY2
	leafScore
	leafMetaKey
	leafMetaValue
	numLeaves
)

// Definition levels say how much of a value's path is there (Dremel, Melnik et
// al. 2010): every optional node and every repeated node on the path adds one.
const (
	defNull       = 0
	defTop        = 1 // a leaf of the row itself
	defMember     = 2 // a leaf of source or image
	defEmptyList  = 1 // phrases or meta is there and empty
	defPhrase     = 4 // a leaf of a phrase, or of a meta entry
	defEmptyInner = 4 // flags or boxes of a phrase is there and empty
	defFlag       = 6
	defBox        = 7
)

// Repetition levels say which list a value continues.
const (
	repRow    = 0 // the first value of a row
	repPhrase = 1 // the next phrase, or the next meta entry
	repInner  = 2 // the next flag or box of the same phrase
)

// columnIndex returns the leaf's position in a file, or -1 when the file has no
// such column.
func (l leaf) columnIndex(embedImages bool) int {
	switch {
	case embedImages || l < leafImageBytes:
		return int(l)
	case l <= leafImagePath:
		return -1
	default:
		return int(l) - 2
	}
}
