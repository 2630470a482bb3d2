package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// usage is what the operating system says of a finished process.
type usage struct {
	wall, cpu time.Duration
	peak      int64 // most resident memory, bytes
}

// measure runs a command to its end.
func measure(ctx context.Context, name string, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%s: %w\n%s", cmd, err, stderr.Bytes())
	}
	wall := time.Since(start)
	state := cmd.ProcessState
	rusage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return usage{}, fmt.Errorf("%s: the system does not account for processes", name)
	}
	return usage{wall, state.UserTime() + state.SystemTime(), rusage.Maxrss << 10}, nil // Maxrss is in KiB on Linux
}

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }

// fileSize returns the size of a file in MiB, 0 when it cannot be read.
func fileSize(path string) float64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return mebibytes(info.Size())
}
