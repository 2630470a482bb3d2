package checkpoint

import (
	"errors"
	"fmt"
	"strings"
)

// StateDict is the named tensors of a model.
type StateDict struct {
	names   []string
	tensors map[string]Tensor
}

// maxProblems is how many faulty tensors one error lists.
const maxProblems = 10

// StateDict returns the model's tensors: those of the top-level entry `model` or,
// as other trainers name it, `state_dict` if there is one, else those of the
// whole object; `model_ema` is never used.
// The prefix "module." is dropped when every name has it, as the official
// loader does (GLIP maskrcnn_benchmark/utils/model_serialization.py:103-110).
// The error names every tensor that is not what it claims to be, up to ten.
func (f *File) StateDict() (*StateDict, error) {
	weights, err := f.weights()
	if err != nil {
		return nil, err
	}
	names, err := weights.names()
	if err != nil {
		return nil, err
	}
	sd := &StateDict{names: stripModule(names), tensors: make(map[string]Tensor, len(names))}
	var problems []error
	for i, name := range sd.names {
		v, err := tensorView(weights.values[i])
		if err != nil {
			problems = append(problems, fmt.Errorf("tensor %q: %w", name, err))
		}
		sd.tensors[name] = Tensor{name: name, view: v}
	}
	if n := len(problems); n > maxProblems {
		problems = append(problems[:maxProblems], fmt.Errorf("and %d more tensors", n-maxProblems))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return sd, nil
}

func (f *File) weights() (*dict, error) {
	top, ok := f.root.(*dict)
	if !ok {
		return nil, fmt.Errorf("the checkpoint is %s, want a dict of tensors", kind(f.root))
	}
	for _, entry := range []string{"model", "state_dict"} {
		weights, ok := top.get(entry)
		if !ok {
			continue
		}
		d, ok := weights.(*dict)
		if !ok {
			return nil, fmt.Errorf("entry %q is %s, want a dict of tensors", entry, kind(weights))
		}
		return d, nil
	}
	return top, nil
}

func (d *dict) names() ([]string, error) {
	names := make([]string, len(d.keys))
	for i, k := range d.keys {
		name, ok := k.(string)
		if !ok {
			return nil, fmt.Errorf("a tensor is named by %s, want a string", kind(k))
		}
		names[i] = name
	}
	return names, nil
}

func tensorView(v any) (*view, error) {
	t, ok := v.(*view)
	if !ok {
		return nil, fmt.Errorf("it is %s", kind(v))
	}
	return t, t.check()
}

// stripModule drops the prefix that torch's DistributedDataParallel adds, if
// every name has it.
func stripModule(names []string) []string {
	stripped := make([]string, len(names))
	for i, name := range names {
		var ok bool
		if stripped[i], ok = strings.CutPrefix(name, "module."); !ok {
			return names
		}
	}
	return stripped
}

// Names returns the tensors' names in the order of the file. The caller must
// not change the slice.
func (d *StateDict) Names() []string { return d.names }

// Tensor returns the tensor of that name, if there is one.
func (d *StateDict) Tensor(name string) (Tensor, bool) {
	t, ok := d.tensors[name]
	return t, ok
}
