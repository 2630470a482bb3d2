package teacherbench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

// Sample is one encoded image with one text.
type Sample struct {
	Image []byte // JPEG, PNG, WebP or GIF
	Text  teacher.Text
}

// members are the parts of a tar's samples that are read.
var members = []string{"jpg", "jpeg", "png", "webp", "gif", "txt", "json"}

// ReadTar returns the first n samples of a WebDataset tar that have an image, a
// caption (KEY.txt, or "caption" in KEY.json) and phrases, which the function
// given finds. Samples without are passed over; a tar with none is an error.
func ReadTar(path string, n int, phrases func(caption string) []schema.Span) ([]Sample, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var samples []Sample
	for tar := webdataset.Open(file, path, webdataset.Limits{Extensions: members}); len(samples) < n; {
		s, err := tar.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if sample, ok := newSample(&s, phrases); ok {
			samples = append(samples, sample)
		}
	}
	if len(samples) == 0 {
		return nil, fmt.Errorf("%s: no sample has an image and a caption with a phrase", path)
	}
	return samples, nil
}

func newSample(s *webdataset.Sample, phrases func(string) []schema.Span) (Sample, bool) {
	image := s.Find(members[:len(members)-2]...)
	if image == nil || image.TooLarge {
		return Sample{}, false
	}
	caption := captionOf(s)
	spans := phrases(caption)
	return Sample{image.Data, teacher.Text{Caption: caption, Phrases: spans}}, len(spans) > 0
}

// captionOf returns "" without a caption.
func captionOf(s *webdataset.Sample) string {
	if text := s.Find("txt"); text != nil {
		return string(bytes.TrimSpace(text.Data))
	}
	var meta struct{ Caption string }
	if m := s.Find("json"); m == nil || json.Unmarshal(m.Data, &meta) != nil {
		return ""
	}
	return meta.Caption
}
