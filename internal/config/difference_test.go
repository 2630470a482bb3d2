package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDifferences(t *testing.T) {
	tests := []struct {
		name, old, new string
		want           []Difference
	}{
		{"equal", "a: 1", "a: 1", nil},
		{"a value", "a: {b: 1, c: 2}", "a: {b: 1, c: 3}", []Difference{{Field: "a.c", Old: "2", New: "3"}}},
		{"a field more", "b: 1", "b: 1\na: [x, y]", []Difference{{Field: "a", New: "[x, y]"}}},
		{"an empty mapping", "a: {}", "a: {b: 1}", []Difference{{Field: "a", Old: "{}"}, {Field: "a.b", New: "1"}}},
		{"the form alone", "a: 1", "a:  1", []Difference{{Field: "text", Old: "another form", New: "the same values"}}},
		{"no mapping", "a", "a: 1", []Difference{{Field: "text", Old: `"a"`, New: `"a: 1"`}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Differences(tt.old, tt.new)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
