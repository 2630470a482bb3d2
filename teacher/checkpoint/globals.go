package checkpoint

import (
	"errors"
	"fmt"
	"strconv"
)

// allowed maps the names that a pickle may use to what stands for them: a
// storage class is its DType, the rest are callables. Records are what training
// scripts leave beside the weights; none does anything.
var allowed = func() map[string]any {
	names := map[string]any{}
	add := func(name string, apply func(tuple) (any, error)) {
		names[name] = callable{name: name, apply: apply}
	}
	add("collections.OrderedDict", newOrderedDict)
	add("torch._utils._rebuild_tensor_v2", func(args tuple) (any, error) { return newView(args), nil })
	add("torch._utils._rebuild_parameter", rebuildParameter)
	for _, class := range []string{"argparse.Namespace", "collections.Counter", "torch.Size", "torch.device"} {
		add(class, func(tuple) (any, error) { return Record{Class: class}, nil })
	}
	for d := Float32; d <= Bool; d++ {
		names["torch."+dtypes[d].storage] = d
	}
	return names
}()

// findGlobal returns what stands for module.name.
func findGlobal(module, name string) (any, error) {
	full := module + "." + name
	if v, ok := allowed[full]; ok {
		return v, nil
	}
	quoted := strconv.Quote(full[:min(len(full), 200)])
	return nil, fmt.Errorf("%w: the pickle names %s; a checkpoint of weights needs only tensors, "+
		"storages and collections.OrderedDict; save model.state_dict() alone to get one", ErrRefused, quoted[1:len(quoted)-1])
}

func newOrderedDict(args tuple) (any, error) {
	if len(args) != 0 {
		return nil, errors.New("an OrderedDict is built from arguments, which torch never writes")
	}
	return &dict{}, nil
}

// rebuildParameter gives the tensor inside an nn.Parameter: (data,
// requires_grad, hooks).
func rebuildParameter(args tuple) (any, error) {
	if len(args) == 0 {
		return nil, errors.New("a parameter without data")
	}
	v, ok := args[0].(*view)
	if !ok {
		return nil, fmt.Errorf("a parameter's data is %s", kind(args[0]))
	}
	return v, nil
}

// apply is the REDUCE and NEWOBJ opcodes: f must be one of allowed.
func apply(f, args any) (any, error) {
	c, ok := f.(callable)
	if !ok {
		return nil, fmt.Errorf("%w: the pickle calls %s", ErrRefused, kind(f))
	}
	t, ok := args.(tuple)
	if !ok {
		return nil, fmt.Errorf("%s is given %s, want a tuple", c.name, kind(args))
	}
	return c.apply(t)
}
