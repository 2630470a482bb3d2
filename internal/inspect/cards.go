package inspect

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
)

// WritePage draws the sampled rows over their pictures. Pictures come from the
// rows themselves or from the input tars that the rows name, below the folder
// input; one that is not there any more, or is not the one that was labelled, is
// left out.
func (r *Report) WritePage(w io.Writer, input string) error {
	page := overlay.Page{Title: "Groundmill: " + r.Dir, Facts: r.facts()}
	pictures := findPictures(r.Sample, input)
	for _, row := range r.Sample {
		page.Cards = append(page.Cards, overlay.Card{Row: row, Image: pictures[row.Source]})
	}
	return overlay.Write(w, page)
}

func (r *Report) facts() []overlay.Fact {
	t := r.Totals
	count := func(name string, n int64) overlay.Fact { return overlay.Fact{Name: name, Value: fmt.Sprint(n)} }
	facts := []overlay.Fact{
		count("records", t.Records), count("rows", t.Rows), count("rejects", t.RejectTotal()),
		count("phrases", t.Phrases), count("grounded phrases", t.GroundedPhrases), count("boxes", t.Boxes),
		count("boxes removed by rules", total(t.Removals)), count("rows shown", int64(len(r.Sample))),
	}
	if r.Model.Name != "" {
		facts = append(facts, overlay.Fact{Name: "teacher", Value: r.Model.Name})
	}
	return facts
}

// findPictures returns the image file of each row that can be found, reading
// each input tar once.
func findPictures(rows []*schema.Row, input string) map[schema.Source][]byte {
	found := map[schema.Source][]byte{}
	wanted := map[string]map[int64]*schema.Row{}
	for _, row := range rows {
		if row.Image != nil && len(row.Image.Bytes) > 0 {
			found[row.Source] = row.Image.Bytes
			continue
		}
		if wanted[row.Source.Shard] == nil {
			wanted[row.Source.Shard] = map[int64]*schema.Row{}
		}
		wanted[row.Source.Shard][row.Source.Index] = row
	}
	for shard, byIndex := range wanted {
		// A tar that is gone or cut only costs its pictures.
		_ = scanTar(filepath.Join(input, filepath.FromSlash(shard)), byIndex, func(row *schema.Row, data []byte) { found[row.Source] = data })
	}
	return found
}

// scanTar calls found for each wanted row whose labelled picture is in the tar.
func scanTar(path string, wanted map[int64]*schema.Row, found func(*schema.Row, []byte)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for r, left := webdataset.Open(f, path, webdataset.Limits{}), len(wanted); left > 0; {
		sample, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		row := wanted[sample.Index]
		if row == nil {
			continue
		}
		left--
		for _, m := range sample.Members {
			if digest := sha256.Sum256(m.Data); hex.EncodeToString(digest[:]) == row.ImageSHA256 {
				found(row, m.Data)
				break
			}
		}
	}
	return nil
}
