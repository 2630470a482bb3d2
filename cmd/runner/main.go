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
	ctx, breaks := newInterrupts(context.Background())
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for ended := false; !ended; {
			<-signals
			ended = breaks.signal()
		}
		signal.Stop(signals) // another one ends the process at once
	}()
	os.Exit(run(ctx, breaks, os.Args[1:], os.Stdout, os.Stderr))
}
