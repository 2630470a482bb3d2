package dataflow

import (
	"strings"
	"time"
)

// Event is a change that an observer of a job is told of.
type Event struct {
	JobID   string
	Console string // the job's page
	// State is the job's state as the service names it, in lower case and without
	// JOB_STATE_: pending, queued, running, cancelling, done and so on.
	State string
	// Message is something new that the service says about the job; nil when it is
	// the state that has changed.
	Message *Message
}

// Message is what the service says about a job.
type Message struct {
	Time time.Time
	// Severity is "warning" or "error".
	Severity string
	Text     string // on one line
}

// States of a job that matter here.
const (
	stateDone      = "done"
	stateFailed    = "failed"
	stateCancelled = "cancelled"
	stateDrained   = "drained"
	stateUpdated   = "updated"
)

// onTheWay are the states of jobs that have not ended.
var onTheWay = map[string]bool{
	"unknown": true, "stopped": true, "pending": true, "queued": true, "running": true, "draining": true,
	"cancelling": true, "pausing": true, "paused": true, "resource_cleaning_up": true,
}

// stateOf shortens the name of a state.
func stateOf(service string) string {
	if service == "" {
		return "unknown"
	}
	return strings.ToLower(strings.TrimPrefix(service, "JOB_STATE_"))
}
