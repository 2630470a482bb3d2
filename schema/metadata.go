package schema

import (
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// Metadata says in a file's footer where its rows come from. Everything that
// the rows depend on is in it, so files with equal Metadata can be mixed.
type Metadata struct {
	ToolVersion      string // of groundmill
	ConfigSHA256     string // hex digest of the effective configuration
	ModelSHA256      string // hex digest of the teacher's model file
	ImageDecoder     string // what decoded JPEG files, with its version
	WordListSHA256   string // hex digest of the extractor's word lists
	InputFingerprint string // hex digest of the list of inputs
}

// Footer keys. An empty value is not written.
const (
	keySchemaVersion    = "groundmill.schema_version"
	keyToolVersion      = "groundmill.tool_version"
	keyConfigSHA256     = "groundmill.config_sha256"
	keyModelSHA256      = "groundmill.model_sha256"
	keyImageDecoder     = "groundmill.image_decoder"
	keyWordListSHA256   = "groundmill.wordlist_sha256"
	keyInputFingerprint = "groundmill.input_fingerprint"
	keyHuggingFace      = "huggingface"
)

// fields pairs the footer keys with the members they hold.
func (m *Metadata) fields() map[string]*string {
	return map[string]*string{
		keyToolVersion:      &m.ToolVersion,
		keyConfigSHA256:     &m.ConfigSHA256,
		keyModelSHA256:      &m.ModelSHA256,
		keyImageDecoder:     &m.ImageDecoder,
		keyWordListSHA256:   &m.WordListSHA256,
		keyInputFingerprint: &m.InputFingerprint,
	}
}

// keyValues returns the footer's key-values: the metadata, the version of the
// layout and the Hugging Face features.
func (m Metadata) keyValues(embedImages bool) map[string]string {
	out := map[string]string{
		keySchemaVersion: strconv.Itoa(Version),
		keyHuggingFace:   huggingFaceInfo(embedImages),
	}
	for key, value := range m.fields() {
		if *value != "" {
			out[key] = *value
		}
	}
	return out
}

// readMetadata reads what keyValues wrote; a missing key reads as "".
func readMetadata(file *parquet.File) Metadata {
	var m Metadata
	for key, value := range m.fields() {
		*value, _ = file.Lookup(key)
	}
	return m
}
