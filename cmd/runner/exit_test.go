package main

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
)

// TestExitStatus guards the numbers that the help promises.
func TestExitStatus(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	tests := []struct {
		name string
		ctx  context.Context
		args []string
		want exitStatus
	}{
		{"version", t.Context(), []string{"--version"}, exitOK},
		{"unknown command", t.Context(), []string{"anotate"}, exitUsage},
		{"unknown flag", t.Context(), []string{"extract", "--colour"}, exitUsage},
		{"missing configuration file", t.Context(), []string{"annotate", "--config", missing}, exitUsage},
		{"wrong field", t.Context(), []string{"annotate", "--set", "teacher.batch=many"}, exitUsage},
		{"missing captions", t.Context(), []string{"extract", "-i", missing}, exitUsage},
		{"missing checkpoint", t.Context(), []string{"teacher", "import", missing, "-o", missing + ".onnx"}, exitFailed},
		{"stopped", stopped, []string{"teacher", "import", missing, "-o", missing + ".onnx"}, exitInterrupted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out, err bytes.Buffer
			if got := run(tt.ctx, new(interrupts), tt.args, &out, &err); got != int(tt.want) {
				t.Errorf("exit status %d, want %d; it said %q", got, tt.want, err.String())
			}
		})
	}
}
