package pipelines

import (
	"context"
	"log/slog"
	"os"
	"sync/atomic"
)

// beamLog shows what Beam logs from warnings up, on standard error.
var beamLog = &logHandler{
	Handler: slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}),
	muted:   new(atomic.Bool),
}

// logHandler is a slog.Handler that can be muted: when a unit fails, Run returns
// its error, and the six or more records in which Prism repeats it, each with
// the whole execution plan, would only bury it.
type logHandler struct {
	slog.Handler
	muted *atomic.Bool
}

// mute drops records until the next run.
func (h *logHandler) mute() { h.muted.Store(true) }

// unmute shows records again.
func (h *logHandler) unmute() { h.muted.Store(false) }

// Handle passes a record on unless muted.
func (h *logHandler) Handle(ctx context.Context, r slog.Record) error {
	if h.muted.Load() {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs returns a handler that is muted together with h.
func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &logHandler{h.Handler.WithAttrs(attrs), h.muted}
}

// WithGroup returns a handler that is muted together with h.
func (h *logHandler) WithGroup(name string) slog.Handler {
	return &logHandler{h.Handler.WithGroup(name), h.muted}
}
