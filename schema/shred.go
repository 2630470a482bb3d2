package schema

import (
	"maps"
	"slices"
	"unsafe"

	"github.com/parquet-go/parquet-go"
)

// shredder turns rows into column values with their levels. It is written by
// hand because parquet-go's struct tags store an optional zero value as null,
// and start 0, score 0 and false must be real values.
type shredder struct {
	columns  [numLeaves][]parquet.Value
	metaKeys []string
}

// reset drops all values; the memory is kept.
func (s *shredder) reset() {
	for l := range s.columns {
		clear(s.columns[l])
		s.columns[l] = s.columns[l][:0]
	}
}

func (s *shredder) put(l leaf, v parquet.Value, rep, def int) {
	v.SetRepetitionLevel(rep)
	v.SetDefinitionLevel(def)
	s.columns[l] = append(s.columns[l], v)
}

func (s *shredder) null(rep, def int, leaves ...leaf) {
	for _, l := range leaves {
		s.put(l, parquet.Value{}, rep, def)
	}
}

// add appends one row. It keeps references to the row's strings and image
// until reset.
func (s *shredder) add(row *Row) {
	s.put(leafKey, stringValue(row.Key), repRow, defTop)
	if row.URL == "" {
		s.null(repRow, defNull, leafURL)
	} else {
		s.put(leafURL, stringValue(row.URL), repRow, defTop)
	}
	s.put(leafCaption, stringValue(row.Caption), repRow, defTop)
	s.put(leafWidth, parquet.Int32Value(row.Width), repRow, defTop)
	s.put(leafHeight, parquet.Int32Value(row.Height), repRow, defTop)
	s.put(leafImageSHA256, stringValue(row.ImageSHA256), repRow, defTop)
	s.addImage(row.Image)
	s.put(leafSourceShard, stringValue(row.Source.Shard), repRow, defMember)
	s.put(leafSourceIndex, parquet.Int64Value(row.Source.Index), repRow, defMember)
	s.put(leafCaptionTruncated, parquet.BooleanValue(row.CaptionTruncated), repRow, defTop)
	s.addPhrases(row.Phrases)
	s.addMeta(row.Meta)
}

func (s *shredder) addImage(image *EncodedImage) {
	if image == nil {
		s.null(repRow, defNull, leafImageBytes, leafImagePath)
		return
	}
	s.put(leafImageBytes, parquet.ByteArrayValue(image.Bytes), repRow, defMember)
	if image.Path == "" {
		s.null(repRow, defTop, leafImagePath)
	} else {
		s.put(leafImagePath, stringValue(image.Path), repRow, defMember)
	}
}

func (s *shredder) addPhrases(phrases []Phrase) {
	if len(phrases) == 0 {
		s.null(repRow, defEmptyList, leafText, leafStart, leafEnd, leafPhraseID, leafFlag,
			leafBestScore, leafX1, leafY1, leafX2, leafY2, leafScore)
		return
	}
	rep := repRow
	for i := range phrases {
		p := &phrases[i]
		s.put(leafText, stringValue(p.Text), rep, defPhrase)
		s.put(leafStart, parquet.Int32Value(p.Start), rep, defPhrase)
		s.put(leafEnd, parquet.Int32Value(p.End), rep, defPhrase)
		s.put(leafPhraseID, parquet.Int32Value(p.PhraseID), rep, defPhrase)
		s.addFlags(p.Flags, rep)
		s.put(leafBestScore, parquet.FloatValue(p.BestScore), rep, defPhrase)
		s.addBoxes(p.Boxes, rep)
		rep = repPhrase
	}
}

func (s *shredder) addFlags(flags []string, rep int) {
	if len(flags) == 0 {
		s.null(rep, defEmptyInner, leafFlag)
	}
	for _, flag := range flags {
		s.put(leafFlag, stringValue(flag), rep, defFlag)
		rep = repInner
	}
}

func (s *shredder) addBoxes(boxes []ScoredBox, rep int) {
	if len(boxes) == 0 {
		s.null(rep, defEmptyInner, leafX1, leafY1, leafX2, leafY2, leafScore)
	}
	for i := range boxes {
		b := &boxes[i]
		s.put(leafX1, parquet.FloatValue(b.X1), rep, defBox)
		s.put(leafY1, parquet.FloatValue(b.Y1), rep, defBox)
		s.put(leafX2, parquet.FloatValue(b.X2), rep, defBox)
		s.put(leafY2, parquet.FloatValue(b.Y2), rep, defBox)
		s.put(leafScore, parquet.FloatValue(b.Score), rep, defBox)
		rep = repInner
	}
}

// addMeta writes the entries by key, so that equal maps give equal bytes.
func (s *shredder) addMeta(meta map[string]string) {
	if len(meta) == 0 {
		s.null(repRow, defEmptyList, leafMetaKey, leafMetaValue)
		return
	}
	s.metaKeys = slices.AppendSeq(s.metaKeys[:0], maps.Keys(meta))
	slices.Sort(s.metaKeys)
	rep := repRow
	for _, key := range s.metaKeys {
		s.put(leafMetaKey, stringValue(key), rep, defPhrase)
		s.put(leafMetaValue, stringValue(meta[key]), rep, defPhrase)
		rep = repPhrase
	}
}

// stringValue views a string as a Parquet value without copying it; the column
// buffers copy, and nothing writes through the view.
func stringValue(s string) parquet.Value {
	return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(s), len(s)))
}
