package schema

import (
	"maps"
	"slices"
	"sync"

	"github.com/groundmill/groundmill/schema/internal/chunk"
)

// shredder collects the rows of a row group column by column: the values of each
// leaf, and the levels of each stream of leaves.
type shredder struct {
	levels   [numStreams]chunk.Levels
	values   [numLeaves]chunk.Values
	metaKeys []string

	// Memory of Narrow.
	selection Selection
	left      []int32           // phrases or boxes of the selection that are kept
	before    []int32           // how many kept boxes come before each
	copies    [numLeaves][]byte // memory of chunks that Narrow copies
}

// shredders lends the memory of row groups to writers.
var shredders = sync.Pool{New: func() any { return &shredder{} }}

func newShredder(pageRows int) *shredder {
	s := shredders.Get().(*shredder)
	for i, h := range highest {
		s.levels[i].Init(h.rep, h.def, pageRows)
	}
	return s
}

// close gives the memory back; the shredder must not be used any more.
func (s *shredder) close() {
	s.reset()
	shredders.Put(s)
}

// reset forgets all rows; the memory is kept.
func (s *shredder) reset() {
	for i := range s.levels {
		s.levels[i].Reset()
	}
	for i := range s.values {
		s.values[i].Reset()
	}
}

// add appends one row. It copies all of it.
func (s *shredder) add(row *Row) {
	s.levels[streamTop].Add(repRow, defTop)
	s.text(leafKey, row.Key)
	s.text(leafCaption, row.Caption)
	s.int32(leafWidth, row.Width)
	s.int32(leafHeight, row.Height)
	s.text(leafImageSHA256, row.ImageSHA256)
	s.values[leafCaptionTruncated].Bools = append(s.values[leafCaptionTruncated].Bools, row.CaptionTruncated)
	s.optionalText(leafURL, row.URL, defNull)
	s.addImage(row.Image)
	s.levels[streamSource].Add(repRow, defMember)
	s.text(leafSourceShard, row.Source.Shard)
	s.values[leafSourceIndex].Int64s = append(s.values[leafSourceIndex].Int64s, row.Source.Index)
	s.addTexts(row.Phrases)
	s.addFlags(row.Phrases)
	s.addBoxes(row.Phrases)
	s.addMeta(row.Meta)
}

func (s *shredder) text(l leaf, value string) { s.values[l].Strings.Add(value) }

func (s *shredder) int32(l leaf, value int32) {
	s.values[l].Int32s = append(s.values[l].Int32s, value)
}

func (s *shredder) float(l leaf, value float32) {
	s.values[l].Floats = append(s.values[l].Floats, value)
}

// optionalText appends a string that is null, at level null, when it is empty.
func (s *shredder) optionalText(l leaf, value string, null byte) {
	levels := &s.levels[l.stream()]
	if value == "" {
		levels.Add(repRow, null)
		return
	}
	levels.Add(repRow, highest[l.stream()].def)
	s.text(l, value)
}

func (s *shredder) addImage(image *EncodedImage) {
	if image == nil {
		s.levels[streamImage].Add(repRow, defNull)
		s.levels[streamImagePath].Add(repRow, defNull)
		return
	}
	s.levels[streamImage].Add(repRow, defMember)
	s.values[leafImageBytes].Strings.AddBytes(image.Bytes)
	s.optionalText(leafImagePath, image.Path, defTop)
}

// addTexts appends all of the phrases but their flags and boxes.
func (s *shredder) addTexts(phrases []Phrase) {
	levels := &s.levels[streamPhrases]
	if len(phrases) == 0 {
		levels.Add(repRow, defEmptyList)
	}
	for i := range phrases {
		p := &phrases[i]
		levels.Add(repetition(i, repRow, repEntry), defEntry)
		s.text(leafText, p.Text)
		s.int32(leafStart, p.Start)
		s.int32(leafEnd, p.End)
		s.int32(leafPhraseID, p.PhraseID)
		s.float(leafBestScore, p.BestScore)
	}
}

// addFlags appends the flags of the phrases.
func (s *shredder) addFlags(phrases []Phrase) {
	levels := &s.levels[streamFlags]
	if len(phrases) == 0 {
		levels.Add(repRow, defEmptyList)
	}
	for i := range phrases {
		levels.AddList(repetition(i, repRow, repEntry), defEmptyInner, len(phrases[i].Flags))
		for _, flag := range phrases[i].Flags {
			s.text(leafFlag, flag)
		}
	}
}

// addBoxes appends the boxes of the phrases.
func (s *shredder) addBoxes(phrases []Phrase) {
	levels := &s.levels[streamBoxes]
	if len(phrases) == 0 {
		levels.Add(repRow, defEmptyList)
	}
	for i := range phrases {
		boxes := phrases[i].Boxes
		levels.AddList(repetition(i, repRow, repEntry), defEmptyInner, len(boxes))
		for j := range boxes {
			b := &boxes[j]
			s.float(leafX1, b.X1)
			s.float(leafY1, b.Y1)
			s.float(leafX2, b.X2)
			s.float(leafY2, b.Y2)
			s.float(leafScore, b.Score)
		}
	}
}

// addMeta appends the entries by key, so that equal maps give equal bytes.
func (s *shredder) addMeta(meta map[string]string) {
	levels := &s.levels[streamMeta]
	if len(meta) == 0 {
		levels.Add(repRow, defEmptyList)
		return
	}
	s.metaKeys = slices.AppendSeq(s.metaKeys[:0], maps.Keys(meta))
	slices.Sort(s.metaKeys)
	for i, key := range s.metaKeys {
		levels.Add(repetition(i, repRow, repEntry), defEntry)
		s.text(leafMetaKey, key)
		s.text(leafMetaValue, meta[key])
	}
}

// repetition is the level of the i-th entry of a list: first for the first one.
func repetition(i int, first, next byte) byte {
	if i == 0 {
		return first
	}
	return next
}
