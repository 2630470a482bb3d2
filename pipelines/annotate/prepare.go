package annotate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/groundmill/groundmill/extract"
	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/raster"
)

// Names that the pipeline adds to a row's meta.
const (
	metaOrientation = "exif_orientation"
	metaSanitized   = "caption_sanitized"
)

// record is a sample on its way to a row or a reject.
type record struct {
	position int64 // among the samples of the unit; rows and rejects leave in this order
	offset   int64 // bytes of the tar that were read when the sample was complete

	row      schema.Row // phrases without boxes until the teacher has answered
	prepared teacher.Prepared
	reject   *schema.Reject // set when the sample becomes no row
	err      error          // set when the run cannot go on
}

// Shape groups records into batches.
func (r *record) Shape() teacher.Shape { return r.prepared.Shape() }

func newRecord(shard, key string, index, offset int64) *record {
	r := &record{position: index, offset: offset}
	r.row.Key = strings.ToValidUTF8(key, "\uFFFD")
	r.row.Source = schema.Source{Shard: shard, Index: index}
	return r
}

// lostRecord is the reject of the sample that a tar's damage cut through.
func lostRecord(shard string, d *webdataset.TruncatedError) *record {
	r := newRecord(shard, d.LostKey, d.LostIndex, d.Offset)
	r.rejectFor(rejectf(schema.ReasonTruncatedRecord, "the tar is truncated or corrupt at byte %d: %v", d.Offset, d.Err))
	return r
}

// prepare does all the CPU work that a sample needs before the teacher.
func (j *job) prepare(shard string, s webdataset.Sample, offset int64) *record {
	rec := newRecord(shard, s.Key, s.Index, offset)
	err := j.fill(rec, &s)
	var reason *rejection
	switch {
	case errors.As(err, &reason):
		rec.rejectFor(reason)
	case err != nil:
		rec.err = fmt.Errorf("sample %q: %w", rec.row.Key, err)
	}
	return rec
}

func (r *record) rejectFor(why *rejection) {
	r.reject = &schema.Reject{Key: r.row.Key, Source: r.row.Source, Reason: why.reason, Detail: why.detail}
	r.prepared, r.row = nil, schema.Row{}
}

// fill makes the row of a sample, but for the boxes. The error is a *rejection
// or, from a bug of ours, a panic's.
func (j *job) fill(rec *record, s *webdataset.Sample) (err error) {
	defer recoverAs(&err, func(p any) error { return fmt.Errorf("panic: %v", p) })
	p, err := readPair(s)
	if err != nil {
		return err
	}
	rec.row.URL, rec.row.Meta = p.url, p.meta
	if err := j.addPhrases(&rec.row, p.caption); err != nil {
		return err
	}
	image, err := j.decode(p.image)
	if err != nil {
		return err
	}
	addImage(&rec.row, image, p.image, j.opts.Output.EmbedImages)
	rec.prepared, err = j.prepareExample(&rec.row, image.RGB)
	if err != nil {
		return err
	}
	rec.row.CaptionTruncated = rec.prepared.CaptionTruncated()
	return nil
}

// addPhrases sets the caption as it is stored and its phrases.
func (j *job) addPhrases(row *schema.Row, caption string) error {
	caption, changed := extract.Sanitize(caption)
	if changed {
		addMeta(row, metaSanitized, "true")
	}
	if reason, ok := j.extractor.Gate(caption); !ok {
		return rejectf(reason, "%d bytes, caption %.80q", len(caption), caption)
	}
	found := j.extractor.Extract(caption)
	if len(found) == 0 {
		return rejectf(schema.ReasonNoPhrases, "caption %.80q", caption)
	}
	row.Caption = caption
	row.Phrases = storedPhrases(caption, found)
	return nil
}

// storedPhrases converts phrases from bytes to code points.
func storedPhrases(caption string, found []extract.Phrase) []schema.Phrase {
	bytes := make([]schema.ByteSpan, len(found))
	for i, p := range found {
		bytes[i] = p.Span
	}
	phrases := make([]schema.Phrase, len(found))
	for i, span := range schema.RuneSpans(caption, bytes) {
		p := found[i]
		phrases[i] = schema.Phrase{Text: caption[p.Span.Start:p.Span.End], Span: span, PhraseID: p.ID, Flags: p.Flags}
	}
	return phrases
}

// decode decodes an image. The error is a *rejection, whatever the decoder does.
func (j *job) decode(m *webdataset.Member) (image *raster.Image, err error) {
	defer recoverAs(&err, func(p any) error {
		return rejectf(schema.ReasonCorruptImage, "the decoder panicked: %v", p)
	})
	if m.TooLarge {
		return nil, rejectf(schema.ReasonImageTooLarge, "%d bytes, the limit is %d", m.Size, j.opts.Input.MaxImageBytes)
	}
	image, err = raster.Decode(m.Data, raster.Limits{
		MaxPixels: j.opts.Input.MaxImagePixels,
		MaxBytes:  int(j.opts.Input.MaxImageBytes),
	})
	switch {
	case err == nil:
		return image, nil
	case errors.Is(err, raster.ErrTooLarge):
		return nil, rejectf(schema.ReasonImageTooLarge, "%v", err)
	case errors.Is(err, raster.ErrUnsupported):
		return nil, rejectf(schema.ReasonUnsupportedImage, "%v", err)
	}
	return nil, rejectf(schema.ReasonCorruptImage, "%v", err)
}

func addImage(row *schema.Row, image *raster.Image, m *webdataset.Member, embed bool) {
	row.Width, row.Height = int32(image.Width), int32(image.Height)
	digest := sha256.Sum256(m.Data)
	row.ImageSHA256 = hex.EncodeToString(digest[:])
	if image.Orientation != 1 {
		addMeta(row, metaOrientation, strconv.Itoa(image.Orientation))
	}
	if embed {
		row.Image = &schema.EncodedImage{Bytes: m.Data, Path: row.Key + "." + m.Ext}
	}
}

// prepareExample is the teacher's Prepare with every failure as a *rejection.
func (j *job) prepareExample(row *schema.Row, rgb *teacher.RGB) (p teacher.Prepared, err error) {
	defer recoverAs(&err, func(p any) error {
		return rejectf(schema.ReasonTeacherFailed, "the teacher panicked: %v", p)
	})
	spans := make([]schema.Span, len(row.Phrases))
	for i := range row.Phrases {
		spans[i] = row.Phrases[i].Span
	}
	p, err = j.teacher.Prepare(teacher.Example{Image: rgb, Caption: row.Caption, Phrases: spans})
	switch {
	case err == nil:
		return p, nil
	case errors.Is(err, teacher.ErrExtremeAspect):
		return nil, rejectf(schema.ReasonImageTooExtreme, "%v", err)
	}
	return nil, rejectf(schema.ReasonTeacherFailed, "%v", err)
}

func addMeta(row *schema.Row, name, value string) {
	if row.Meta == nil {
		row.Meta = map[string]string{}
	}
	row.Meta[name] = value
}

// recoverAs turns a panic into an error; it must be deferred itself.
func recoverAs(err *error, as func(p any) error) {
	if p := recover(); p != nil {
		*err = as(p)
	}
}
