package dataflow

import (
	"context"
	"slices"
	"strings"
	"time"

	df "google.golang.org/api/dataflow/v1b3"

	"github.com/groundmill/groundmill/pipelines/internal/portable"
)

const (
	// overlap is how far back messages are asked for again: they may arrive late.
	overlap = time.Minute
	// lastErrors is how many of the newest errors are kept.
	lastErrors = 5
)

// messages are what the service has said about a job.
type messages struct {
	newest time.Time
	seen   map[string]bool
	errors []Message // the newest, each text once
}

// take returns those of a page that are new.
func (m *messages) take(page []*df.JobMessage) (fresh []Message) {
	for _, raw := range page {
		key := raw.Time + raw.Id + raw.MessageText
		if m.seen[key] {
			continue
		}
		if m.seen == nil {
			m.seen = map[string]bool{}
		}
		m.seen[key] = true
		fresh = append(fresh, m.keep(raw))
	}
	return fresh
}

func (m *messages) keep(raw *df.JobMessage) Message {
	at, _ := time.Parse(time.RFC3339Nano, raw.Time) // zero if it cannot be read
	if at.After(m.newest) {
		m.newest = at
	}
	message := Message{Time: at, Severity: strings.ToLower(strings.TrimPrefix(raw.MessageImportance, "JOB_MESSAGE_")), Text: line(portable.Cause(raw.MessageText))}
	if message.Severity == "error" {
		m.errors = slices.DeleteFunc(m.errors, func(old Message) bool { return old.Text == message.Text })
		m.errors = append(m.errors, message)
		m.errors = m.errors[max(0, len(m.errors)-lastErrors):]
	}
	return message
}

// listen returns new warnings and errors, as many as can be had.
func (w *watch) listen(ctx context.Context, ask func(context.Context, func(context.Context) error) error) (fresh []Message) {
	call := w.jobs.Messages.List(w.project, w.region, w.id).MinimumImportance("JOB_MESSAGE_WARNING")
	if !w.messages.newest.IsZero() {
		call.StartTime(w.messages.newest.Add(-overlap).Format(time.RFC3339Nano))
	}
	_ = ask(ctx, func(ctx context.Context) error {
		return call.Pages(ctx, func(page *df.ListJobMessagesResponse) error {
			fresh = append(fresh, w.messages.take(page.JobMessages)...)
			return nil
		})
	})
	return fresh
}
