package pipelines

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

// initBeam starts the Beam SDK, once. Beam makes a logger of its own the default
// of package log/slog, where Prism logs too; ours, which begins at warnings, takes
// its place.
var initBeam = sync.OnceFunc(func() {
	if !beam.Initialized() {
		beam.Init()
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
})

// Init hands the process over to Beam if a runner started it as a worker, and
// returns otherwise. Programs that link this package call it first of all, with
// os.Args[1:], before they look at the arguments themselves.
func Init(args []string) {
	if slices.ContainsFunc(args, isWorkerFlag) {
		go exitWithParent(os.Getppid())
		if err := flag.CommandLine.Parse(args); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	initBeam()
}

// exitWithParent ends a worker whose parent is gone. A pool that is told to stop a
// worker kills Beam's boot program alone, and the SDK lets its child sit there for
// ever, with the model in memory.
func exitWithParent(parent int) {
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	os.Exit(0)
}

// isWorkerFlag recognises the flag with which Beam's boot program starts a
// worker.
func isWorkerFlag(arg string) bool {
	return strings.TrimLeft(arg, "-") == "worker=true" && strings.HasPrefix(arg, "-")
}
