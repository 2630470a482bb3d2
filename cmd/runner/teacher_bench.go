package main

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/extract"
	"github.com/groundmill/groundmill/internal/teacherbench"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

type benchOptions struct {
	input    string
	size     string
	images   int
	batches  []int
	inFlight int
	threads  int
	seconds  float64
	provider ort.Provider
	library  string
}

func newTeacherBench(c *console) *cobra.Command {
	var o benchOptions
	cmd := &cobra.Command{
		Use:   "bench MODEL.onnx",
		Short: "Measure how fast a model labels images here",
		Long: `bench tells how many images a second a model labels on this machine, where the
time goes and how well the device is used. For each batch size it times one
session in a bare loop over batches that were prepared beforehand, and fed as
annotate feeds it, with images decoded and resized on all cores meanwhile. Then
it runs the first batch size under ONNX Runtime's profiler for the time of each
part of the model.

The images are generated, always the same: JPEGs as hard to decode as photographs,
with captions of 24 tokens and four to six phrases. --input takes pairs of a
WebDataset tar instead, whose phrases it finds as annotate does.

Busy is the share of the time with a run of the model under way; fed/bare is how
much of the bare loop's rate is left when images have to be prepared. On a GPU,
raise --in-flight until busy stays at 1.`,
		Example: `  runner teacher bench bin/tiny.onnx
  runner teacher bench glip-t.onnx --batch 1,2 --input pairs/00000.tar --images 64
  runner teacher bench glip-t-fp16.onnx --provider cuda --batch 8,16,32 --in-flight 2 --images 128 --json`,
		Annotations: exits(exitOK, exitFailed, exitUsage, exitInterrupted),
		Args:        usageArgs(cobra.ExactArgs(1)),
		RunE:        func(cmd *cobra.Command, args []string) error { return runTeacherBench(cmd, c, args[0], o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.input, "input", "", "`tar` of pairs (default generated images)")
	f.StringVar(&o.size, "size", "", "`WxH` pixels of generated images (default 800x600)")
	f.IntVar(&o.images, "images", 32, "different images to use")
	f.IntSliceVar(&o.batches, "batch", []int{1, 2, 4, 8}, "batch `sizes` to measure")
	f.IntVar(&o.inFlight, "in-flight", 1, "batches grounded at once")
	f.IntVar(&o.threads, "threads", 1, "threads of one run")
	f.Float64Var(&o.seconds, "seconds", 5, "least duration of each loop, of which there are two for each batch size")
	f.StringVar(&o.provider.Kind, "provider", ort.CPU, "what computes: cpu, cuda or tensorrt")
	f.IntVar(&o.provider.Device, "device", 0, "the GPU's index")
	f.StringVar(&o.library, "library", "", "ONNX Runtime's `file` (default $"+ort.EnvLibrary+", then the pinned download)")
	return cmd
}

func runTeacherBench(cmd *cobra.Command, c *console, model string, o benchOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	samples, err := o.samples()
	if err != nil {
		return err
	}
	if err := loadRuntime(o.library); err != nil {
		return err
	}
	report, err := teacherbench.Run(cmd.Context(), samples, teacherbench.Options{
		Model:   model,
		Glip:    glip.Options{Session: ort.Options{IntraOpThreads: o.threads, Provider: o.provider}},
		Batches: o.batches, InFlight: o.inFlight,
		Time: time.Duration(o.seconds * float64(time.Second)),
		Observe: func(step string) {
			if !c.quiet {
				fmt.Fprintln(c.err, "bench:", step)
			}
		},
	})
	if err != nil {
		return err
	}
	return c.result(report, report.Print)
}

// check refuses what cannot be measured before anything is opened.
func (o benchOptions) check() error {
	if len(o.batches) == 0 || slices.Min(o.batches) < 1 {
		return usage("--batch %v: want sizes above 0, such as 1,2,4", o.batches)
	}
	switch need := o.inFlight * slices.Max(o.batches); {
	case o.inFlight < 1 || o.threads < 1:
		return usage("--in-flight and --threads must be above 0")
	case !(o.seconds > 0 && o.seconds <= 3600):
		return usage("--seconds %v: want more than 0, 3600 at most", o.seconds)
	case o.images < need:
		return usage("--images %d: %d batches of %d need %d", o.images, o.inFlight, slices.Max(o.batches), need)
	case o.input != "" && o.size != "":
		return usage("--size is for generated images, --input names others")
	}
	if err := o.provider.Validate(); err != nil {
		return usage("--provider and --device: %w", err)
	}
	return nil
}

func (o benchOptions) samples() ([]teacherbench.Sample, error) {
	if o.input == "" {
		width, height, err := parseSize(o.size)
		if err != nil {
			return nil, err
		}
		return teacherbench.Photos(o.images, width, height)
	}
	if _, err := os.Stat(o.input); err != nil {
		return nil, &exitError{exitUsage, err}
	}
	extractor, err := extract.New(extract.Options{})
	if err != nil {
		return nil, err
	}
	return teacherbench.ReadTar(o.input, o.images, func(caption string) []schema.Span {
		var spans []schema.ByteSpan
		for _, p := range extractor.Extract(caption) {
			spans = append(spans, p.Span)
		}
		return schema.RuneSpans(caption, spans)
	})
}

// parseSize reads "800x600", which is also what "" means.
func parseSize(text string) (width, height int, err error) {
	const largest = 8192
	if text == "" {
		return 800, 600, nil
	}
	var rest string
	if n, _ := fmt.Sscanf(text+" end", "%dx%d %s", &width, &height, &rest); n != 3 || rest != "end" ||
		min(width, height) < 1 || max(width, height) > largest {
		return 0, 0, usage("--size %q: want a width and a height up to %d pixels, such as 800x600", text, largest)
	}
	return width, height, nil
}
