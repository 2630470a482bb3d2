package glip

import (
	"math"
	"testing"
)

// TestWorkOfReleasedModels compares with counts taken from the official modules
// by their configuration (configs/pretrain/glip_Swin_T_O365_GoldG.yaml), in
// 10⁹ multiply-adds for 800×1333 pixels, padded to 800×1344: 22,400 positions.
func TestWorkOfReleasedModels(t *testing.T) {
	tests := []struct {
		name     string
		optimize Optimization
		tokens   int
		want     map[Part]float64
	}{
		{"as released", OptimizeNone, 256, map[Part]float64{
			PartBackbone: 99.1, PartFPN: 14.7, PartBERT: 23.0, PartFusion: 430.0, PartHeadBERT: 11.5, PartDyConv: 127.3}},
		{"short text", OptimizeNone, 32, map[Part]float64{
			PartBackbone: 99.1, PartFPN: 14.7, PartBERT: 2.7, PartFusion: 238.7, PartHeadBERT: 1.4, PartDyConv: 127.3}},
		{"re-ordered", OptimizeFull, 256, map[Part]float64{PartBERT: 23.0, PartFusion: 221.1}},
		{"re-ordered, short text", OptimizeFull, 32, map[Part]float64{
			PartBackbone: 99.1, PartFPN: 14.7, PartBERT: 2.7, PartFusion: 27.6, PartHeadBERT: 1.4, PartDyConv: 127.3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := Workload{Height: 800, Width: 1344, Tokens: tt.tokens, Columns: 16, Phrases: 4}
			got := make(map[Part]float64)
			for _, s := range Work(GLIPT(), tt.optimize, w) {
				got[s.Part] = float64(s.MACs) / 1e9
			}
			for part, want := range tt.want {
				if math.Abs(got[part]-want) > max(0.02*want, 0.05) {
					t.Errorf("%s: %.2f·10⁹, want %.1f", part, got[part], want)
				}
			}
		})
	}
}

// TestWorkFollowsForm says which parts a form changes, and how.
func TestWorkFollowsForm(t *testing.T) {
	w := Workload{Height: 800, Width: 1344, Tokens: 32, Columns: 16, Phrases: 4}
	const positions, channels = 22400, 256
	outputs := func(columns, phrases int64) int64 {
		return columns*768*(channels+1) + positions*(channels*(columns+5)+columns*phrases)
	}
	tests := []struct {
		name string
		got  []PartWork
		want map[Part]int64 // only these are compared; 0 for a part that is not there
	}{
		{"full scores the columns", Work(GLIPT(), OptimizeFull, w), map[Part]int64{PartOutputs: outputs(16, 4)}},
		{"none scores every token", Work(GLIPT(), OptimizeNone, w), map[Part]int64{PartOutputs: outputs(32, 0)}},
		{"no fusion in GLIP-T (A)", Work(GLIPTA(), OptimizeFull, w), map[Part]int64{PartFusion: 0, PartHeadBERT: 0}},
	}
	for _, tt := range tests {
		got := make(map[Part]int64)
		for _, p := range tt.got {
			got[p.Part] = p.MACs
		}
		for part, want := range tt.want {
			if got[part] != want {
				t.Errorf("%s: %s %d, want %d", tt.name, part, got[part], want)
			}
		}
	}
}

// TestWorkPadsWindows counts a Swin of one-cell stages: only windows that lie
// partly outside of the map can make up its work.
func TestWorkPadsWindows(t *testing.T) {
	a := GLIPT()
	whole := Workload{Height: 32 * 7, Width: 32 * 7, Tokens: 16}
	padded := Workload{Height: 32, Width: 32, Tokens: 16}
	backbone := func(w Workload) int64 { return Work(a, OptimizeFull, w)[0].MACs }
	if small, share := backbone(padded), backbone(whole)/49; small <= share {
		t.Errorf("one cell of C5 takes %d multiply-adds, its share of 49 is %d: the padding is not counted", small, share)
	}
}

func TestPartOf(t *testing.T) {
	tests := map[string]Part{
		"pixels/Cast_3":                                   PartPixels,
		"swin/patch_embed/Conv_1":                         PartBackbone,
		"swin/0/1/MatMul_7":                               PartBackbone,
		"fpn/Conv_1":                                      PartFPN,
		"bert/embeddings/Gather_4":                        PartBERT,
		"bert/11/MatMul_9":                                PartBERT,
		"head/5/fusion/MatMul_9":                          PartFusion,
		"head/5/bert/MatMul_9":                            PartHeadBERT,
		"head/5/dyconv/DeformConv_9":                      PartDyConv,
		"head/5/DeformConv_9":                             PartDyConv,
		"head/outputs/MatMul_9":                           PartOutputs,
		"head/candidates/TopK_9":                          PartOutputs,
		"output/scores":                                   PartOutputs,
		"fused head/0/dyconv/MatMul_1505/MatMulAddFusion": PartDyConv,
		"InsertedPrecisionFreeCast_fpn/Conv_985:0_nchwc":  PartFPN,
		"BiasGelu_token_69":                               PartOther,
		"Memcpy_token_12":                                 PartOther,
		"":                                                PartOther,
	}
	for node, want := range tests {
		if got := PartOf(node); got != want {
			t.Errorf("%q is of %q, want %q", node, got, want)
		}
	}
}
