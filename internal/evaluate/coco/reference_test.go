package coco

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/groundmill/groundmill/internal/bootstrap"
	"github.com/groundmill/groundmill/schema/readertest"
)

var update = flag.Bool("update", false, "rewrite testdata/reference.json by pycocotools")

const referenceFile = "testdata/reference.json"

// reference is what pycocotools says of a random case, and the digest of the case,
// so that a change of the generator is not taken for one of the evaluation.
type reference struct {
	SHA256 string      `json:"sha256"`
	Stats  [12]float64 `json:"stats"`
}

// TestAgreesWithPycocotools runs the official implementation beside ours.
func TestAgreesWithPycocotools(t *testing.T) {
	references := map[string]reference{}
	for _, tc := range randomCases {
		t.Run(tc.name, func(t *testing.T) {
			annotations, results := tc.files(t)
			dir := t.TempDir()
			truthPath, resultPath := filepath.Join(dir, "truth.json"), filepath.Join(dir, "results.json")
			for path, data := range map[string][]byte{truthPath: annotations, resultPath: results} {
				if err := os.WriteFile(path, data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want := reference{SHA256: digest(annotations, results)}
			out := readertest.Python(t, "pycocotools", "testdata/reference.py", truthPath, resultPath)
			if err := json.Unmarshal(out, &want.Stats); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			references[tc.name] = want
			compare(t, want.Stats, annotations, results)
		})
	}
	if *update && !t.Failed() && len(references) == len(randomCases) {
		writeReferences(t, references)
	}
}

// TestAgreesWithCommittedReference does the same with numbers that pycocotools
// 2.0.11 has given before.
func TestAgreesWithCommittedReference(t *testing.T) {
	data, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	var references map[string]reference
	if err := json.Unmarshal(data, &references); err != nil {
		t.Fatal(err)
	}
	for _, tc := range randomCases {
		t.Run(tc.name, func(t *testing.T) {
			annotations, results := tc.files(t)
			want := references[tc.name]
			if got := digest(annotations, results); got != want.SHA256 {
				t.Fatalf("the case is another one (%s, want %q); run: go test ./internal/evaluate/coco -update", got, want.SHA256)
			}
			compare(t, want.Stats, annotations, results)
		})
	}
}

func compare(t *testing.T, want [12]float64, annotations, results []byte) {
	t.Helper()
	r := evaluateFiles(t, annotations, results)
	for i, f := range r.Figures {
		got := float64(f.Value)
		if math.IsNaN(got) {
			got = -1
		}
		if math.Abs(got-want[i]) > 1e-6 {
			t.Errorf("%s is %.9f, pycocotools says %.9f", f.Name, got, want[i])
		}
	}
}

func evaluateFiles(t *testing.T, annotations, results []byte) *Report {
	t.Helper()
	data, err := ReadDataset(bytes.NewReader(annotations), "truth")
	if err != nil {
		t.Fatal(err)
	}
	found, err := ReadResults(bytes.NewReader(results), "results", data)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Evaluate(t.Context(), data, found, bootstrap.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func digest(parts ...[]byte) string {
	sum := sha256.New()
	for _, p := range parts {
		sum.Write(p)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func writeReferences(t *testing.T, references map[string]reference) {
	t.Helper()
	data, err := json.MarshalIndent(references, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(referenceFile, append(data, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
