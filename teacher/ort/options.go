package ort

import (
	"crypto/rand"
	"errors"
	"strings"

	onnx "github.com/yalue/onnxruntime_go"
)

// Options says how a model is opened. The zero value suits throughput on the
// CPU with one goroutine per core.
type Options struct {
	// Provider says what computes; the zero value is the CPU.
	Provider Provider
	// Outputs names what runs fetch from the device: only these are copied. Names
	// that the model lacks are left out; if it has none of them, all outputs are
	// fetched.
	Outputs []string
	// IntraOpThreads is the number of CPU threads one run may use; 0 means 1,
	// which keeps results independent of the machine and leaves parallelism to
	// concurrent runs.
	IntraOpThreads int
	// DisablePrepacking leaves the weights as they are in the file. Opening is
	// then nearly free (external data stays memory-mapped) and running slower.
	DisablePrepacking bool
	// ProfilePrefix, if set, makes Close write a JSON profile of all runs to a
	// file of this prefix, see Session.ProfileFiles. The runtime records a
	// million events (node executions and a few more a run) and then no more.
	ProfilePrefix string
}

// settings translates o, but for the provider, for the binding; the caller
// destroys the result.
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

// uniquePrefix lengthens a profile's prefix so that its files can be told from
// those of other sessions; the runtime adds the time and tells no name.
func uniquePrefix(prefix string) string {
	if prefix == "" {
		return ""
	}
	return prefix + "_" + rand.Text()[:8]
}

// escapeGlob makes filepath.Glob take every character for itself.
func escapeGlob(path string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`).Replace(path)
}
