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
	// Session says on what the model runs. Its Outputs are chosen by Open, and
	// so are its Provider's Profiles unless there are any.
	Session    ort.Options
	Parameters Parameters // the zero value means DefaultParameters
	// Batch is the largest batch to expect, for providers that compile for it; 0
	// means 16.
	Batch int
}

// Model is a GLIP that grounds phrases: a teacher.Teacher.
type Model struct {
	session    Session
	form       form
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
	session, err := OpenSession(path, o)
	if err != nil {
		return nil, err
	}
	m, err := New(session, o.Parameters)
	if err == nil {
		m.info.SHA256, err = digest(path, session.Metadata()[keyData])
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open teacher %s: %w", path, err), session.Close())
	}
	m.info.Runtime = "onnxruntime " + ort.Version()
	m.info.Provider, m.info.Device = session.Provider().Kind, session.Device()
	return m, nil
}

// New makes a model of a session, which it owns when there is no error. Its Info
// has no more than the name.
func New(s Session, p Parameters) (*Model, error) {
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
	limit := meta.architecture.BERT.maxTokens()
	return &Model{
		session: s, form: newForm(meta.optimize, limit), tokenizer: tokenizer,
		sizes: meta.sizes, maxTokens: limit, parameters: p,
		info: teacher.Info{Name: meta.name},
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
func (m *Model) Prepare(ex teacher.Example) ([]teacher.Prepared, error) {
	shared, err := prepareImage(m.sizes, ex.Image)
	if err != nil {
		return nil, err
	}
	shared.users.Store(int32(len(ex.Texts)))
	out := make([]teacher.Prepared, len(ex.Texts))
	for i, text := range ex.Texts {
		p := &prepared{pixmap: shared, phrases: len(text.Phrases)}
		p.prompts, p.truncated = newPrompts(m.tokenizer, m.maxTokens, text.Caption, text.Phrases)
		out[i] = p
	}
	return out, nil
}

// Ground implements teacher.Teacher. Each window of a long caption is one more
// text for the model, which never gets more at once than there are examples. The
// boxes of a phrase are those of its window; Parameters hold for each window by
// itself.
func (m *Model) Ground(ctx context.Context, examples []teacher.Prepared) ([]teacher.Answer, error) {
	if len(examples) == 0 {
		return nil, nil
	}
	own, err := sameShape(examples)
	if err != nil {
		return nil, err
	}
	answers := make([]teacher.Answer, len(own))
	for i, p := range own {
		answers[i].Phrases = slices.Repeat([]teacher.Grounding{{BeyondPrompt: true}}, p.phrases)
	}
	for part := range slices.Chunk(queries(own), len(own)) {
		readings, err := m.read(ctx, part)
		if err != nil {
			return nil, err
		}
		for i, q := range part {
			merge(&answers[q.example], readings[i], q)
		}
	}
	return answers, nil
}

// read runs the model once.
func (m *Model) read(ctx context.Context, queries []query) ([]reading, error) {
	b, outputs := m.form.batch(queries), m.form.outputs()
	tensors, err := b.run(ctx, m.session, m.parameters.InferenceThreshold, outputs)
	if err != nil {
		return nil, explain(err)
	}
	return m.form.read(b, tensors, m.parameters)
}

// explain says in the terms of package teacher what is known of a failed run.
func explain(err error) error {
	switch {
	case errors.Is(err, ort.ErrOutOfMemory):
		return fmt.Errorf("%w: %w", teacher.ErrOutOfMemory, err)
	case errors.Is(err, ort.ErrDeviceLost):
		return fmt.Errorf("%w: %w", teacher.ErrDeviceLost, err)
	}
	return err
}

// merge adds what the model said about one prompt to an example's answer. A
// phrase is in one prompt at most.
func merge(into *teacher.Answer, r reading, q query) {
	if !r.sound {
		*into = teacher.Answer{Err: fmt.Errorf("%w: the model answered NaN", teacher.ErrExample)}
	}
	if into.Err != nil {
		return
	}
	for i, g := range groundings(r.found, r.best, q.frame, q.columns) {
		if !g.BeyondPrompt {
			into.Phrases[i] = g
		}
	}
}

// Info implements teacher.Teacher.
func (m *Model) Info() teacher.Info { return m.info }

// Close implements teacher.Teacher.
func (m *Model) Close() error { return m.session.Close() }
