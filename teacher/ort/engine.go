package ort

import (
	"errors"
	"fmt"
	"strings"

	onnx "github.com/yalue/onnxruntime_go"
)

// engine is the model made ready for one range of input shapes.
type engine struct {
	shapes  ShapeProfile // nil: any
	session *onnx.DynamicAdvancedSession
}

// openEngines opens the model once, or once for each shape profile.
func (s *Session) openEngines(options Options) error {
	for i, p := range s.provider.perProfile() {
		e, err := s.openEngine(options, p)
		if err != nil && p.Profiles != nil {
			return fmt.Errorf("shape profile %d: %w", i, err)
		}
		if err != nil {
			return err
		}
		s.engines = append(s.engines, e)
	}
	return nil
}

// openEngine opens the model on a provider of at most one profile.
func (s *Session) openEngine(options Options, p Provider) (e engine, err error) {
	if len(p.Profiles) > 0 {
		e.shapes = p.Profiles[0]
		if err := e.shapes.fits(s.inputs); err != nil {
			return engine{}, err
		}
	}
	settings, err := options.settings()
	if err != nil {
		return engine{}, err
	}
	defer func() { err = errors.Join(err, settings.Destroy()) }()
	folder, err := p.engineFolder(s.model)
	if err != nil {
		return engine{}, err
	}
	if err := p.attach(settings, folder); err != nil {
		return engine{}, err
	}
	e.session, err = onnx.NewDynamicAdvancedSession(s.model, names(s.inputs), names(s.outputs), settings)
	return e, err
}

// engineFor returns the first engine that takes the inputs.
func (s *Session) engineFor(inputs []Tensor) (engine, error) {
	for _, e := range s.engines {
		if e.shapes.takes(inputs) {
			return e, nil
		}
	}
	if len(s.engines) == 0 {
		return engine{}, ErrClosed
	}
	shapes := make([]string, len(inputs))
	for i, t := range inputs {
		shapes[i] = fmt.Sprintf("%s %v", t.Name, t.Shape)
	}
	return engine{}, fmt.Errorf("no shape profile takes the inputs %s", strings.Join(shapes, ", "))
}
