package schema

import (
	"github.com/parquet-go/parquet-go/format"

	"github.com/groundmill/groundmill/schema/internal/chunk"
)

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
	defEntry      = 4 // a leaf of a phrase, or of a meta entry
	defEmptyInner = 4 // flags or boxes of a phrase is there and empty
	defFlag       = 6
	defBox        = 7
)

// Repetition levels say which list a value continues.
const (
	repRow   = 0 // the first value of a row
	repEntry = 1 // the next phrase, or the next meta entry
	repInner = 2 // the next flag or box of the same phrase
)

// stream numbers the sequences of levels. Leaves of one struct share one.
type stream int

const (
	streamTop stream = iota // leaves of the row itself that are never null
	streamURL
	streamImage
	streamImagePath
	streamSource
	streamPhrases
	streamFlags
	streamBoxes
	streamMeta
	numStreams
)

// highest are the highest levels of the streams.
var highest = [numStreams]struct{ rep, def byte }{
	streamTop:       {repRow, defTop},
	streamURL:       {repRow, defTop},
	streamImage:     {repRow, defMember},
	streamImagePath: {repRow, defMember},
	streamSource:    {repRow, defMember},
	streamPhrases:   {repEntry, defEntry},
	streamFlags:     {repInner, defFlag},
	streamBoxes:     {repInner, defBox},
	streamMeta:      {repEntry, defEntry},
}

// stream returns the levels that a leaf has.
func (l leaf) stream() stream {
	switch l {
	case leafURL:
		return streamURL
	case leafImageBytes:
		return streamImage
	case leafImagePath:
		return streamImagePath
	case leafSourceShard, leafSourceIndex:
		return streamSource
	case leafText, leafStart, leafEnd, leafPhraseID, leafBestScore:
		return streamPhrases
	case leafFlag:
		return streamFlags
	case leafX1, leafY1, leafX2, leafY2, leafScore:
		return streamBoxes
	case leafMetaKey, leafMetaValue:
		return streamMeta
	default:
		return streamTop
	}
}

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

// leaves says how each leaf is stored.
var leaves = appendLeaves(nil, nil, layout(true))

// physical are the Parquet types of the kinds of leaves.
var physical = map[kind]format.Type{
	kindString:  format.ByteArray,
	kindBytes:   format.ByteArray,
	kindBool:    format.Boolean,
	kindInt32:   format.Int32,
	kindInt64:   format.Int64,
	kindFloat32: format.Float,
}

// appendLeaves appends the leaves below the node at path.
func appendLeaves(dst []chunk.Leaf, path []string, columns []column) []chunk.Leaf {
	for _, c := range columns {
		own := append(path[:len(path):len(path)], c.name)
		switch c.kind {
		case kindList:
			dst = appendLeaves(dst, append(own, "list"), c.fields)
		case kindStruct, kindImage:
			dst = appendLeaves(dst, own, c.fields)
		default:
			dst = append(dst, chunk.Leaf{
				Path: own, Type: physical[c.kind],
				Encoding: c.store.encoding, Compression: c.store.compression, Bounds: c.store.bounds,
			})
		}
	}
	return dst
}
