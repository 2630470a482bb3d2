package main

import "github.com/spf13/cobra"

func newTeacher(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:         "teacher",
		Short:       "Import, check and measure GLIP models",
		Annotations: exits(exitOK, exitUsage),
		Args:        usageArgs(cobra.NoArgs),
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newTeacherImport(c), newTeacherCheck(c), newTeacherBench(c))
	return cmd
}
