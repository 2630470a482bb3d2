package ort

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ShapeRange is the extents that an input may have: Min and Max are inclusive,
// axis by axis, and Opt is the one to be fastest.
type ShapeRange struct {
	Min, Opt, Max []int64
}

// ShapeProfile gives the range of every input whose shape is not fixed, by
// name.
type ShapeProfile map[string]ShapeRange

func (p ShapeProfile) names() []string { return slices.Sorted(maps.Keys(p)) }

func (p ShapeProfile) problems() []string {
	if len(p) == 0 {
		return []string{"it names no input"}
	}
	var problems []string
	for _, name := range p.names() {
		if name == "" || strings.ContainsAny(name, ":,") {
			problems = append(problems, fmt.Sprintf("input name %q cannot be told to TensorRT", name))
		}
		if problem := p[name].problem(); problem != "" {
			problems = append(problems, fmt.Sprintf("input %q: %s", name, problem))
		}
	}
	return problems
}

func (r ShapeRange) problem() string {
	if len(r.Opt) == 0 || len(r.Min) != len(r.Opt) || len(r.Max) != len(r.Opt) {
		return fmt.Sprintf("min %v, opt %v and max %v need one extent per axis each", r.Min, r.Opt, r.Max)
	}
	for i, opt := range r.Opt {
		if r.Min[i] < 1 || r.Min[i] > opt || opt > r.Max[i] {
			return fmt.Sprintf("axis %d: want 1 <= min %d <= opt %d <= max %d", i, r.Min[i], opt, r.Max[i])
		}
	}
	return ""
}

// fits reports what p lacks of, or has beyond, a model's inputs.
func (p ShapeProfile) fits(inputs []ValueInfo) error {
	known := make(map[string]bool, len(inputs))
	for _, input := range inputs {
		known[input.Name] = true
		r, ok := p[input.Name]
		switch {
		case !ok && (len(input.Shape) == 0 || slices.Min(input.Shape) < 0):
			return fmt.Errorf("it has no shapes for input %q", input.Name)
		case ok && len(input.Shape) > 0 && len(input.Shape) != len(r.Opt):
			return fmt.Errorf("input %q has %d axes, not %d", input.Name, len(input.Shape), len(r.Opt))
		}
	}
	for _, name := range p.names() {
		if !known[name] {
			return fmt.Errorf("the model has no input %q, only %q", name, names(inputs))
		}
	}
	return nil
}

// takes reports whether all tensors are inside their ranges.
func (p ShapeProfile) takes(tensors []Tensor) bool {
	for _, t := range tensors {
		if r, ok := p[t.Name]; ok && !r.takes(t.Shape) {
			return false
		}
	}
	return true
}

func (r ShapeRange) takes(shape []int64) bool {
	if len(shape) != len(r.Opt) {
		return false
	}
	for i, extent := range shape {
		if extent < r.Min[i] || extent > r.Max[i] {
			return false
		}
	}
	return true
}

// format writes one corner of every range as the provider's options want it:
// "input1:dim1xdim2,input2:dim1".
func (p ShapeProfile) format(corner func(ShapeRange) []int64) string {
	parts := make([]string, 0, len(p))
	for _, name := range p.names() {
		extents := corner(p[name])
		digits := make([]string, len(extents))
		for i, extent := range extents {
			digits[i] = strconv.FormatInt(extent, 10)
		}
		parts = append(parts, name+":"+strings.Join(digits, "x"))
	}
	return strings.Join(parts, ",")
}

func (p ShapeProfile) min() string {
	return p.format(func(r ShapeRange) []int64 { return r.Min })
}

func (p ShapeProfile) opt() string {
	return p.format(func(r ShapeRange) []int64 { return r.Opt })
}

func (p ShapeProfile) max() string {
	return p.format(func(r ShapeRange) []int64 { return r.Max })
}
