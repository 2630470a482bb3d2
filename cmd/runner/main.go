// Command runner is Groundmill's command line. Each command is one thin file
// over the packages that do the work; run `runner --help` for the list.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/groundmill/groundmill/pipelines"
)

func main() {
	pipelines.Init(os.Args[1:]) // does not return where a Beam runner started this process as its worker
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
