package annotate

import (
	"encoding/json"
	"fmt"

	"github.com/groundmill/groundmill/extract"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher/raster"
)

// spec is the job as workers get it.
type spec struct {
	Options          Options
	ToolVersion      string
	InputFingerprint string
}

// decodeSpec reads what workers get.
func decodeSpec(data []byte) (s spec, err error) {
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("annotate: decode job: %w", err)
	}
	return s, nil
}

// identity says what makes the files, but for the model.
func (s spec) identity(extractor *extract.Extractor) (schema.Identity, error) {
	config, digest, err := s.Options.Effective().Canonical()
	return schema.Identity{
		ToolVersion:      s.ToolVersion,
		ConfigSHA256:     digest,
		Config:           config,
		ImageDecoder:     raster.JPEGDecoder(),
		WordListSHA256:   extractor.WordListHash(),
		InputFingerprint: s.InputFingerprint,
	}, err
}
