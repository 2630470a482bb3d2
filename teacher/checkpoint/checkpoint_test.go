package checkpoint

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// wantTensor is what torch says of a tensor, see testdata/make_fixtures.py.
type wantTensor struct {
	Name, DType string
	Shape       []int
	Values      []string // hexadecimal floats; nil for types other than float
}

func readWant(t *testing.T) []wantTensor {
	t.Helper()
	text, err := os.ReadFile("testdata/want.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []wantTensor
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

func mustOpen(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func mustStateDict(t testing.TB, f *File) *StateDict {
	t.Helper()
	sd, err := f.StateDict()
	if err != nil {
		t.Fatal(err)
	}
	return sd
}

var containers = []string{"zip.pth", "zip-protocol4.pth", "legacy.pth"}

func TestTensorsEqualTorch(t *testing.T) {
	want := readWant(t)
	for _, file := range containers {
		t.Run(file, func(t *testing.T) {
			sd := mustStateDict(t, mustOpen(t, filepath.Join("testdata", file)))
			if len(sd.Names()) != len(want) {
				t.Fatalf("%d tensors, want %d: %v", len(sd.Names()), len(want), sd.Names())
			}
			for i, w := range want {
				if sd.Names()[i] != w.Name {
					t.Fatalf("name %d is %q, want %q", i, sd.Names()[i], w.Name)
				}
				checkTensor(t, sd, w)
			}
		})
	}
}

func checkTensor(t *testing.T, sd *StateDict, want wantTensor) {
	t.Helper()
	got, ok := sd.Tensor(want.Name)
	if !ok {
		t.Fatalf("no tensor %q", want.Name)
	}
	if diff := cmp.Diff(want.Shape, got.Shape()); diff != "" || got.DType().String() != want.DType || got.Name() != want.Name {
		t.Errorf("%s: %s %v, want %s %v", want.Name, got.DType(), got.Shape(), want.DType, want.Shape)
	}
	values, err := got.Float32s()
	if want.Values == nil {
		if err == nil {
			t.Errorf("%s: float values of %s", want.Name, got.DType())
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(parseBits(t, want.Values), floatBits(values)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", want.Name, diff)
	}
}

// floatBits gives values a comparable form in which -0 differs from 0 and a NaN
// equals any other.
func floatBits(values []float32) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strconv.FormatUint(uint64(math.Float32bits(v)), 16)
		if v != v {
			out[i] = "nan"
		}
	}
	return out
}

func parseBits(t *testing.T, texts []string) []string {
	t.Helper()
	values := make([]float32, len(texts))
	for i, text := range texts {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		values[i] = float32(v)
	}
	return floatBits(values)
}

func TestStateDictWithoutModelEntry(t *testing.T) {
	sd := mustStateDict(t, mustOpen(t, "testdata/bare.pth"))
	// One name lacks the prefix, so none loses it.
	if diff := cmp.Diff([]string{"module.a", "b"}, sd.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	b, _ := sd.Tensor("b")
	got, err := b.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float32{2, 3}, got); diff != "" {
		t.Errorf("b (-want +got):\n%s", diff)
	}
	if _, ok := sd.Tensor("a"); ok {
		t.Error("tensor \"a\" was found")
	}
}

func TestExtra(t *testing.T) {
	want := map[string]any{
		"scheduler": map[string]any{
			"last_epoch": int64(7),
			"milestones": Record{"collections.Counter"},
			"big":        Record{"an int"},
			"negative":   int64(-3),
		},
		"args":      Record{"argparse.Namespace"},
		"size":      Record{"torch.Size"},
		"iteration": int64(123456),
		"done":      true,
		"note":      "näher",
	}
	for _, file := range containers {
		f := mustOpen(t, filepath.Join("testdata", file))
		for key, w := range want {
			got, ok := f.Extra(key)
			if !ok {
				t.Errorf("%s: no entry %q", file, key)
			}
			if diff := cmp.Diff(w, got); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", file, key, diff)
			}
		}
		if _, ok := f.Extra("absent"); ok {
			t.Errorf("%s: an absent entry was found", file)
		}
	}
}

func TestExtraHoldsTensorsAndSettings(t *testing.T) {
	v, _ := mustOpen(t, "testdata/zip.pth").Extra("optimizer")
	optimizer := v.(map[string]any)
	group := optimizer["param_groups"].([]any)[0]
	want := map[string]any{"lr": 1e-4, "betas": []any{0.9, 0.999}, "params": []any{int64(0)}, "foreach": nil}
	if diff := cmp.Diff(want, group); diff != "" {
		t.Errorf("param_groups (-want +got):\n%s", diff)
	}
	moment := optimizer["state"].(map[string]any)["0"].(map[string]any)["exp_avg"].(Tensor)
	if diff := cmp.Diff([]int{3}, moment.Shape()); diff != "" || moment.Name() != "optimizer.state.0.exp_avg" {
		t.Errorf("tensor %q of shape %v", moment.Name(), moment.Shape())
	}
}

func TestSHA256(t *testing.T) {
	f, err := newFile(bytes.NewReader(simpleZip(t)), int64(len(simpleZip(t))))
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.SHA256()
	if err != nil || len(got) != 64 {
		t.Fatalf("SHA256() = %q, %v", got, err)
	}
	if want := hexSHA256(simpleZip(t)); got != want {
		t.Errorf("SHA256() = %s, want %s", got, want)
	}
}

// TestOfficialContainer reads a checkpoint with the layout of the released GLIP
// files. The sums are torch's: tensor.double().sum().
func TestOfficialContainer(t *testing.T) {
	path := "../../../shared/data/glip/glip-mini.pth"
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no reference checkpoint: %v", err)
	}
	f := mustOpen(t, path)
	sd := mustStateDict(t, f)
	if len(sd.Names()) != 314 {
		t.Errorf("%d tensors, want 314", len(sd.Names()))
	}
	for name, want := range map[string]float64{
		"backbone.body.patch_embed.proj.weight":                                    1.862650139228208,
		"language_backbone.body.model.encoder.layer.0.attention.self.value.weight": -12.99590321625874,
		"language_backbone.body.model.embeddings.word_embeddings.weight":           -11.324779761944825,
	} {
		tensor, ok := sd.Tensor(name)
		if !ok {
			t.Fatalf("no tensor %q", name)
		}
		values, err := tensor.Float32s()
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, v := range values {
			sum += float64(v)
		}
		if math.Abs(sum-want) > 1e-9 {
			t.Errorf("%s sums to %v, want %v", name, sum, want)
		}
	}
	if got, ok := f.Extra("iteration"); !ok || got == nil {
		t.Errorf("iteration = %v, %v", got, ok)
	}
}
