// Package glip is a GLIP grounding model: it imports an official PyTorch
// checkpoint into an ONNX file, and runs such a file as a teacher.Teacher.
//
// GLIP (Li et al., Grounded Language-Image Pre-training, arXiv 2112.03857)
// scores every word of a caption at every place of an image. One parametric
// architecture covers GLIP-T, GLIP-L, GLIP-T (A) and smaller models of the same
// topology; its dimensions are inferred from the names and shapes of the
// checkpoint's tensors. Comments cite files of github.com/microsoft/GLIP at
// commit 9dda9558, where "mb" stands for maskrcnn_benchmark.
//
//	report, err := glip.Import(ctx, glip.ImportOptions{Checkpoint: "glip.pth", Output: "glip.onnx"})
//	...
//	t, err := glip.Open("glip.onnx", glip.Options{})
//	p, err := t.Prepare(teacher.Example{Image: rgb, Caption: caption, Phrases: spans})
//	groundings, err := t.Ground(ctx, []teacher.Prepared{p})
//
// Units and invariants:
//
//   - Inside the package boxes are GLIP's: pixels with inclusive edges, so that
//     a box of one pixel has X2 == X1. exclusiveBox alone converts them to
//     schema.Box.
//   - Token columns count from [CLS], which is column 0.
//   - Positions of the feature maps are numbered row-major, level after level
//     (P3 to P7).
//   - Text is cut to the length of the longest caption of a batch, which changes
//     nothing; image padding changes scores, so a batch holds one padded size.
//   - A caption that exceeds the model's text is read in windows, each a prompt of
//     its own on the same image, and each phrase is in exactly one of them unless
//     it is too long for any (window.go). The limits of Parameters are a window's.
//
// Quirks that the released weights were trained with are reproduced and named
// where they occur. The ±50000 clamps of the official code are left out: they
// change nothing in float32.
package glip
