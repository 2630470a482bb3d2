package jsonlines

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type pair struct {
	Name  string
	Score float64
}

func TestRead(t *testing.T) {
	tests := []struct {
		name, in string
		want     []pair
		err      string
	}{
		{"lines", "{\"name\":\"a\"}\r\n\n{\"name\":\"b\",\"score\":0.5,\"more\":[1]}", []pair{{"a", 0}, {"b", 0.5}}, ""},
		{"byte order mark", "\ufeff{\"name\":\"a\"}\n", []pair{{"a", 0}}, ""},
		{"nothing", "", nil, ""},
		{"wrong type names the field", "{}\n{\"score\":\"high\"}\n", []pair{{}}, "f: line 2: json: cannot unmarshal string into Go struct field pair.Score"},
		{"cut off", "{\"name\":\"a\"}\n{\"na", []pair{{"a", 0}}, "f: line 2: unexpected end of JSON input"},
		{"two values", "{} {}", nil, "f: line 1: invalid character"},
		{"error of the caller", "{\"name\":\"stop\"}\n", nil, "f: line 1: stopped"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			var got []pair
			err := Read(strings.NewReader(tc.in), "f", func(_ int, v pair) error {
				if v.Name == "stop" {
					return errors.New("stopped")
				}
				got = append(got, v)
				return nil
			})
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Errorf("error %v, want %q in it", err, tc.err)
			}
		})
	}
}

func TestReadFileNamesTheFile(t *testing.T) {
	if _, err := All[pair]("missing.jsonl"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "missing.jsonl") {
		t.Errorf("got %v", err)
	}
}
