package annotate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/groundmill/groundmill/filter"
)

// Effective is the part of the configuration that decides the bytes of the
// files: what their metadata hashes, what two runs must share. The rest says
// where things are and how many are done at once; inputs and model have
// digests of their own.
type Effective struct {
	Input struct {
		MaxImageBytes  int64 `yaml:"max_image_bytes"`
		MaxImagePixels int64 `yaml:"max_image_pixels"`
		MaxCaptions    int   `yaml:"max_captions"`
	} `yaml:"input"`
	Extract ExtractOptions `yaml:"extract"`
	Teacher struct {
		Provider string `yaml:"provider"` // rounds in its own way, and so does TF32
		TF32     bool   `yaml:"tf32"`
		Batch    int    `yaml:"batch"`
		Window   int    `yaml:"window"`
	} `yaml:"teacher"`
	Filter filter.Config `yaml:"filter"`
	Output struct {
		Split       string  `yaml:"split"`
		RawFloor    float64 `yaml:"raw_floor"`
		EmbedImages bool    `yaml:"embed_images"`
	} `yaml:"output"`
}

// Effective returns the part of the options that decides the bytes.
func (o Options) Effective() Effective {
	var e Effective
	e.Input.MaxImageBytes, e.Input.MaxImagePixels = o.Input.MaxImageBytes, o.Input.MaxImagePixels
	e.Input.MaxCaptions = o.Input.MaxCaptions
	e.Extract = o.Extract
	e.Teacher.Provider, e.Teacher.TF32 = o.Teacher.Provider, o.Teacher.TF32
	e.Teacher.Batch, e.Teacher.Window = o.Teacher.Batch, o.Teacher.Window
	e.Filter = o.Filter
	e.Output.Split, e.Output.RawFloor, e.Output.EmbedImages = o.Output.Split, o.Output.RawFloor, o.Output.EmbedImages
	return e
}

// Canonical returns the configuration as YAML, fields in the order of the
// struct, and the hex SHA-256 of that text: what schema.Identity holds.
func (e Effective) Canonical() (text, digest string, err error) {
	data, err := yaml.Marshal(e)
	if err != nil {
		return "", "", fmt.Errorf("annotate: encode configuration: %w", err)
	}
	sum := sha256.Sum256(data)
	return string(data), hex.EncodeToString(sum[:]), nil
}
