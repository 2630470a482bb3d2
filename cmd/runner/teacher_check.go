package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

type checkOptions struct {
	library string
	threads int
	allowed glip.CheckOptions
}

func newTeacherCheck(c *console) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check MODEL.onnx REFERENCE.json",
		Short: "Compare a model with reference tensors",
		Long: `check runs every case of a reference file through the code that annotate uses,
from the original pixels to the final detections (token ids come from the file),
and prints the largest absolute difference of each stage. The stages between the
parts of the model are compared when it was imported with --debug.

Resized pixels must be equal. Detections are compared as sets. The tolerances are
for fp32 models; what an fp16 model needs says how far it is from its reference.`,
		Example:     "  runner teacher check bin/tiny.onnx testdata/tiny-reference.json",
		Annotations: exits(exitOK, exitFailed, exitUsage, exitDifferent, exitInterrupted),
		Args:        usageArgs(cobra.ExactArgs(2)),
		RunE:        func(cmd *cobra.Command, args []string) error { return runTeacherCheck(cmd, c, args[0], args[1], o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.library, "library", "", "ONNX Runtime's `file` (default $"+ort.EnvLibrary+", then the pinned download)")
	f.IntVar(&o.threads, "threads", 1, "threads of one run")
	f.Float64Var(&o.allowed.Tolerance, "tolerance", 1e-4, "largest difference allowed in a tensor")
	f.Float64Var(&o.allowed.ScoreTolerance, "score-tolerance", 1e-4, "largest difference allowed in a detection's score")
	f.Float64Var(&o.allowed.BoxTolerance, "box-tolerance", 0.01, "largest difference allowed in a detection's edges, in pixels")
	return cmd
}

func runTeacherCheck(cmd *cobra.Command, c *console, model, reference string, o checkOptions) (err error) {
	if a := o.allowed; o.threads < 1 || !(a.Tolerance > 0 && a.ScoreTolerance > 0 && a.BoxTolerance > 0) {
		return usage("--threads and the tolerances must be above 0")
	}
	if err := loadRuntime(o.library); err != nil {
		return err
	}
	session, err := ort.Open(model, ort.Options{IntraOpThreads: o.threads})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	report, err := glip.Check(cmd.Context(), session, reference, o.allowed)
	if err != nil {
		return fmt.Errorf("check %s: %w", model, err)
	}
	if err := c.result(report, func(w io.Writer) { fmt.Fprint(w, report) }); err != nil {
		return err
	}
	if !report.Pass() {
		return &exitError{exitDifferent, fmt.Errorf("%s differs from %s", model, reference)}
	}
	return nil
}

// loadRuntime loads ONNX Runtime for the life of the process.
func loadRuntime(flag string) error {
	library, err := ort.Locate(flag)
	if err != nil {
		return err
	}
	return ort.Load(library)
}
