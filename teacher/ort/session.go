package ort

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// ValueInfo describes an input or output of a model.
type ValueInfo struct {
	Name  string
	Type  string  // element type as Tensor.Type says it
	Shape []int64 // -1 where the extent is decided by each run; empty if unknown
}

// ErrClosed is returned by Run after Close.
var ErrClosed = errors.New("session is closed")

// Session is an opened model. Run may be called concurrently.
type Session struct {
	model      string
	provider   Provider
	device     string
	inputs     []ValueInfo
	outputs    []ValueInfo // those that runs fetch
	allOutputs []ValueInfo
	metadata   map[string]string
	profile    string // what the names of profile files begin with, "" for none

	mu      sync.RWMutex // held for reading by runs, for writing by Close
	engines []engine     // none after Close
}

// Open reads an ONNX model; external data is looked for beside it. The error is
// one line that names the file: missing, not ONNX, external data missing, an
// element type outside Element at the model's border. It wraps ErrProvider,
// ErrOutOfMemory or ErrDeviceLost where these are the cause.
func Open(model string, options Options) (*Session, error) {
	if Version() == "" {
		return nil, fmt.Errorf("open model %s: %w", model, ErrNotLoaded)
	}
	if err := options.Provider.Validate(); err != nil {
		return nil, fmt.Errorf("open model %s: %w", model, err)
	}
	if err := checkFile(model); err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	s, err := open(model, options)
	if err != nil {
		return nil, fmt.Errorf("open model %s: %w", model, explain(err))
	}
	return s, nil
}

func checkFile(model string) error {
	info, err := os.Stat(model)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", model)
	}
	return nil
}

func open(model string, options Options) (*Session, error) {
	s := &Session{model: model, provider: options.Provider, device: options.Provider.device()}
	s.provider.Kind = options.Provider.kind()
	if err := s.readBorder(options.Outputs); err != nil {
		return nil, err
	}
	s.profile = uniquePrefix(options.ProfilePrefix)
	options.ProfilePrefix = s.profile
	if err := s.openEngines(options); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	var err error
	if s.metadata, err = readMetadata(s.engines[0].session); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Inputs describes the tensors that Run needs. The caller must not change it.
func (s *Session) Inputs() []ValueInfo { return s.inputs }

// Outputs describes the tensors that Run can return: those of Options.Outputs.
// The caller must not change it.
func (s *Session) Outputs() []ValueInfo { return s.outputs }

// AllOutputs describes all outputs of the model, fetched or not. The caller
// must not change it.
func (s *Session) AllOutputs() []ValueInfo { return s.allOutputs }

// Metadata returns the model's own key-value pairs. The caller must not change
// it.
func (s *Session) Metadata() map[string]string { return s.metadata }

// Provider returns what the session was opened with, its Kind never "".
func (s *Session) Provider() Provider { return s.provider }

// Device names what the session computes on: "cpu", or such as "cuda:0 NVIDIA
// H100 80GB HBM3" for CUDA and TensorRT, the model only where the driver tells
// it beyond doubt.
func (s *Session) Device() string { return s.device }

// ProfileFiles returns the profiles asked for by Options.ProfilePrefix, one for
// each of the provider's shape profiles, at least one. The runtime writes them
// whole when the session is closed, not before. ReadTrace reads them.
func (s *Session) ProfileFiles() ([]string, error) {
	if s.profile == "" {
		return nil, nil
	}
	return filepath.Glob(escapeGlob(s.profile) + "*.json")
}

// Close waits for the runs in flight and frees the model. Closing twice is
// allowed.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, e := range s.engines {
		errs = append(errs, e.session.Destroy())
	}
	s.engines = nil
	return errors.Join(errs...)
}
