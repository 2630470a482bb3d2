package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/teacher/glip"
)

func newTeacherImport(c *console) *cobra.Command {
	var o glip.ImportOptions
	var vocab, random string
	cmd := &cobra.Command{
		Use:   "import CHECKPOINT.pth -o MODEL.onnx",
		Short: "Turn a GLIP checkpoint into an ONNX model",
		Long: `import reads a GLIP checkpoint as PyTorch saved it and writes the model as ONNX.
Nothing in the checkpoint is executed. The architecture is inferred from the
names and shapes of the tensors; a missing, extra or misshapen one is refused by
name. Weights are streamed, so memory does not grow with the model; more than
1 GiB of them go to MODEL.onnx.data beside the model.

The model file carries its vocabulary and input sizes. They come from the flags,
else from the checkpoint, else they are those of the released models.

With --precision fp16 the backbone and the products between image and text compute
in half precision, which pays on GPUs; what is sensitive stays in float32. With
--optimize none the graph computes in the order of the official modules: the same
answers, slower, to measure against. With --random ARCHITECTURE instead of a
checkpoint the weights are random: the model costs what a trained one does, but
labels nothing.`,
		Example: `  runner teacher import glip_tiny_model_o365_goldg_cc_sbu.pth -o glip-t.onnx
  runner teacher import --random glip-l --precision fp16 -o speed.onnx`,
		Annotations: exits(exitOK, exitFailed, exitUsage, exitInterrupted),
		Args:        usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if random != "" {
				return runTeacherRandom(cmd, c, random, args, o, vocab)
			}
			if len(args) == 0 {
				return usage("no checkpoint: give a .pth file, or --random; see '%s --help'", cmd.CommandPath())
			}
			o.Checkpoint = args[0]
			return runTeacherImport(cmd, c, o, vocab)
		},
	}
	f := cmd.Flags()
	f.StringVar(&random, "random", "", "write random weights of an `architecture`: "+strings.Join(architectureNames(), ", "))
	f.StringVar((*string)(&o.Optimize), "optimize", string(glip.OptimizeFull), "`order` of the computation: full or none")
	f.StringVar((*string)(&o.Precision), "precision", string(glip.Single), "`numbers` to compute in: fp32 or fp16")
	f.StringVarP(&o.Output, "output", "o", "", "the model `file` to write (required)")
	f.StringVar(&o.Name, "name", "", "the model's name in manifests (default the checkpoint's file name)")
	f.StringVar(&vocab, "vocab", "", "`file` of word pieces, one a line")
	f.IntVar(&o.MinSize, "min-size", 0, "short side of a resized image in `pixels` (default 800)")
	f.IntVar(&o.MaxSize, "max-size", 0, "most for its long side in `pixels` (default 1333)")
	f.BoolVar(&o.Debug, "debug", false, "also output the tensors between the parts, for 'teacher check'")
	return cmd
}

// checkImport refuses flags that make no sense.
func checkImport(o glip.ImportOptions) error {
	if o.Output == "" {
		return usage("no output: give -o MODEL.onnx")
	}
	if !slices.Contains(glip.Optimizations, o.Optimize) {
		return usage("--optimize %q: want one of %q", o.Optimize, glip.Optimizations)
	}
	if !slices.Contains(glip.Precisions, o.Precision) {
		return usage("--precision %q: want one of %q", o.Precision, glip.Precisions)
	}
	if o.MinSize < 0 || o.MaxSize < 0 || o.MaxSize > 0 && o.MaxSize < o.MinSize {
		return usage("--min-size %d and --max-size %d: want 0 < min <= max", o.MinSize, o.MaxSize)
	}
	return nil
}

func runTeacherImport(cmd *cobra.Command, c *console, o glip.ImportOptions, vocab string) error {
	if err := checkImport(o); err != nil {
		return err
	}
	if vocab != "" {
		var err error
		if o.Vocab, err = readVocab(vocab); err != nil {
			return &exitError{exitUsage, err}
		}
	}
	report, err := glip.Import(cmd.Context(), o)
	if err != nil {
		return err
	}
	for _, warning := range report.Warnings {
		fmt.Fprintln(c.err, "warning:", warning)
	}
	return c.result(report, func(w io.Writer) { writeImport(w, o, report) })
}

// readVocab reads a file of word pieces, a piece a line, with the line ends of any
// system: Python, which wrote most such files, reads them all as one.
func readVocab(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text := strings.TrimRight(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
	if text == "" || !utf8.ValidString(text) {
		return nil, fmt.Errorf("vocabulary %s: want UTF-8 text, a word piece a line", path)
	}
	return strings.Split(text, "\n"), nil
}

func writeImport(w io.Writer, o glip.ImportOptions, r *glip.ImportReport) {
	a := r.Architecture
	fmt.Fprintf(w, "%s: %s, %d tensors, %d parameters\n", o.Output, r.Name, r.Tensors, r.Parameters)
	if r.Released != "" {
		fmt.Fprintf(w, "  released as %s\n", r.Released)
	}
	fmt.Fprintf(w, "  graph     %d operators, precision %s, optimize %s\n", r.Nodes, o.Precision, o.Optimize)
	fmt.Fprintf(w, "  backbone  Swin, embed %d, depths %v, window %d\n", a.Swin.Embed, a.Swin.Depths, a.Swin.Window)
	fmt.Fprintf(w, "  text      BERT, hidden %d, %d layers, %d word pieces\n", a.BERT.Hidden, a.BERT.Layers, a.BERT.Vocabulary)
	fmt.Fprintf(w, "  head      %d blocks, %d channels, early fusion %t\n", a.Blocks, a.Channels, a.EarlyFusion())
	fmt.Fprintf(w, "  checkpoint sha256 %s\n  model      sha256 %s, %d bytes\n", r.CheckpointSHA256, r.Written.Model.SHA256, r.Written.Model.Bytes)
	if d := r.Written.Data; d != nil {
		fmt.Fprintf(w, "  data       sha256 %s, %d bytes\n", d.SHA256, d.Bytes)
	}
}
