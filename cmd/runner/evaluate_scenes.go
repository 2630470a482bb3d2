package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/evaluate/gold"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// sceneCount is what went into a file of gold.
type sceneCount struct {
	Output  string `json:"output"`
	Rows    int64  `json:"rows"`
	Phrases int64  `json:"phrases"`
	Boxes   int64  `json:"boxes"`
	Without int    `json:"without"` // samples without gold
}

func newEvaluateScenes(c *console) *cobra.Command {
	output := ""
	cmd := &cobra.Command{
		Use:   "scenes -o GOLD.parquet TARS",
		Short: "Write the gold of bundled scenes as rows",
		Long: `scenes reads tars of scenes, whose KEY.json has phrases with their true boxes, and
writes them as rows of the project's schema for "runner evaluate gold". TARS is a
tar, a folder, a glob or @list.txt. Samples without such a KEY.json are left out.`,
		Example:     "  runner evaluate scenes -o out/demo-gold.parquet testdata/demo",
		Annotations: exits(exitOK, exitFailed, exitUsage, exitInterrupted),
		Args:        usageArgs(cobra.ExactArgs(1)),
		RunE:        func(cmd *cobra.Command, args []string) error { return runEvaluateScenes(cmd, c, args[0], output) },
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "`file` to write")
	return cmd
}

func runEvaluateScenes(cmd *cobra.Command, c *console, pattern, output string) error {
	_, tars, err := storage.Glob(cmd.Context(), pattern, ".tar")
	if errors.Is(err, storage.ErrNoMatch) {
		return &exitError{exitUsage, err}
	}
	if err != nil {
		return missingIsUsage(err)
	}
	for _, tar := range tars {
		if sameFile(tar.Location, output) {
			return usage("%s is both input and output", output)
		}
	}
	count := sceneCount{Output: output}
	err = replaceFile(output, func(w io.Writer) error { return writeScenes(cmd.Context(), w, tars, &count) })
	if err != nil {
		return err
	}
	return c.result(count, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %d rows, %d phrases, %d boxes; %d samples without gold\n", count.Output, count.Rows, count.Phrases, count.Boxes, count.Without)
	})
}

func writeScenes(ctx context.Context, w io.Writer, tars []storage.Object, count *sceneCount) error {
	out, err := schema.NewWriter(w, schema.Metadata{ToolVersion: version}, schema.WriterOptions{})
	if err != nil {
		return err
	}
	for _, tar := range tars {
		without, err := readScenes(ctx, tar, out.Write)
		if err != nil {
			return err
		}
		count.Without += without
	}
	stats, err := out.Close()
	count.Rows, count.Phrases, count.Boxes = stats.Rows, stats.Phrases, stats.Boxes
	if err == nil && stats.Rows == 0 {
		err = errors.New("no sample has gold: KEY.json must have phrases with boxes")
	}
	return err
}

func readScenes(ctx context.Context, tar storage.Object, each func(*schema.Row) error) (without int, err error) {
	r, err := storage.OpenURL(ctx, tar.Location)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return gold.Scenes(ctx, r, tar.Name, each)
}
