// Package gold writes what is true of labelled scenes as a data file of package
// schema: a row for each scene, a phrase for each gold phrase, its boxes with the
// score 1, and no boxes where the thing is not in the picture. It is what `runner
// calibrate --gold` compares the boxes of a teacher with.
//
//	err := gold.Write(ctx, "gold.parquet", []string{"scenes-000000.tar"})
//
// Scenes are those of package scene, in tars of KEY.jpg or KEY.png and KEY.json;
// teacher/tiny/scenes is the command. Equal tars give equal bytes.
package gold

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/groundmill/groundmill/internal/scene"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
)

// Write writes the gold of tars to a Parquet file, which appears when it is whole.
func Write(ctx context.Context, output string, tars []string) error {
	store, err := storage.Open(filepath.Dir(output))
	if err != nil {
		return err
	}
	f, err := store.Create(ctx, filepath.Base(output))
	if err != nil {
		return err
	}
	defer f.Abandon()
	w, err := schema.NewWriter(f, schema.Metadata{}, schema.WriterOptions{})
	if err != nil {
		return err
	}
	for _, path := range tars {
		if err := addTar(w, path); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if _, err := w.Close(); err != nil {
		return err
	}
	return f.Publish()
}

func addTar(w *schema.Writer, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	tar := webdataset.Open(in, path, webdataset.Limits{})
	for {
		sample, err := tar.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		row, err := rowOf(sample, filepath.Base(path))
		if err == nil {
			err = w.Write(row)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", sample.Key, err)
		}
	}
}

// rowOf returns the row of a scene.
func rowOf(s webdataset.Sample, shard string) (*schema.Row, error) {
	picture, label := s.Find("jpg", "png"), s.Find("json")
	if picture == nil || label == nil {
		return nil, errors.New("is no scene: it has no picture or no .json")
	}
	var gold scene.Sample
	if err := json.Unmarshal(label.Data, &gold); err != nil {
		return nil, fmt.Errorf("its .json is not that of a scene: %w", err)
	}
	sum := sha256.Sum256(picture.Data)
	row := &schema.Row{
		Key: s.Key, Caption: gold.Caption, Width: int32(gold.Width), Height: int32(gold.Height),
		ImageSHA256: hex.EncodeToString(sum[:]),
		Source:      schema.Source{Shard: shard, Index: s.Index},
	}
	ids := map[string]int32{}
	for _, p := range gold.Phrases {
		if _, known := ids[p.Text]; !known {
			ids[p.Text] = int32(len(ids))
		}
		row.Phrases = append(row.Phrases, phraseOf(p, ids[p.Text]))
	}
	return row, nil
}

func phraseOf(p scene.Phrase, id int32) schema.Phrase {
	out := schema.Phrase{Text: p.Text, Span: schema.Span{Start: int32(p.Start), End: int32(p.End)}, PhraseID: id}
	for _, b := range p.Boxes {
		out.BestScore = 1
		out.Boxes = append(out.Boxes, schema.ScoredBox{
			Box:   schema.Box{X1: float32(b[0]), Y1: float32(b[1]), X2: float32(b[2]), Y2: float32(b[3])},
			Score: 1,
		})
	}
	return out
}
