package glip

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Parameters of the released models, counted from the official modules, less
// the 20,560 of cls_logits that inference does not use.
func TestInferReleasedModels(t *testing.T) {
	cases := map[string]struct {
		want       Architecture
		parameters int64
	}{
		"GLIP-T":     {glipT, 231_780_222 - 20_560},
		"GLIP-T (A)": {glipA, 151_430_526 - 20_560},
		"GLIP-L":     {glipL, 430_422_384 - 20_560},
		"tiny":       {tiny, elements(SpecFor(tiny))},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			specs := SpecFor(c.want)
			if got := elements(specs); got != c.parameters {
				t.Errorf("%d parameters, want %d", got, c.parameters)
			}
			got, err := Infer(specs)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The manifest lists the tensors of GLIP-T as the official modules have them.
func TestInferOfficialManifest(t *testing.T) {
	raw, err := os.ReadFile(shared(t, "glip-t-random.manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Buffers, Parameters []TensorSpec }
	if err := json.Unmarshal(raw, &manifest); err != nil {
		t.Fatal(err)
	}
	specs := slices.Concat(manifest.Parameters, manifest.Buffers)
	for i := range specs {
		specs[i].Name = strings.TrimPrefix(specs[i].Name, "module.")
	}
	got, err := Infer(specs)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(glipT, got); diff != "" {
		t.Error(diff)
	}
}

func TestInferIgnoresWhatInferenceDoesNotUse(t *testing.T) {
	specs := append(SpecFor(tiny),
		TensorSpec{"rpn.head.cls_logits.weight", []int{80, 16, 1, 1}},
		TensorSpec{"rpn.anchor_generator.cell_anchors.3", []int{1, 4}},
		TensorSpec{"backbone.body.layers.0.blocks.1.attn.relative_position_index", []int{16, 16}},
		TensorSpec{"language_backbone.body.model.embeddings.position_ids", []int{1, 16}},
	)
	if _, err := Infer(specs); err != nil {
		t.Error(err)
	}
}

func TestInferNamesEveryProblem(t *testing.T) {
	edit := func(name string, change func(s *TensorSpec) bool) func([]TensorSpec) []TensorSpec {
		return func(specs []TensorSpec) []TensorSpec {
			i := slices.IndexFunc(specs, func(s TensorSpec) bool { return s.Name == name })
			if change(&specs[i]) {
				return specs
			}
			return slices.Delete(specs, i, i+1)
		}
	}
	missing := func(*TensorSpec) bool { return false }
	cases := map[string]struct {
		edits []func([]TensorSpec) []TensorSpec
		want  []string
	}{
		"missing, misshapen and unknown at once": {
			[]func([]TensorSpec) []TensorSpec{
				edit("rpn.head.log_scale", missing),
				edit("backbone.body.norm2.bias", missing),
				edit("rpn.head.bias_lang", func(s *TensorSpec) bool { s.Shape = []int{63}; return true }),
				func(s []TensorSpec) []TensorSpec { return append(s, TensorSpec{"rpn.head.mlm_head.weight", []int{1}}) },
			},
			[]string{
				"rpn.head.log_scale is missing", "backbone.body.norm2.bias is missing",
				"rpn.head.bias_lang has shape [63], want [64]", "rpn.head.mlm_head.weight is unknown", "4 tensors",
			},
		},
		"a tensor that tells the architecture": {
			[]func([]TensorSpec) []TensorSpec{
				edit("backbone.body.patch_embed.proj.weight", missing),
				edit("language_backbone.body.model.embeddings.position_embeddings.weight", missing),
			},
			[]string{"patch_embed.proj.weight is missing", "position_embeddings.weight is missing"},
		},
		"wrong rank": {
			[]func([]TensorSpec) []TensorSpec{
				edit("backbone.body.patch_embed.proj.weight", func(s *TensorSpec) bool { s.Shape = []int{8}; return true }),
			},
			[]string{"patch_embed.proj.weight has shape [8], want 4 dimensions"},
		},
		"a block in the middle": {
			[]func([]TensorSpec) []TensorSpec{edit("backbone.body.layers.0.blocks.0.norm1.weight", missing)},
			[]string{"layers.0.blocks.0.norm1.weight is missing"},
		},
		"not a GLIP at all": {
			[]func([]TensorSpec) []TensorSpec{func([]TensorSpec) []TensorSpec { return []TensorSpec{{"fc.weight", []int{1, 2}}} }},
			[]string{"not a GLIP checkpoint"},
		},
		"a GLIP of MMDetection": {
			[]func([]TensorSpec) []TensorSpec{func([]TensorSpec) []TensorSpec {
				return []TensorSpec{{"backbone.stages.0.blocks.0.norm1.weight", []int{8}}, {"bbox_head.head.log_scale", []int{1}}}
			}},
			[]string{"not a GLIP checkpoint but one of MMDetection; import the file of GLIP's authors"},
		},
		"absurd numbers in names": {
			[]func([]TensorSpec) []TensorSpec{func(s []TensorSpec) []TensorSpec {
				return append(s, TensorSpec{towerPrefix + "999999999999.offset.weight", []int{1}})
			}},
			[]string{"dyhead_tower.999999999999.offset.weight is unknown"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			specs := SpecFor(tiny)
			for _, e := range c.edits {
				specs = e(specs)
			}
			_, err := Infer(specs)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if n := strings.Count(err.Error(), want); n != 1 {
					t.Errorf("%q is %d times in:\n%v", want, n, err)
				}
			}
		})
	}
}

func TestInferRefusesImpossibleDimensions(t *testing.T) {
	for want, change := range map[string]func(a *Architecture){
		"BERT width 65":        func(a *Architecture) { a.BERT.Hidden = 65 },
		"17 channels":          func(a *Architecture) { a.Channels = 17 },
		"into 3 heads":         func(a *Architecture) { a.Swin.Heads[0] = 3 },
		"fusion width 33":      func(a *Architecture) { a.FusionEmbed = 33 },
		"BERT reads 2 tokens":  func(a *Architecture) { a.BERT.Positions = 2 },
		"vocabulary is empty":  func(a *Architecture) { a.BERT.Vocabulary = 0 },
		"stage 3 cannot be sp": func(a *Architecture) { a.Swin.Heads[3] = 0 },
	} {
		a := tiny
		change(&a)
		if _, err := Infer(SpecFor(a)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}
