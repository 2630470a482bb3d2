package glip

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

func TestRecognise(t *testing.T) {
	const known = "3bec0a3dea804fcb278d7106c5438de5116ee888e49dfae46270e7ad7bc4ccbf"
	cases := map[string]struct {
		path, sha256 string
		a            Architecture
		model        string
		warning      string // "" means none
	}{
		"released":               {"glip_tiny_model_o365_goldg_cc_sbu.pth", known, GLIPT(), "GLIP-T, trained on O365, GoldG, CC3M and SBU", ""},
		"released under another": {"teacher.pth", known, GLIPT(), "GLIP-T, trained on O365, GoldG, CC3M and SBU", ""},
		"altered":                {"dir/glip_large_model.pth", known[1:] + "0", GLIPL(), "", "not its SHA-256"},
		"GLIP-T (B)":             {"glip_tiny_model_o365.pth", "12", GLIPT(), "", "GLIP-T (B), trained on O365, never trained on captions"},
		"GLIP-T (A)":             {"glip_a_tiny_o365.pth", "12", GLIPTA(), "", "unfit to ground"},
		"any without fusion":     {"mine.pth", "12", GLIPTA(), "", "GLIP-T (A), or a model like it"},
		"one's own":              {"mine.pth", "12", GLIPT(), "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			model, warnings := recognise(c.path, c.sha256, c.a)
			if model != c.model {
				t.Errorf("model %q, want %q", model, c.model)
			}
			if text := strings.Join(warnings, "; "); len(warnings) > 1 || (c.warning == "") != (text == "") || !strings.Contains(text, c.warning) {
				t.Errorf("warnings %q, want %q", warnings, c.warning)
			}
		})
	}
}

// Random weights make a teacher that runs, and the same one every time.
func TestRandom(t *testing.T) {
	loadRuntime(t)
	a := GLIPT()
	a.Swin.Embed, a.Swin.Depths, a.Swin.Heads, a.Channels, a.Blocks, a.FusionEmbed = 16, [4]int{2, 2, 2, 2}, [4]int{1, 2, 4, 8}, 32, 1, 64
	a.BERT.Hidden, a.BERT.Layers, a.BERT.Intermediate = 64, 1, 64
	write := func(name string, seed uint64) (string, string) {
		path := filepath.Join(t.TempDir(), name)
		written, err := Random(context.Background(), RandomOptions{Architecture: a, Output: path, Seed: seed, MinSize: 96, MaxSize: 160})
		if err != nil {
			t.Fatal(err)
		}
		return path, written.SHA256
	}
	path, first := write("a.onnx", 1)
	if _, again := write("a.onnx", 1); again != first {
		t.Error("two models of one seed differ")
	}
	if _, other := write("a.onnx", 2); other == first {
		t.Error("two seeds give one model")
	}
	m, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	ex := example(picture(90, 70, 1), "a dog", schema.Span{Start: 2, End: 5})
	for _, g := range ground(t, m, prepare(t, m, ex))[0] {
		if !(g.Best > 0 && g.Best < 0.9) {
			t.Errorf("%+v", g)
		}
	}
	if info := m.Info(); info.Name != "random" || info.Provider != "cpu" {
		t.Errorf("info %+v", info)
	}
	var _ teacher.Teacher = m
}

func TestRandomRefuses(t *testing.T) {
	for want, o := range map[string]RandomOptions{
		"no blocks":    {},
		"optimization": {Architecture: tiny, Optimize: "fast"},
		"precision":    {Architecture: tiny, Precision: "fp8"},
		"sizes":        {Architecture: tiny, MinSize: 100, MaxSize: 10},
	} {
		o.Output = filepath.Join(t.TempDir(), "m.onnx")
		if _, err := Random(context.Background(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
