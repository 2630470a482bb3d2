package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// exitStatus is a process exit status; the numbers are part of the interface.
type exitStatus int

const (
	exitOK          exitStatus = 0
	exitFailed      exitStatus = 1
	exitUsage       exitStatus = 2
	exitDifferent   exitStatus = 3
	exitStopped     exitStatus = 4
	exitIncomplete  exitStatus = 5
	exitRejects     exitStatus = 6
	exitStorage     exitStatus = 7
	exitNoThreshold exitStatus = 8
	exitInterrupted exitStatus = 130
)

var exitMeaning = map[exitStatus]string{
	exitOK:          "success",
	exitFailed:      "the work failed; the error says what and, where it can, the remedy",
	exitUsage:       "wrong arguments, configuration, input or output; nothing was touched",
	exitDifferent:   "the check ran and found a difference above its tolerance",
	exitStopped:     "stopped on request after the units in flight; the same command continues",
	exitIncomplete:  "some inputs could not be read, the others are done; the same command tries them again",
	exitRejects:     "more rejects than limits.max_reject_ratio allows; the same command continues",
	exitStorage:     "the output is full, read-only or forbidden; once that is mended, the same command continues",
	exitNoThreshold: "no threshold is proven to be good enough; no rules were written",
	exitInterrupted: "stopped by a signal; no partial file stands under a final name",
}

// exits is the annotation that ends a command's help with its exit statuses.
func exits(statuses ...exitStatus) map[string]string {
	var b strings.Builder
	for _, s := range statuses {
		fmt.Fprintf(&b, "  %-3d  %s\n", s, exitMeaning[s])
	}
	return map[string]string{"exit": b.String()}
}

// exitError is an error that asks for a particular exit status.
type exitError struct {
	status exitStatus
	err    error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// usage is an error in what the user asked for.
func usage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// status maps the outcome of a command to the process's exit status.
func status(ctx context.Context, err error) int {
	var e *exitError
	switch {
	case err == nil:
		return int(exitOK)
	case errors.As(err, &e):
		return int(e.status)
	case ctx.Err() != nil:
		return int(exitInterrupted)
	case strings.HasPrefix(err.Error(), "unknown command"): // cobra has no type for it
		return int(exitUsage)
	}
	return int(exitFailed)
}
