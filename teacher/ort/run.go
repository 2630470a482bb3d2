package ort

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	onnx "github.com/yalue/onnxruntime_go"
)

// Run computes the model. inputs must hold each of Inputs once, in any order;
// outputs names what to return, in that order, nil meaning all of Outputs (the
// runtime computes all in any case). The inputs must not change until Run
// returns and are not kept; the result is the caller's. Errors wrap
// ErrOutOfMemory and ErrDeviceLost where these are the cause.
//
// When ctx ends, the run stops at the next graph node and Run returns ctx's
// error. A single node that hangs, as a broken GPU can make it, is not stopped.
func (s *Session) Run(ctx context.Context, inputs []Tensor, outputs []string) ([]Tensor, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	args, err := s.arrange(inputs)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", s.model, err)
	}
	picked, err := s.pick(outputs)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", s.model, err)
	}
	all, err := s.run(ctx, args)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("run %s: %w", s.model, classify(oneLine(err)))
	}
	results := make([]Tensor, len(picked))
	for i, at := range picked {
		results[i] = all[at]
	}
	return results, nil
}

// pick translates output names to positions.
func (s *Session) pick(outputs []string) ([]int, error) {
	if outputs == nil {
		outputs = names(s.outputs)
	}
	picked := make([]int, len(outputs))
	for i, name := range outputs {
		picked[i] = slices.IndexFunc(s.outputs, func(v ValueInfo) bool { return v.Name == name })
		if picked[i] < 0 {
			return nil, fmt.Errorf("the model has no output %q, only %q", name, names(s.outputs))
		}
	}
	return picked, nil
}

// run holds the model open and the inputs in place while it computes.
func (s *Session) run(ctx context.Context, inputs []Tensor) ([]Tensor, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	engine, err := s.engineFor(inputs)
	if err != nil {
		return nil, err
	}
	var pinner runtime.Pinner
	defer pinner.Unpin()
	args := make([]onnx.Value, 0, len(inputs))
	defer func() { destroy(args) }()
	for _, t := range inputs {
		v, err := t.value(&pinner)
		if err != nil {
			return nil, fmt.Errorf("input %q: %w", t.Name, err)
		}
		args = append(args, v)
	}
	values := make([]onnx.Value, len(s.outputs))
	if err := engine.run(ctx, args, values); err != nil {
		// Nothing to destroy: a failed run makes no values, and a value that
		// the binding cannot carry (rank 0) is a nil of its type.
		return nil, err
	}
	defer destroy(values)
	return s.collect(values)
}

// run computes values, or stops early when ctx ends.
func (e engine) run(ctx context.Context, args, values []onnx.Value) error {
	options, err := onnx.NewRunOptions()
	if err != nil {
		return err
	}
	defer options.Destroy()
	terminated := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(terminated)
		options.Terminate()
	})
	err = e.session.RunWithOptions(args, values, options)
	if !stop() {
		<-terminated // the options must outlive Terminate
	}
	return err
}

// collect turns the runtime's values into tensors. Their elements already lie
// in Go memory, which outlives the values.
func (s *Session) collect(values []onnx.Value) ([]Tensor, error) {
	tensors := make([]Tensor, len(values))
	for i, v := range values {
		t, err := tensorOf(s.outputs[i].Name, v)
		if err != nil {
			return nil, err
		}
		tensors[i] = t
	}
	return tensors, nil
}

func destroy(values []onnx.Value) {
	for _, v := range values {
		v.Destroy()
	}
}
