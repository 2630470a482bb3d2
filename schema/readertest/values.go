package readertest

import (
	"encoding/hex"
	"maps"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// object is a JSON object.
type object = map[string]any

// rowValues returns the JSON values that the reader scripts print for rows. The
// image column is left out when no row has an image and kept, null where there
// is none, when some have.
func rowValues(rows []*schema.Row) []any {
	images := slices.ContainsFunc(rows, func(row *schema.Row) bool { return row.Image != nil })
	values := make([]any, len(rows))
	for i, row := range rows {
		value := rowValue(row)
		if images {
			value["image"] = imageValue(row.Image)
		}
		values[i] = value
	}
	return values
}

func rowValue(row *schema.Row) object {
	return object{
		"key":               row.Key,
		"url":               orNull(row.URL),
		"caption":           row.Caption,
		"width":             float64(row.Width),
		"height":            float64(row.Height),
		"image_sha256":      row.ImageSHA256,
		"source":            object{"shard": row.Source.Shard, "index": float64(row.Source.Index)},
		"caption_truncated": row.CaptionTruncated,
		"phrases":           each(row.Phrases, phraseValue),
		"meta":              metaValue(row.Meta),
	}
}

func phraseValue(p schema.Phrase) any {
	return object{
		"text":       p.Text,
		"start":      float64(p.Start),
		"end":        float64(p.End),
		"phrase_id":  float64(p.PhraseID),
		"flags":      each(p.Flags, func(flag string) any { return flag }),
		"best_score": float64(p.BestScore),
		"boxes":      each(p.Boxes, boxValue),
	}
}

func boxValue(b schema.ScoredBox) any {
	return object{
		"x1": float64(b.X1), "y1": float64(b.Y1), "x2": float64(b.X2), "y2": float64(b.Y2),
		"score": float64(b.Score),
	}
}

func imageValue(image *schema.EncodedImage) any {
	if image == nil {
		return nil
	}
	return object{"bytes": hex.EncodeToString(image.Bytes), "path": orNull(image.Path)}
}

func metaValue(meta map[string]string) []any {
	return each(slices.Sorted(maps.Keys(meta)), func(key string) any {
		return object{"key": key, "value": meta[key]}
	})
}

// each maps a list; an empty one is an empty JSON array, never null.
func each[T any](list []T, value func(T) any) []any {
	out := make([]any, len(list))
	for i, item := range list {
		out[i] = value(item)
	}
	return out
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
