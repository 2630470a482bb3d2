package glip

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/ort"
	"github.com/groundmill/groundmill/teacher/wordpiece"
)

// Options says how a model is run. The zero value is good.
type Options struct {
	Session    ort.Options
	Parameters Parameters // the zero value means DefaultParameters
}

// Model is a GLIP that grounds phrases: a teacher.Teacher.
type Model struct {
	session    Session
	tokenizer  *wordpiece.Tokenizer
	sizes      sizes
	maxTokens  int
	parameters Parameters
	info       teacher.Info
}

var _ teacher.Teacher = (*Model)(nil)

// Open opens a model file that Import wrote. ONNX Runtime must be loaded
// (ort.Load). The error is one line with what to do: it wraps ErrNotTeacher for
// other ONNX files, and names a missing vocabulary or external data file.
func Open(path string, o Options) (*Model, error) {
	session, err := ort.Open(path, o.Session)
	if err != nil {
		return nil, err
	}
	m, err := newModel(session, o.Parameters)
	if err == nil {
		m.info.SHA256, err = digest(path, session.Metadata()[keyData])
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open teacher %s: %w", path, err), session.Close())
	}
	m.info.Runtime, m.info.Device = "onnxruntime "+ort.Version(), "cpu"
	return m, nil
}

// newModel makes a model of a session, which it owns when there is no error.
func newModel(s Session, p Parameters) (*Model, error) {
	meta, err := parseMetadata(s.Metadata())
	if err != nil {
		return nil, err
	}
	if meta.vocabulary == nil {
		return nil, errors.New("the model has no vocabulary, so it cannot read captions; import its checkpoint again with --vocab")
	}
	tokenizer, err := wordpiece.New(meta.vocabulary)
	if err != nil {
		return nil, err
	}
	if p == (Parameters{}) {
		p = DefaultParameters()
	}
	if err := p.validate(); err != nil {
		return nil, err
	}
	return &Model{
		session: s, tokenizer: tokenizer, sizes: meta.sizes, parameters: p,
		maxTokens: min(maxPromptTokens, meta.architecture.BERT.Positions),
		info:      teacher.Info{Name: meta.name},
	}, nil
}

// digest is the sha256 of a model file followed by its external data.
func digest(path, data string) (string, error) {
	h := sha256.New()
	names := []string{path}
	if data != "" {
		names = append(names, filepath.Join(filepath.Dir(path), filepath.Base(data)))
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(h, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Prepare implements teacher.Teacher. A caption of more tokens than the model
// reads is cut into windows, each with whole phrases.
func (m *Model) Prepare(ex teacher.Example) (teacher.Prepared, error) {
	p, err := prepareImage(m.sizes, ex.Image)
	if err != nil {
		return nil, err
	}
	p.phrases = len(ex.Phrases)
	p.prompts, p.truncated = newPrompts(m.tokenizer, m.maxTokens, ex.Caption, ex.Phrases)
	return p, nil
}

// Ground implements teacher.Teacher. Each window of a long caption is one more
// image for the model, which never gets more at once than there are examples.
// The boxes of a phrase are those of its window; Parameters hold for each window
// by itself.
func (m *Model) Ground(ctx context.Context, examples []teacher.Prepared) ([][]teacher.Grounding, error) {
	if len(examples) == 0 {
		return nil, nil
	}
	own, err := sameShape(examples)
	if err != nil {
		return nil, err
	}
	result := make([][]teacher.Grounding, len(own))
	for i, p := range own {
		result[i] = slices.Repeat([]teacher.Grounding{{BeyondPrompt: true}}, p.phrases)
	}
	for part := range slices.Chunk(queries(own), len(own)) {
		answers, err := m.answer(ctx, part)
		if err != nil {
			return nil, err
		}
		for i, q := range part {
			merge(result[q.example], answers[i])
		}
	}
	return result, nil
}

// answer runs the model once. out[i][p] belongs to phrase p of the example of
// queries[i].
func (m *Model) answer(ctx context.Context, queries []query) (out [][]teacher.Grounding, err error) {
	b := newBatch(queries)
	tensors, err := b.run(ctx, m.session, headOutputs)
	if err != nil {
		return nil, err
	}
	outputs, err := b.split(tensors)
	if err != nil {
		return nil, err
	}
	out = make([][]teacher.Grounding, len(queries))
	for i, q := range queries {
		if slices.ContainsFunc(outputs[i].centerness, isNaN) {
			return nil, fmt.Errorf("glip: the model answered NaN for example %d of the batch", q.example)
		}
		found, best := m.parameters.detect(outputs[i], q.frame, q.columns)
		out[i] = groundings(found, best, q.frame, q.columns)
	}
	return out, nil
}

// merge adds what one prompt said to an example's answer. A phrase is in one
// prompt at most.
func merge(into, answer []teacher.Grounding) {
	for i, g := range answer {
		if !g.BeyondPrompt {
			into[i] = g
		}
	}
}

func isNaN(x float32) bool { return x != x }

// Info implements teacher.Teacher.
func (m *Model) Info() teacher.Info { return m.info }

// Close implements teacher.Teacher.
func (m *Model) Close() error { return m.session.Close() }
