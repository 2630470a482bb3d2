package verify

import (
	"fmt"
	"maps"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// rowDifference says in which field a data row is not the raw row with some
// boxes or flagged phrases left out, "" when it is.
func rowDifference(data, raw *schema.Row) (field, text string) {
	switch {
	case data.Key != raw.Key || data.Source != raw.Source:
		return "key", fmt.Sprintf("is %q, number %d of %q; the raw row is %q, number %d of %q; later rows are not compared",
			data.Key, data.Source.Index, data.Source.Shard, raw.Key, raw.Source.Index, raw.Source.Shard)
	case data.URL != raw.URL:
		return "url", fmt.Sprintf("is %q, in the raw row %q", data.URL, raw.URL)
	case data.Caption != raw.Caption:
		return "caption", fmt.Sprintf("is %q, in the raw row %q", data.Caption, raw.Caption)
	case data.ImageSHA256 != raw.ImageSHA256:
		return "image_sha256", fmt.Sprintf("is %s, in the raw row %s", data.ImageSHA256, raw.ImageSHA256)
	case data.Width != raw.Width || data.Height != raw.Height:
		return "width", fmt.Sprintf("the image is of %d×%d pixels, in the raw row of %d×%d", data.Width, data.Height, raw.Width, raw.Height)
	case data.CaptionTruncated != raw.CaptionTruncated:
		return "caption_truncated", fmt.Sprintf("is %t, in the raw row %t", data.CaptionTruncated, raw.CaptionTruncated)
	case !maps.Equal(data.Meta, raw.Meta):
		return "meta", "differs from that of the raw row"
	}
	return phrasesDifference(data.Phrases, raw.Phrases)
}

// phrasesDifference is rowDifference for phrases: both lists are in order.
func phrasesDifference(data, raw []schema.Phrase) (field, text string) {
	j := 0
	at := func(i int) string { return fmt.Sprintf("phrases[%d]", i) }
	for i := range data {
		for j < len(raw) && raw[j].Span != data[i].Span && len(raw[j].Flags) > 0 {
			j++
		}
		if j == len(raw) || raw[j].Span != data[i].Span {
			return at(i), fmt.Sprintf("%q is not the next phrase of the raw row", data[i].Text)
		}
		if !samePhrase(&data[i], &raw[j]) {
			return at(i), fmt.Sprintf("%q differs from that of the raw row in text, phrase_id, flags or best_score", data[i].Text)
		}
		if !subsequence(data[i].Boxes, raw[j].Boxes) {
			return at(i) + ".boxes", fmt.Sprintf("of %q are not some of those of the raw row, in its order", data[i].Text)
		}
		j++
	}
	for ; j < len(raw); j++ {
		if len(raw[j].Flags) == 0 {
			return "phrases", fmt.Sprintf("lack %q of the raw row, which no rule leaves out", raw[j].Text)
		}
	}
	return "", ""
}

// samePhrase compares everything but the boxes.
func samePhrase(a, b *schema.Phrase) bool {
	return a.Text == b.Text && a.PhraseID == b.PhraseID && a.BestScore == b.BestScore && slices.Equal(a.Flags, b.Flags)
}

// subsequence says whether all boxes of part are in whole, in the same order.
func subsequence(part, whole []schema.ScoredBox) bool {
	for _, box := range whole {
		if len(part) > 0 && part[0] == box {
			part = part[1:]
		}
	}
	return len(part) == 0
}
