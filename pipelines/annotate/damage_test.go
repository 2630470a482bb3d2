package annotate

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

func TestDamagedTarKeepsWhatCameBefore(t *testing.T) {
	whole := tarOf(t, pairs(10)...)
	garbled := bytes.Clone(whole)
	at := len(whole) / 2 / 512 * 512
	copy(garbled[at:], bytes.Repeat([]byte("garbage "), 512))
	for name, damaged := range map[string][]byte{
		"cut in the middle":   whole[:len(whole)/2],
		"cut in a header":     whole[:at+100],
		"without end mark":    whole[:len(whole)-1024],
		"garbled":             garbled,
		"cut to nothing":      nil,
		"cut in first member": whole[:700],
	} {
		t.Run(name, func(t *testing.T) {
			r := mustRun(t, testOptions(t, shards(t, tarOf(t, pairs(2)...), damaged, tarOf(t, pairs(3)...))))
			unit := r.manifest.Units[1]
			begun, lost := samplesOf(t, damaged)
			if unit.Records != begun {
				t.Errorf("%d records, want %d", unit.Records, begun)
			}
			if diff := cmp.Diff(lost, lostRejects(r, unit.Name)); diff != "" {
				t.Errorf("rejects of lost samples (-want +got):\n%s", diff)
			}
			if !unit.Damaged || r.manifest.DamagedUnits() != 1 {
				t.Errorf("damaged: %t, one of %d units", unit.Damaged, r.manifest.DamagedUnits())
			}
			if len(unit.Notes) != 1 || !strings.HasPrefix(unit.Notes[0], "tar is truncated or corrupt at byte ") {
				t.Errorf("notes are %q", unit.Notes)
			}
			if others := r.manifest.Units[0].Records + r.manifest.Units[2].Records; others != 5 {
				t.Errorf("the other units have %d records", others)
			}
		})
	}
}

// samplesOf counts the samples that begin in a damaged tar, and names the one
// that the damage cut through as its reject does.
func samplesOf(t *testing.T, tar []byte) (begun int64, lost []string) {
	t.Helper()
	r := webdataset.Open(bytes.NewReader(tar), "", webdataset.Limits{})
	for {
		_, err := r.Next()
		var damage *webdataset.TruncatedError
		switch {
		case err == nil:
			begun++
		case !errors.As(err, &damage):
			t.Fatal(err)
		case damage.LostKey == "":
			return begun, nil
		default:
			return begun + 1, []string{fmt.Sprintf("%d %s", begun, damage.LostKey)}
		}
	}
}

// lostRejects returns the position and key of a tar's truncated records.
func lostRejects(r result, shard string) (lost []string) {
	for _, reject := range r.rejects {
		if reject.Source.Shard == shard && reject.Reason == schema.ReasonTruncatedRecord {
			lost = append(lost, fmt.Sprintf("%d %s", reject.Source.Index, reject.Key))
		}
	}
	return lost
}

func TestEmptyTar(t *testing.T) {
	r := mustRun(t, testOptions(t, shards(t, tarOf(t))))
	if r.manifest.Totals.Records != 0 || len(r.manifest.Files) != 3 || len(r.manifest.Units[0].Notes) != 0 {
		t.Errorf("manifest is %+v", r.manifest)
	}
}

// TestRefusedInputs checks errors that come before anything is written.
func TestRefusedInputs(t *testing.T) {
	good := tarOf(t, pairs(1)...)
	tests := []struct {
		name    string
		prepare func(dir string) (shards string, err error)
		want    string
		noInput bool
	}{
		{"empty folder", func(dir string) (string, error) { return dir, nil }, "nothing matches", true},
		{"glob without match", func(dir string) (string, error) { return dir + "/*.tar", nil }, "nothing matches", true},
		{"missing file", func(dir string) (string, error) { return dir + "/x.tar", nil }, "x.tar", true},
		{"no tar", func(dir string) (string, error) {
			return dir, os.WriteFile(dir+"/b.tar", []byte(strings.Repeat("text ", 200)), 0o644)
		}, "b.tar: not a tar file", false},
		{"gzip", func(dir string) (string, error) {
			return dir, os.WriteFile(dir+"/b.tar", append([]byte("\x1f\x8b"), good...), 0o644)
		}, "gzip", false},
		{"unreadable file", func(dir string) (string, error) { return dir, os.Symlink("gone", dir+"/b.tar") }, "b.tar", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if !tt.noInput {
				if err := os.WriteFile(filepath.Join(dir, "a.tar"), good, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			shards, err := tt.prepare(dir)
			if err != nil {
				t.Fatal(err)
			}
			opts := testOptions(t, shards)
			_, err = Run(t.Context(), opts, RunOptions{})
			if err == nil || !strings.Contains(err.Error(), tt.want) || errors.Is(err, pipelines.ErrNoInput) != tt.noInput {
				t.Errorf("error is %v, want %q", err, tt.want)
			}
			if left := digests(t, opts.Output.Dir); len(left) > 0 {
				t.Errorf("files were written: %v", left)
			}
		})
	}
}

// TestUsedOutput runs again in the folder of a finished run: with the same
// configuration, spelled out or not, nothing is done; with another it is refused.
func TestUsedOutput(t *testing.T) {
	opts := testOptions(t, shards(t, tarOf(t, pairs(2)...)))
	mustRun(t, opts)
	before := digests(t, opts.Output.Dir)
	same := opts
	same.Beam.Lanes, same.Teacher.Workers, same.Limits.MaxRejectRatio = 7, 3, 0.5
	var state pipelines.State
	_, err := Run(t.Context(), same, RunOptions{ToolVersion: "test", Begin: func(s *pipelines.Status) { state = s.State }})
	if err != nil || state != pipelines.StateComplete {
		t.Errorf("again: %s, %v", state, err)
	}
	other := opts
	other.Filter.MinScore = 0.7
	_, err = Run(t.Context(), other, RunOptions{ToolVersion: "test"})
	if err == nil || !strings.Contains(err.Error(), "config differs in filter.min_score: the folder has 0.5, this run 0.7") {
		t.Errorf("another threshold: %v", err)
	}
	if diff := cmp.Diff(before, digests(t, opts.Output.Dir)); diff != "" {
		t.Errorf("the finished run changed:\n%s", diff)
	}
}

// TestUnreadableInput takes inputs away, or changes them, between plan and work:
// the others are done, and when they are back the run ends as if nothing had been.
func TestUnreadableInput(t *testing.T) {
	small, big := tarOf(t, pairs(2)...), tarOf(t, pairs(5)...)
	tests := []struct {
		name  string
		spoil func(path string) error
		want  string
	}{
		{"gone", os.Remove, "no such file"},
		{"grown", func(path string) error { return os.WriteFile(path, big, 0o644) }, "when the run was planned"},
		{"no tar", func(path string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("text "), len(small))[:len(small)], 0o644)
		}, "not a tar file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			input := shards(t, small, small, small)
			path := filepath.Join(input, "00001.tar")
			opts := testOptions(t, input)
			opts.Beam.Lanes = 1
			_, err := Run(t.Context(), opts, RunOptions{ToolVersion: "test", After: noPause, Observe: func(p pipelines.Progress) {
				if p.Records == 1 {
					if err := tt.spoil(path); err != nil {
						t.Error(err)
					}
				}
			}})
			var incomplete *pipelines.IncompleteError
			if !errors.As(err, &incomplete) || len(incomplete.Failed) != 1 || incomplete.Failed[0].Unit.Name != "00001.tar" || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error is %v, want one about 00001.tar", err)
			}
			wantNoEnd(t, opts.Output.Dir)
			if err := os.WriteFile(path, small, 0o644); err != nil {
				t.Fatal(err)
			}
			mustRun(t, opts)
			smooth := opts
			smooth.Output.Dir = filepath.Join(t.TempDir(), "smooth")
			mustRun(t, smooth)
			if diff := cmp.Diff(digests(t, smooth.Output.Dir), digests(t, opts.Output.Dir)); diff != "" {
				t.Errorf("files (-smooth +continued):\n%s", diff)
			}
		})
	}
}

// noPause is a RunOptions.After that does not wait.
func noPause(time.Duration) <-chan time.Time {
	now := make(chan time.Time, 1)
	now <- time.Time{}
	return now
}

// wantNoEnd checks what holds after every failure: no end mark, no temporary
// file, and every file that is there is whole.
func wantNoEnd(t *testing.T, dir string) {
	t.Helper()
	for name := range digests(t, dir) {
		path := filepath.Join(dir, name)
		switch {
		case name == schema.SuccessName || name == schema.ManifestName || strings.HasSuffix(name, ".tmp"):
			t.Errorf("failed run left %s", name)
		case strings.HasSuffix(name, ".parquet"):
			rowsOf(t, path)
		case strings.HasSuffix(name, ".jsonl"):
			rejectsOf(t, path)
		}
	}
}
