package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/annotate"
)

func newPlan(c *console) *cobra.Command {
	var config string
	var sets []string
	var units bool
	cmd := &cobra.Command{
		Use:   "plan --config FILE [--set PATH=VALUE]...",
		Short: "Show what annotate would do",
		Long: `plan lists the inputs of a run of annotate and what its output folder holds of
them, and changes nothing. The folder is

  empty     nothing is there
  missing   a run was begun, none of its units is done
  partial   some or all units are done, but there is no _SUCCESS
  corrupt   units that were done are not whole any more
  complete  all is done

and whichever it is, annotate goes on from there. A folder that annotate would
refuse is an error here, too, but for another model: that is not opened. plan looks
at names and sizes; verify reads every byte.`,
		Example:     "  runner plan --config configs/demo.yaml\n  runner plan --config run.yaml --units --json",
		Annotations: exits(exitOK, exitFailed, exitUsage, exitInterrupted),
		Args:        usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts := annotate.Default()
			if err := loadConfig(config, sets, &opts); err != nil {
				return err
			}
			status, err := annotate.Plan(cmd.Context(), opts, annotate.RunOptions{ToolVersion: version})
			if err != nil {
				return runError(err)
			}
			return c.result(planOf(status, units), func(w io.Writer) { writePlan(w, status, units) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&config, "config", "", "configuration `file`, YAML")
	f.StringArrayVar(&sets, "set", nil, "set a field of the configuration, as `path=value`; may be repeated")
	f.BoolVar(&units, "units", false, "list the units, one a line")
	return cmd
}

// plan is the machine-readable form of a pipelines.Status.
type plan struct {
	Output      string          `json:"output"`
	State       pipelines.State `json:"state"`
	Units       int             `json:"units"`
	Bytes       int64           `json:"bytes"` // of the inputs
	Done        int             `json:"done"`
	Missing     int             `json:"missing"`
	Corrupt     int             `json:"corrupt"`
	Temporaries int             `json:"temporaries"`
	List        []planUnit      `json:"list,omitempty"`
}

type planUnit struct {
	Unit    int                 `json:"unit"`
	Name    string              `json:"name"`
	Path    string              `json:"path"`
	Bytes   int64               `json:"bytes"`
	State   pipelines.UnitState `json:"state"`
	Problem string              `json:"problem,omitempty"`
}

func planOf(s *pipelines.Status, units bool) plan {
	p := plan{
		Output: s.Output, State: s.State, Units: len(s.Units),
		Done: s.Done, Missing: s.Missing, Corrupt: s.Corrupt, Temporaries: s.Temporaries,
	}
	for _, u := range s.Units {
		p.Bytes += u.Bytes
		if units {
			p.List = append(p.List, planUnit{u.Index, u.Name, u.Path, u.Bytes, u.State, u.Problem})
		}
	}
	return p
}

func writePlan(w io.Writer, s *pipelines.Status, units bool) {
	p := planOf(s, false)
	fmt.Fprintf(w, "%s: %s\n", p.Output, p.State)
	fmt.Fprintf(w, "units    %8d  (%d bytes of input)\n", p.Units, p.Bytes)
	fmt.Fprintf(w, "done     %8d\n", p.Done)
	fmt.Fprintf(w, "missing  %8d\n", p.Missing)
	fmt.Fprintf(w, "corrupt  %8d\n", p.Corrupt)
	if p.Temporaries > 0 {
		fmt.Fprintf(w, "temporary files: %d, of a run that died or goes on\n", p.Temporaries)
	}
	if !units {
		return
	}
	for _, u := range s.Units {
		fmt.Fprintf(w, "%6d  %-7s  %q", u.Index, u.State, u.Name)
		if u.Problem != "" {
			fmt.Fprintf(w, "  %s", u.Problem)
		}
		fmt.Fprintln(w)
	}
}
