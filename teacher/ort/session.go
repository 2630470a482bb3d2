package ort

import (
	"errors"
	"fmt"
	"os"
	"sync"

	onnx "github.com/yalue/onnxruntime_go"
)

// Options says how a model is opened. The zero value suits throughput with one
// goroutine per core.
type Options struct {
	// IntraOpThreads is the number of threads one run may use; 0 means 1, which
	// keeps results independent of the machine and leaves parallelism to
	// concurrent runs.
	IntraOpThreads int
	// DisablePrepacking leaves the weights as they are in the file. Opening is
	// then nearly free (external data stays memory-mapped) and running slower.
	DisablePrepacking bool
	// ProfilePrefix, if set, makes Close write a JSON profile of all runs to a
	// file of this prefix.
	ProfilePrefix string
}

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
	model    string
	inputs   []ValueInfo
	outputs  []ValueInfo
	metadata map[string]string

	mu      sync.RWMutex // held for reading by runs, for writing by Close
	session *onnx.DynamicAdvancedSession
}

// Open reads an ONNX model; external data is looked for beside it. The error is
// one line that names the file: missing, not ONNX, external data missing, an
// element type outside Element at the model's border.
func Open(model string, options Options) (*Session, error) {
	if Version() == "" {
		return nil, fmt.Errorf("open model %s: %w", model, ErrNotLoaded)
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
	s := &Session{model: model}
	if err := s.readBorder(); err != nil {
		return nil, err
	}
	settings, err := options.settings()
	if err != nil {
		return nil, err
	}
	defer settings.Destroy()
	s.session, err = onnx.NewDynamicAdvancedSession(model, names(s.inputs), names(s.outputs), settings)
	if err != nil {
		return nil, err
	}
	if s.metadata, err = readMetadata(s.session); err != nil {
		return nil, errors.Join(err, s.session.Destroy())
	}
	return s, nil
}

// settings translates o for the binding; the caller destroys the result.
func (o Options) settings() (*onnx.SessionOptions, error) {
	settings, err := onnx.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		settings.SetIntraOpNumThreads(max(1, o.IntraOpThreads)),
		settings.SetInterOpNumThreads(1),
		settings.SetExecutionMode(onnx.ExecutionModeSequential),
	)
	if o.DisablePrepacking {
		err = errors.Join(err, settings.AddSessionConfigEntry("session.disable_prepacking", "1"))
	}
	if o.ProfilePrefix != "" {
		err = errors.Join(err, settings.EnableProfiling(o.ProfilePrefix))
	}
	if err != nil {
		return nil, errors.Join(err, settings.Destroy())
	}
	return settings, nil
}

// Inputs describes the tensors that Run needs. The caller must not change it.
func (s *Session) Inputs() []ValueInfo { return s.inputs }

// Outputs describes the tensors that Run can return. The caller must not change
// it.
func (s *Session) Outputs() []ValueInfo { return s.outputs }

// Metadata returns the model's own key-value pairs. The caller must not change
// it.
func (s *Session) Metadata() map[string]string { return s.metadata }

// Close waits for the runs in flight and frees the model. Closing twice is
// allowed.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session == nil {
		return nil
	}
	err := s.session.Destroy()
	s.session = nil
	return err
}
