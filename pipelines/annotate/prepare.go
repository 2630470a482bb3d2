package annotate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"strconv"

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

// prepare does all the CPU work that a sample, or the records of it that have
// the keys in only, needs before the teacher. A panic, from a bug of ours, ends
// the run.
func (j *job) prepare(shard string, s webdataset.Sample, offset int64, only []string) (g *group) {
	defer func() {
		if p := recover(); p != nil {
			g = &group{err: fmt.Errorf("sample %q: panic: %v\n%s", s.Key, p, debug.Stack())}
		}
	}()
	c, err := readContent(&s, j.opts.Input.MaxCaptions)
	g = newGroup(shard, s.Key, s.Index, offset, len(c.captions))
	if !g.keep(only) {
		err = fmt.Errorf("there is no record %q", only)
	}
	if err == nil {
		err = j.fill(g, &c)
	}
	g.settle(err)
	return g
}

// fill makes the rows of a sample, but for the boxes. The error is a *rejection
// of all captions that have none of their own.
func (j *job) fill(g *group, c *content) error {
	for _, rec := range g.records {
		rec.row.URL, rec.row.Meta = c.url, maps.Clone(c.meta)
		if why := j.addPhrases(&rec.row, c.captions[rec.caption]); why != nil {
			rec.rejectFor(why)
		}
	}
	open := g.open()
	if len(open) == 0 {
		return nil // so there is no use in decoding
	}
	image, err := j.decode(c.image)
	if err != nil {
		return err
	}
	defer raster.Recycle(image.RGB)
	j.addImage(open, image, c.image, g.key+"."+c.image.Ext)
	return j.prepareTexts(open, image.RGB)
}

// addPhrases sets the caption as it is stored and its phrases.
func (j *job) addPhrases(row *schema.Row, from caption) *rejection {
	caption, changed := extract.Sanitize(from.text)
	if changed || from.replaced {
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

// addImage writes into the rows what the image file of that name says.
func (j *job) addImage(records []*record, image *raster.Image, m *webdataset.Member, name string) {
	sum := sha256.Sum256(m.Data)
	digest := hex.EncodeToString(sum[:])
	for _, rec := range records {
		row := &rec.row
		row.Width, row.Height = int32(image.Width), int32(image.Height)
		row.ImageSHA256 = digest
		if image.Orientation != 1 {
			addMeta(row, metaOrientation, strconv.Itoa(image.Orientation))
		}
		if j.opts.Output.EmbedImages {
			row.Image = &schema.EncodedImage{Bytes: m.Data, Path: name}
		}
	}
}

// prepareTexts is the teacher's Prepare for all captions of an image, with every
// failure as a *rejection.
func (j *job) prepareTexts(records []*record, rgb *teacher.RGB) (err error) {
	defer recoverAs(&err, func(p any) error {
		return rejectf(schema.ReasonTeacherFailed, "the teacher panicked: %v", p)
	})
	texts := make([]teacher.Text, len(records))
	for i, rec := range records {
		texts[i] = teacher.Text{Caption: rec.row.Caption, Phrases: spansOf(rec.row.Phrases)}
	}
	prepared, err := j.teacher.Prepare(teacher.Example{Image: rgb, Texts: texts})
	switch {
	case errors.Is(err, teacher.ErrExtremeAspect):
		return rejectf(schema.ReasonImageTooExtreme, "%v", err)
	case err != nil:
		return rejectf(schema.ReasonTeacherFailed, "%v", err)
	case len(prepared) != len(records):
		return rejectf(schema.ReasonTeacherFailed, "the teacher prepared %d texts of %d", len(prepared), len(records))
	}
	for i, rec := range records {
		rec.prepared = prepared[i]
		rec.row.CaptionTruncated = prepared[i].CaptionTruncated()
	}
	return nil
}

func spansOf(phrases []schema.Phrase) []schema.Span {
	spans := make([]schema.Span, len(phrases))
	for i := range phrases {
		spans[i] = phrases[i].Span
	}
	return spans
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
