package glip

import (
	"fmt"
	"path/filepath"
)

// GLIPT returns the architecture of GLIP-T: of the files (B), (C) and those
// trained on captions.
func GLIPT() Architecture {
	a := GLIPTA()
	a.FusionEmbed = 2048
	return a
}

// GLIPTA returns the architecture of GLIP-T (A), which has no early fusion.
func GLIPTA() Architecture {
	return Architecture{
		Swin:     Swin{Embed: 96, Depths: [4]int{2, 2, 6, 2}, Heads: [4]int{3, 6, 12, 24}, Window: 7},
		Channels: 256, Blocks: 6,
		BERT: BERT{Hidden: 768, Layers: 12, Intermediate: 3072, Vocabulary: 30522, Positions: 512},
	}
}

// GLIPL returns the architecture of GLIP-L.
func GLIPL() Architecture {
	a := GLIPT()
	a.Swin = Swin{Embed: 192, Depths: [4]int{2, 2, 18, 2}, Heads: [4]int{6, 12, 24, 48}, Window: 12}
	a.Blocks = 8
	return a
}

// release is a checkpoint file that GLIP's authors published
// (github.com/microsoft/GLIP, README.md; huggingface.co/GLIPModel/GLIP).
type release struct {
	file     string
	model    string
	sha256   string // "" where it is not known here
	captions bool   // trained on captions
}

var releases = []release{
	{file: "glip_a_tiny_o365.pth", model: "GLIP-T (A), trained on O365"},
	{file: "glip_tiny_model_o365.pth", model: "GLIP-T (B), trained on O365"},
	{"glip_tiny_model_o365_goldg.pth", "GLIP-T (C), trained on O365 and GoldG",
		"4274770c817b966621097df306c5ae857a2bdf3dfc242afc402382d9604382d3", true},
	{"glip_tiny_model_o365_goldg_cc_sbu.pth", "GLIP-T, trained on O365, GoldG, CC3M and SBU",
		"3bec0a3dea804fcb278d7106c5438de5116ee888e49dfae46270e7ad7bc4ccbf", true},
	{"glip_tiny_model_o365_goldg_cc_sbu_lvisbest.pth", "GLIP-T, trained on O365, GoldG, CC3M and SBU, best on LVIS",
		"246ea2b91b9b3e20c1478a6cc6e0831ae1c4f75502cf885225a99caa2e8b996a", true},
	{"glip_large_model.pth", "GLIP-L, trained on FourODs, GoldG, CC3M, CC12M and SBU",
		"dcb0178264b3193901a11560aa7f31b05821a5bf15225eeb0eeebbedaaa27791", true},
	{file: "glip_large_model_lvisbest.pth", model: "GLIP-L, best on LVIS", captions: true},
}

// recognise returns the model of a released file, "" for any other, and what a
// user should know before labelling with it.
func recognise(path, sha256 string, a Architecture) (model string, warnings []string) {
	named := filepath.Base(path)
	for _, r := range releases {
		switch {
		case r.sha256 == sha256 && sha256 != "":
			return r.model, nil
		case r.file != named:
		case r.sha256 != "":
			warnings = append(warnings, fmt.Sprintf(
				"the file has the name of %s, but not its SHA-256, %s: it is another model, or damaged", r.model, r.sha256))
		case !r.captions && a.EarlyFusion():
			warnings = append(warnings, unfit(r.model))
		}
	}
	if !a.EarlyFusion() {
		warnings = append(warnings, unfit("GLIP-T (A), or a model like it"))
	}
	return "", warnings
}

// unfit warns of models that were never trained on captions: GLIP-T (A) and (B)
// reach a recall@1 of 46.4 and 41.4 on Flickr30k Entities, where GLIP-T reaches
// 85.3 (arXiv 2112.03857, appendix).
func unfit(model string) string {
	return fmt.Sprintf("this is %s, never trained on captions: it is unfit to ground their phrases; take glip_tiny_model_o365_goldg_cc_sbu.pth", model)
}
