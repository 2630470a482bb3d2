package ort

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEngineFolderFollowsContent(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "new", "cache")
	path := model{
		nodes:    []node{{op: "Add", inputs: []string{"x", "w"}, outputs: []string{"y"}}},
		inputs:   []value{{"x", protoFloat, []int64{4}}},
		outputs:  []value{{"y", protoFloat, []int64{4}}},
		external: "weights.bin",
	}.write(t)
	weights := func(content string) {
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), "weights.bin"), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	folder := func(profiles ...ShapeProfile) string {
		got, err := Provider{Kind: TensorRT, EngineCache: cache, Profiles: profiles}.engineFolder(path)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(got); err != nil || !info.IsDir() || filepath.Dir(got) != cache {
			t.Fatalf("%s is no folder in %s (%v)", got, cache, err)
		}
		return got
	}
	weights("0123456789abcdef")
	first := folder()
	if again := folder(); again != first {
		t.Errorf("the same content gave %s and %s", first, again)
	}
	all := []string{first, folder(landscape), folder(portrait)}
	weights("0123456789abcdeF")
	all = append(all, folder())
	slices.Sort(all)
	if distinct := slices.Compact(slices.Clone(all)); len(distinct) != len(all) {
		t.Errorf("different contents share folders: %q", all)
	}
}

func TestEngineFolderRefuses(t *testing.T) {
	external := model{external: "gone.bin"}.write(t)
	text := touch(t, "text.onnx", "hello, world\n")
	cases := []struct{ name, model, cache, want string }{
		{"missing external data", external, t.TempDir(), "gone.bin: no such file"},
		{"no model", text, t.TempDir(), "not an ONNX model"},
		{"cache is a file", matmul.write(t), text, "not a directory"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Provider{Kind: TensorRT, EngineCache: c.cache}.engineFolder(c.model)
			checkLine(t, err, "engine cache: ")
			checkLine(t, err, c.want)
		})
	}
	for _, p := range []Provider{{Kind: TensorRT}, {Kind: CUDA, EngineCache: "cache"}} {
		if got, err := p.engineFolder("none.onnx"); got != "" || err != nil {
			t.Errorf("%+v: folder %q (%v), want none", p, got, err)
		}
	}
}

func TestExternalFiles(t *testing.T) {
	got, err := externalFiles(model{external: "weights.bin"}.encode())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"weights.bin"}, got); diff != "" {
		t.Errorf("locations (-want +got):\n%s", diff)
	}
	if got, err := externalFiles(matmul.encode()); got != nil || err != nil {
		t.Errorf("inline model: %q (%v), want none", got, err)
	}
}

func FuzzExternalFiles(f *testing.F) {
	f.Add(matmul.encode())
	f.Add(model{external: "weights.bin"}.encode())
	f.Add(matmul.encode()[:40])
	f.Fuzz(func(t *testing.T, data []byte) {
		locations, err := externalFiles(data)
		if size := len(data); err == nil && len(locations) > size {
			t.Errorf("%d locations in %d bytes", len(locations), size)
		}
	})
}
