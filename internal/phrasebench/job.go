package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// A Job is what a program reads from standard input: the options of its system
// beside the files.
type Job struct {
	Options map[string]any
	Files   []JobFile
}

// MarshalJSON lays the options beside "files".
func (j Job) MarshalJSON() ([]byte, error) {
	fields := map[string]any{"files": j.Files}
	for name, value := range j.Options {
		fields[name] = value
	}
	return json.Marshal(fields)
}

// A JobFile is captions to work on.
type JobFile struct {
	// Captions is a JSONL file whose lines have a "caption".
	Captions string `json:"captions"`
	// Spans is where to write one line a caption, [[start,end],...] in code
	// points; nothing is written where it is empty.
	Spans string `json:"spans,omitempty"`
	// Seconds is how long to go through the captions over and over, after a pass
	// to warm up; nothing is timed where it is 0. The last pass is always whole.
	Seconds float64 `json:"seconds,omitempty"`
}

// A Result is what a program writes to standard output.
type Result struct {
	// Unavailable is why the system can't run here; all else is empty then.
	Unavailable string `json:"unavailable,omitempty"`
	// About names the versions of the system and its model.
	About string `json:"about"`
	// Ready is when the model was loaded, in seconds since 1970.
	Ready float64 `json:"ready"`
	// PeakBytes is the most memory that was resident.
	PeakBytes int64        `json:"peak_bytes"`
	Files     []FileResult `json:"files"`

	start float64 // seconds from the start of the program until Ready
}

// A FileResult is what came of a JobFile.
type FileResult struct {
	Rates []float64 `json:"rates"` // captions per second of each timed pass
	// Allocations are heap allocations per caption over the timed passes, -1
	// where the language does not count them.
	Allocations float64 `json:"allocations"`
}

// run starts the system's program on one core and hands it files.
func (s system) run(ctx context.Context, core int, files []JobFile) (*Result, error) {
	input, err := json.Marshal(Job{s.options, files})
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "taskset", append([]string{"-c", strconv.Itoa(core)}, s.command...)...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "OMP_NUM_THREADS=1", "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdin = bytes.NewReader(input)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	started := time.Now()
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, fmt.Errorf("%w: install util-linux", err)
		}
		return nil, fmt.Errorf("%s: %w\n%s", s.name, err, stderr.Bytes())
	}
	r := &Result{}
	if err := json.Unmarshal(stdout.Bytes(), r); err != nil {
		return nil, fmt.Errorf("%s: its result: %w", s.name, err)
	}
	if r.Unavailable == "" && len(r.Files) != len(files) {
		return nil, fmt.Errorf("%s: results of %d files, want %d", s.name, len(r.Files), len(files))
	}
	r.start = r.Ready - float64(started.UnixMicro())/1e6
	return r, nil
}
