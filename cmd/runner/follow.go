package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/groundmill/groundmill/internal/progress"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines"
)

// follower shows a run of the harness on standard error and passes signals on
// to it. Its methods fit pipelines.Options.
type follower struct {
	console *console
	name    string // of the command
	remote  bool   // the units are done in other processes
	bar     *progress.Progress
	stop    <-chan struct{}
	ended   chan struct{}
	told    sync.WaitGroup // who tells of a stop
	end     func()

	mu     sync.Mutex
	status *pipelines.Status
	last   pipelines.Progress
	before *int64 // records that earlier starts have done
}

// follow begins to follow a run; the caller owes a call of finish.
func (c *console) follow(name, items string, beam pipelines.BeamOptions) *follower {
	f := &follower{console: c, name: name, remote: beam.Remote(), bar: c.progress(name, items), ended: make(chan struct{})}
	f.stop, f.end = c.interrupts.offer()
	f.told.Go(f.tellStop)
	return f
}

// tellStop says what a first signal has done.
func (f *follower) tellStop() {
	select {
	case <-f.ended:
	case <-f.stop:
		if f.remote {
			f.say("cancelling the job; units that are done stay; a second signal does not wait for it")
			return
		}
		f.say("stopping after the units in flight (%d); a second signal stops at once", f.active())
	}
}

// active is how many units are being worked on.
func (f *follower) active() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last.Active
}

// begin says what the output folder holds.
func (f *follower) begin(s *pipelines.Status) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status = s
	if s.State == pipelines.StateEmpty {
		return
	}
	fmt.Fprintf(f.console.err, "%s: %s is %s: %d of %d units are done", f.name, s.Output, s.State, s.Done, len(s.Units))
	if s.Corrupt > 0 {
		fmt.Fprintf(f.console.err, ", %d are not whole and done again", s.Corrupt)
	}
	if s.Temporaries > 0 {
		fmt.Fprintf(f.console.err, ", %d temporary files of a dead run are removed", s.Temporaries)
	}
	fmt.Fprintln(f.console.err)
}

// job tells of the job of a run that goes on elsewhere.
func (f *follower) job(e pipelines.JobEvent) {
	switch {
	case e.Message != "":
		for line := range strings.Lines(e.Message) {
			f.say("job %s says: %s", e.Job, strings.TrimRight(line, "\n"))
		}
	case e.URL != "":
		f.say("job %s: %s, %s", e.Job, e.State, e.URL)
	default:
		f.say("job %s: %s", e.Job, e.State)
	}
}

// say prints a line beside the progress, which may stand in the middle of one.
func (f *follower) say(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.console.quiet {
		fmt.Fprintln(f.console.err)
	}
	fmt.Fprintf(f.console.err, f.name+": "+format+"\n", args...)
}

// observe shows the progress of this start, so that the rate is its own.
func (f *follower) observe(now pipelines.Progress) {
	f.mu.Lock()
	f.last = now
	if f.before == nil {
		f.before = &now.Records
	}
	before := *f.before
	f.mu.Unlock()
	f.bar.Set(now.Records-before, max(expected(now)-before, 0))
}

// finish ends the report and gives the run's error its exit status.
func (f *follower) finish(err error) error {
	f.end()
	close(f.ended)
	f.told.Wait()
	f.bar.Stop()
	return runError(err)
}

// output is where the results are, once the run has begun.
func (f *follower) output() string { return f.status.Output }

// expected guesses how many pairs the whole input holds from how many its first
// bytes held, 0 when they say nothing yet. While units are being worked on it is
// more than there are.
func expected(now pipelines.Progress) int64 {
	switch {
	case now.Units == now.TotalUnits:
		return now.Records
	case now.Bytes == 0:
		return 0
	}
	return max(now.Records+1, int64(float64(now.Records)*float64(now.TotalBytes)/float64(now.Bytes)))
}

// runError gives the error of a run of the harness its exit status.
func runError(err error) error {
	var (
		refused    *pipelines.RefusedError
		stopped    *pipelines.StoppedError
		incomplete *pipelines.IncompleteError
		rejects    *pipelines.BudgetError
	)
	switch {
	case errors.Is(err, context.Canceled): // by a signal
		return err
	case errors.As(err, &refused):
		return &exitError{exitUsage, err}
	case errors.As(err, &stopped):
		return &exitError{exitStopped, err}
	case errors.As(err, &incomplete):
		return &exitError{exitIncomplete, err}
	case errors.As(err, &rejects):
		return &exitError{exitRejects, err}
	case errors.Is(err, storage.ErrNoSpace), errors.Is(err, storage.ErrReadOnly), errors.Is(err, fs.ErrPermission):
		return &exitError{exitStorage, fmt.Errorf("%w\nwhat is done stays; once that place can be written, the same command continues", err)}
	}
	return err
}
