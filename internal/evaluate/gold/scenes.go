package gold

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/scene"
	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
)

// Scenes reads the gold of a tar of scenes (package internal/scene): of each
// sample KEY.json has caption, size and phrases with boxes. It calls each with a
// valid row, whose boxes have the score 1, and returns how many samples have no
// phrases in a KEY.json and are left out. shard is the tar's name in rows and
// errors.
func Scenes(ctx context.Context, r io.Reader, shard string, each func(*schema.Row) error) (without int, err error) {
	samples := webdataset.Open(r, shard, webdataset.Limits{})
	for {
		sample, err := samples.Next()
		if errors.Is(err, io.EOF) {
			return without, nil
		}
		if err := errors.Join(err, ctx.Err()); err != nil {
			return without, err
		}
		row, err := sceneRow(&sample, shard)
		if err == nil && row != nil {
			err = each(row)
		}
		if err != nil {
			return without, fmt.Errorf("%s: sample %q: %w", shard, sample.Key, err)
		}
		if row == nil {
			without++
		}
	}
}

// sceneRow returns the gold of a sample, nil when it has none.
func sceneRow(sample *webdataset.Sample, shard string) (*schema.Row, error) {
	truth, picture := sample.Find("json"), sample.Find("jpg", "png", "webp")
	if truth == nil || picture == nil || truth.TooLarge || picture.TooLarge {
		return nil, nil
	}
	var s scene.Sample
	if err := json.Unmarshal(truth.Data, &s); err != nil || s.Phrases == nil {
		return nil, nil // another kind of metadata
	}
	sum := sha256.Sum256(picture.Data)
	row := &schema.Row{Key: sample.Key, Caption: s.Caption, Width: int32(s.Width), Height: int32(s.Height),
		ImageSHA256: hex.EncodeToString(sum[:]), Source: schema.Source{Shard: shard, Index: sample.Index}}
	ids := map[string]int32{}
	for _, p := range s.Phrases {
		row.Phrases = append(row.Phrases, scenePhrase(p, ids))
	}
	slices.SortFunc(row.Phrases, func(a, b schema.Phrase) int { return cmp.Compare(a.Start, b.Start) })
	return row, row.Validate()
}

// scenePhrase turns a phrase; ids are those of texts so far.
func scenePhrase(p scene.Phrase, ids map[string]int32) schema.Phrase {
	text := strings.ToLower(p.Text)
	if _, known := ids[text]; !known {
		ids[text] = int32(len(ids))
	}
	out := schema.Phrase{Text: p.Text, Span: schema.Span{Start: int32(p.Start), End: int32(p.End)}, PhraseID: ids[text]}
	for _, b := range p.Boxes {
		box := schema.Box{X1: float32(b[0]), Y1: float32(b[1]), X2: float32(b[2]), Y2: float32(b[3])}
		out.Boxes = append(out.Boxes, schema.ScoredBox{Box: box, Score: 1})
		out.BestScore = 1
	}
	return out
}
