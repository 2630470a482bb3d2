package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/review"
	"github.com/groundmill/groundmill/internal/verdict"
)

func newReview(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:         "review",
		Short:       "Take samples to people's tools, and verdicts back",
		Long:        "review takes the boxes of runner sample to Label Studio and FiftyOne, and brings\nverdicts back.",
		Annotations: exits(exitOK, exitUsage),
		Args:        usageArgs(cobra.NoArgs),
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newReviewExport(c), newReviewImport(c))
	return cmd
}

func newReviewExport(c *console) *cobra.Command {
	o := review.ExportOptions{}
	cmd := &cobra.Command{
		Use:   "export SAMPLE.jsonl -o FOLDER",
		Short: "Write a sample for Label Studio and FiftyOne",
		Long: `export writes a new folder:

  FOLDER/images/                    the pictures, by digest
  FOLDER/labelstudio/labelling.xml  the labelling configuration of the project
  FOLDER/labelstudio/tasks-*.json   a task a box, the box drawn in, 5,000 a file
  FOLDER/fiftyone/                  samples.json, and load_fiftyone.py, which loads it

Pictures are copied from the input tars below --input. Label Studio finds them with
LOCAL_FILES_SERVING_ENABLED=true and LOCAL_FILES_DOCUMENT_ROOT=FOLDER, or below the
--image-url that is given. Boxes without a picture are left out and counted.`,
		Example:     "  runner review export sample.jsonl --input pairs -o review",
		Annotations: exits(exitOK, exitFailed, exitUsage),
		Args:        usageArgs(cobra.ExactArgs(1)),
		RunE:        func(cmd *cobra.Command, args []string) error { return runReviewExport(cmd.Context(), c, args[0], o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.Folder, "output", "o", "", "`folder` to make")
	f.StringVar(&o.Input, "input", ".", "`folder` of the input tars, for the pictures")
	f.StringVar(&o.ImageURL, "image-url", review.DefaultImageURL, "`URL` at which FOLDER is served, with its / or =")
	return cmd
}

func runReviewExport(ctx context.Context, c *console, path string, o review.ExportOptions) error {
	if o.Folder == "" {
		return usage("-o is missing: name the folder to make")
	}
	file, _, err := verdict.ReadFile(path)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	done, err := review.Export(ctx, file, o)
	if errors.Is(err, review.ErrExists) || errors.Is(err, review.ErrNoPictures) {
		return &exitError{exitUsage, err}
	}
	if err != nil {
		return err
	}
	return c.result(done, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %d boxes in %d images, %d task files; %d lines left out, %d images not found\n",
			o.Folder, done.Boxes, done.Images, done.TaskFiles, done.LeftOut, done.Missing)
	})
}

func newReviewImport(c *console) *cobra.Command {
	var sample, output string
	cmd := &cobra.Command{
		Use:   "import EXPORT.json --sample SAMPLE.jsonl -o VERDICTS.jsonl",
		Short: "Read verdicts from an export of Label Studio",
		Long: `import reads what Label Studio exports as JSON (not JSON-MIN) and writes the sample
with the verdicts in it, for runner calibrate. A task that was skipped leaves its
box without one. Judges who differ make the verdict unsure.`,
		Example:     "  runner review import project-1.json --sample sample.jsonl -o verdicts.jsonl",
		Annotations: exits(exitOK, exitFailed, exitUsage),
		Args:        usageArgs(cobra.ExactArgs(1)),
		RunE:        func(_ *cobra.Command, args []string) error { return runReviewImport(c, args[0], sample, output) },
	}
	f := cmd.Flags()
	f.StringVar(&sample, "sample", "", "`file` that was exported")
	f.StringVarP(&output, "output", "o", "", "`file` to write")
	return cmd
}

func runReviewImport(c *console, export, sample, output string) error {
	if sample == "" || output == "" {
		return usage("--sample and -o are needed: the sample that was exported, and the file to write")
	}
	file, _, err := verdict.ReadFile(sample)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	in, err := os.Open(export)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	defer in.Close()
	if sameFile(export, output) || sameFile(sample, output) {
		return usage("%s is both input and output", output)
	}
	done, err := review.Import(file, in, export)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	if err := replaceFile(output, file.Write); err != nil {
		return err
	}
	return c.result(done, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %d of %d tasks judged, %d skipped, %d where judges differ\n", output, done.Judged, done.Tasks, done.Skipped, done.Disagreed)
	})
}
