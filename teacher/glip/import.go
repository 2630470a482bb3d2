package glip

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/groundmill/groundmill/teacher/checkpoint"
	"github.com/groundmill/groundmill/teacher/onnx"
	"github.com/groundmill/groundmill/teacher/wordpiece"
)

// ImportOptions says what to import. Zero values are filled from the
// checkpoint's entry "groundmill", then from defaults.
type ImportOptions struct {
	Checkpoint string // a .pth file
	Output     string // the .onnx file to write; an existing one is replaced

	Name    string   // default: the checkpoint's file name without extension
	Vocab   []string // word pieces in order of their ids; default see Import
	MinSize int      // pixels of an image's short side, default 800
	MaxSize int      // pixels of its long side, default 1333

	Optimize  Optimization // default OptimizeFull
	Precision Precision    // default Single

	// Debug adds the tensors between the model's parts to its outputs, for
	// Check. Such a model is slower.
	Debug bool
	// ExternalBytes is passed to onnx.WriteOptions.
	ExternalBytes int64
}

// ImportReport says what Import read and wrote.
type ImportReport struct {
	Name             string       `json:"name"`
	Architecture     Architecture `json:"architecture"`
	CheckpointSHA256 string       `json:"checkpoint_sha256"`
	Released         string       `json:"released,omitempty"` // the model, if its authors published this very file
	Tensors          int          `json:"tensors"`            // read from the checkpoint
	Parameters       int64        `json:"parameters"`         // numbers in them
	Nodes            int          `json:"nodes"`              // operators of the graph
	Written          onnx.Written `json:"written"`
	Warnings         []string     `json:"warnings,omitempty"` // one line each
}

// Import converts a GLIP checkpoint to an ONNX file. Weights are streamed, so
// the memory used does not grow with the model. One that is NaN or infinite is an
// error that names its tensor. On an error nothing is left under Output.
//
// The vocabulary comes from the options, else from the checkpoint's entry
// "groundmill" (a dict with "vocab", "name", "min_size" and "max_size", all
// optional), else it is bert-base-uncased's if the word embedding has as many
// rows. Without one the import succeeds with a warning: the model can be
// checked, but it cannot read captions.
func Import(ctx context.Context, o ImportOptions) (*ImportReport, error) {
	if err := o.checkOutput(); err != nil {
		return nil, err
	}
	file, err := checkpoint.Open(o.Checkpoint)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	dict, err := file.StateDict()
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", o.Checkpoint, err)
	}
	im := importer{options: o, file: file, weights: stateWeights{ctx, dict}}
	report, err := im.run()
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", o.Checkpoint, err)
	}
	return report, nil
}

// importer is one import under way.
type importer struct {
	options  ImportOptions
	file     *checkpoint.File
	weights  stateWeights
	warnings []string
}

func (im *importer) run() (*ImportReport, error) {
	specs := im.weights.specs()
	architecture, err := Infer(specs)
	if err != nil {
		return nil, err
	}
	meta, err := im.metadata(architecture)
	if err != nil {
		return nil, err
	}
	if err := im.verify(); err != nil {
		return nil, err
	}
	graph, err := buildGraph(architecture, im.weights, graphOptions{meta.optimize, meta.precision, im.options.Debug})
	if err != nil {
		return nil, err
	}
	written, err := writeModel(graph, meta, im.options.Output, onnx.WriteOptions{ExternalBytes: im.options.ExternalBytes})
	if err != nil {
		return nil, err
	}
	released, warnings := recognise(im.options.Checkpoint, meta.source, architecture)
	im.warnings = append(im.warnings, warnings...)
	wanted := SpecFor(architecture)
	return &ImportReport{
		Name: meta.name, Architecture: architecture, CheckpointSHA256: meta.source, Released: released,
		Tensors: len(wanted), Parameters: elements(wanted), Nodes: graph.Nodes(),
		Written: *written, Warnings: im.warnings,
	}, nil
}

// verify warns of damage that the sizes do not show. It is no error: a file may
// have been saved without checksums.
func (im *importer) verify() error {
	damaged, err := im.file.Damaged(im.weights.ctx)
	if len(damaged) > 0 {
		im.warnings = append(im.warnings, fmt.Sprintf(
			"%d entries of the checkpoint, %s the first, do not have the checksum recorded for them: unless it was saved without checksums, it is damaged; fetch it again",
			len(damaged), damaged[0]))
	}
	return err
}

// writeModel writes a model file, with its weights beside it if they are large.
func writeModel(graph *onnx.Graph, meta metadata, path string, options onnx.WriteOptions) (*onnx.Written, error) {
	model := &onnx.Model{Graph: graph, Opset: opset, Producer: "groundmill"}
	if model.UsesExternal(options) {
		meta.data = onnx.DataName(path)
	}
	var err error
	if model.Metadata, err = meta.properties(); err != nil {
		return nil, err
	}
	return model.WriteFile(path, options)
}

func elements(specs []TensorSpec) int64 {
	var total int64
	for _, s := range specs {
		n := int64(1)
		for _, d := range s.Shape {
			n *= int64(d)
		}
		total += n
	}
	return total
}

// metadata joins what the options, the checkpoint and the defaults say.
func (im *importer) metadata(a Architecture) (metadata, error) {
	var extra metadata
	var err error
	if value, ok := im.file.Extra(extraKey); ok {
		if extra, err = parseExtra(value); err != nil {
			return metadata{}, err
		}
	}
	base := filepath.Base(im.options.Checkpoint)
	m := metadata{
		name:         firstOf(im.options.Name, extra.name, strings.TrimSuffix(base, filepath.Ext(base))),
		architecture: a,
		optimize:     firstOf(im.options.Optimize, OptimizeFull),
		precision:    firstOf(im.options.Precision, Single),
		sizes: sizes{
			min: firstOf(im.options.MinSize, extra.sizes.min, DefaultMinSize),
			max: firstOf(im.options.MaxSize, extra.sizes.max, DefaultMaxSize),
		},
	}
	m.vocabulary = im.vocabulary(extra.vocabulary, a.BERT.Vocabulary)
	if err := m.validate(); err != nil {
		return metadata{}, err
	}
	if m.vocabulary != nil {
		if _, err := wordpiece.New(m.vocabulary); err != nil {
			return metadata{}, err
		}
	}
	m.source, err = im.file.SHA256()
	return m, err
}

// firstOf returns the first value that is set.
func firstOf[T comparable](values ...T) T {
	var zero T
	for _, v := range values {
		if v != zero {
			return v
		}
	}
	return zero
}

// checkOutput finds, before gigabytes are read, that the output cannot be
// written.
func (o ImportOptions) checkOutput() error {
	if o.Output == "" {
		return errors.New("glip: no output file is named")
	}
	if _, err := os.Stat(filepath.Dir(o.Output)); err != nil {
		return fmt.Errorf("glip: the output's folder: %w", err)
	}
	out, err := os.Stat(o.Output)
	if err != nil {
		return nil // it does not exist yet
	}
	if in, err := os.Stat(o.Checkpoint); err == nil && os.SameFile(in, out) {
		return fmt.Errorf("glip: %s is both checkpoint and output", o.Output)
	}
	if !out.Mode().IsRegular() {
		return fmt.Errorf("glip: the output %s exists and is not a file", o.Output)
	}
	return nil
}
