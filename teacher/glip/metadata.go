package glip

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/groundmill/groundmill/teacher/onnx"
)

// Keys of the properties that make an ONNX file a teacher.
const (
	keyFormat       = "groundmill.format"
	keyName         = "groundmill.name"
	keyArchitecture = "groundmill.architecture"
	keyMinSize      = "groundmill.min_size"
	keyMaxSize      = "groundmill.max_size"
	keyVocabulary   = "groundmill.vocab" // word pieces in order of their ids, one a line
	keyOptimize     = "groundmill.optimize"
	keyPrecision    = "groundmill.precision"
	keySource       = "groundmill.source_sha256"
	keyData         = "groundmill.external_data" // file name beside the model, absent without one
)

// format is the version of the model files that this package writes and reads.
const format = "2"

// ErrNotTeacher is wrapped by errors about ONNX files that Import did not
// write, or that another version of it wrote.
var ErrNotTeacher = errors.New("not a groundmill teacher")

// metadata is what a model file says about itself.
type metadata struct {
	name         string
	architecture Architecture
	optimize     Optimization
	precision    Precision
	sizes        sizes
	vocabulary   []string // nil when unknown
	source       string   // sha256 of the checkpoint
	data         string   // external data file, "" without one
}

// properties encodes m for a model file.
func (m metadata) properties() ([]onnx.Property, error) {
	architecture, err := json.Marshal(m.architecture)
	if err != nil {
		return nil, err
	}
	props := []onnx.Property{
		{Key: keyFormat, Value: format},
		{Key: keyName, Value: m.name},
		{Key: keyArchitecture, Value: string(architecture)},
		{Key: keyOptimize, Value: string(m.optimize)},
		{Key: keyPrecision, Value: string(m.precision)},
		{Key: keyMinSize, Value: strconv.Itoa(m.sizes.min)},
		{Key: keyMaxSize, Value: strconv.Itoa(m.sizes.max)},
		{Key: keySource, Value: m.source},
	}
	if m.vocabulary != nil {
		props = append(props, onnx.Property{Key: keyVocabulary, Value: strings.Join(m.vocabulary, "\n")})
	}
	if m.data != "" {
		props = append(props, onnx.Property{Key: keyData, Value: m.data})
	}
	return props, nil
}

// parseMetadata decodes a model file's properties. Errors wrap ErrNotTeacher.
func parseMetadata(props map[string]string) (metadata, error) {
	const remedy = "make one with `runner teacher import`"
	switch version, ok := props[keyFormat]; {
	case !ok:
		return metadata{}, fmt.Errorf("%w: it has no property %s; %s", ErrNotTeacher, keyFormat, remedy)
	case version != format:
		return metadata{}, fmt.Errorf("%w of format %s: its format is %q; import the checkpoint again", ErrNotTeacher, format, version)
	}
	m := metadata{name: props[keyName], optimize: Optimization(props[keyOptimize]), precision: Precision(props[keyPrecision]), source: props[keySource], data: props[keyData]}
	if v, ok := props[keyVocabulary]; ok {
		m.vocabulary = strings.Split(v, "\n")
	}
	var err1, err2 error
	m.sizes.min, err1 = strconv.Atoi(props[keyMinSize])
	m.sizes.max, err2 = strconv.Atoi(props[keyMaxSize])
	err3 := json.Unmarshal([]byte(props[keyArchitecture]), &m.architecture)
	if err := errors.Join(err1, err2, err3); err != nil {
		return metadata{}, fmt.Errorf("%w: damaged properties; %s: %w", ErrNotTeacher, remedy, err)
	}
	if err := errors.Join(m.architecture.validate(), m.validate()); err != nil {
		return metadata{}, fmt.Errorf("%w: %w", ErrNotTeacher, err)
	}
	return m, nil
}

// validate says what is wrong with what an import chooses.
func (m metadata) validate() error {
	return errors.Join(m.optimize.validate(), m.precision.validate(), m.sizes.validate(), m.checkVocabulary())
}

// checkVocabulary refuses word pieces whose ids the embedding does not have, or
// that would not survive being stored one a line.
func (m metadata) checkVocabulary() error {
	rows := m.architecture.BERT.Vocabulary
	if m.vocabulary != nil && len(m.vocabulary) != rows {
		return fmt.Errorf("glip: the vocabulary has %d word pieces, the word embedding %d rows", len(m.vocabulary), rows)
	}
	for id, piece := range m.vocabulary {
		if strings.Contains(piece, "\n") {
			return fmt.Errorf("glip: word piece %d, %q, has a line break", id, piece)
		}
	}
	return nil
}
