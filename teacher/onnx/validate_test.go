package onnx

import (
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	cases := map[string]struct {
		build func(m *Model)
		want  []string // each in its own line of the error; none means valid
	}{
		"valid": {func(*Model) {}, nil},
		"unknown value": {
			func(m *Model) { m.Graph.Op("Neg", []Value{"ghost"}) },
			[]string{`input 0, "ghost", is not defined`},
		},
		"used before it is made": {
			func(m *Model) { m.Graph.nodes[0], m.Graph.nodes[1] = m.Graph.nodes[1], m.Graph.nodes[0] },
			[]string{`"part/Foo_0:0", is not defined before it`},
		},
		"duplicates": {
			func(m *Model) {
				m.Graph.Weight(weight("big", 1, 0))
				m.Graph.Input("x", Float32)
				m.Graph.Output("y", "x", Float32)
			},
			[]string{`input "x": the name is taken`, `initializer "big": the name is taken`, `node "output/y": the name is taken`, `"y": the name is taken`},
		},
		"no output": {
			func(m *Model) { m.Graph.outputs = nil },
			[]string{"no output"},
		},
		"nameless things": {
			func(m *Model) {
				m.Graph.Weight(weight("", 1, 0))
				m.Graph.Op("", nil, Int("", 1), Int("a", 1), Int("a", 2))
			},
			[]string{"initializer without a name", "no operator", `attribute "" is unnamed`, `attribute "a" is unnamed or repeated`},
		},
		"bad types and sizes": {
			func(m *Model) {
				m.Graph.Input("i", DType(99), Fixed(-4))
				m.Graph.Weight(Initializer{Name: "w", DType: Int64, Shape: []int64{-1}})
			},
			[]string{`"i" has unknown element type 99`, `"i" has size -4`, `"w" has size -1`, `"w" has no data`},
		},
		"metadata and opset": {
			func(m *Model) { m.Opset = 0; m.Metadata = append(m.Metadata, Property{"a", "2"}) },
			[]string{"opset version 0", `metadata key "a"`},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := sample()
			c.build(m)
			err := m.Validate()
			if (err == nil) != (len(c.want) == 0) {
				t.Fatalf("error %v", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in:\n%v", want, err)
				}
			}
		})
	}
}

func TestInvalidModelIsNotWritten(t *testing.T) {
	m := sample()
	m.Graph.Op("Neg", []Value{"ghost"})
	if _, err := m.WriteFile(t.TempDir()+"/m.onnx", WriteOptions{}); err == nil {
		t.Error("no error")
	}
}
