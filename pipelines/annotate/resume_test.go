package annotate

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/faulty"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

// TestCrashes lets a run die at many of its operations; the same command ends
// with the same bytes. Package pipelines does so at every operation of a simpler
// job.
func TestCrashes(t *testing.T) {
	samples := pairs(9)
	delete(samples[4].members, "jpg")
	opts := testOptions(t, shards(t, tarOf(t, samples[:4]...), tarOf(t, samples[4:5]...), tarOf(t, samples[5:]...)))
	opts.Output.Dir = "mem://crashes"
	opts.Teacher.Batch, opts.Teacher.Window = 2, 4
	stride := 11
	if testing.Short() {
		stride = 37
	}
	faulty.CrashEverywhere(t, "crashes", stride, func(t *testing.T, store storage.Store) error {
		defer storage.Mount(store)()
		_, err := Run(t.Context(), opts, RunOptions{ToolVersion: "test"})
		return err
	})
}

// TestInputFailsWhileRead breaks the stream of a tar once, or for ever.
func TestInputFailsWhileRead(t *testing.T) {
	tests := []struct {
		name  string
		times int
		bad   bool
	}{{"once", 1, false}, {"twice", 2, false}, {"for ever", faulty.Forever, true}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			memory := storage.NewMemory("input")
			for i := range 3 {
				if err := storage.WriteFile(t.Context(), memory, fmt.Sprintf("%05d.tar", i), tarOf(t, pairs(30+i)...)); err != nil {
					t.Fatal(err)
				}
			}
			store := faulty.New(memory, faulty.Rule{Op: faulty.Read, Path: "00001.tar", Nth: 2, Times: tt.times})
			defer storage.Mount(store)()
			opts := testOptions(t, "mem://input/*.tar")
			opts.Beam.Lanes = 1
			_, err := Run(t.Context(), opts, RunOptions{ToolVersion: "test", After: noPause})
			var incomplete *pipelines.IncompleteError
			if errors.As(err, &incomplete) != tt.bad || err != nil && !tt.bad {
				t.Fatalf("error is %v", err)
			}
			if tt.bad {
				wantNoEnd(t, opts.Output.Dir)
			}
			store.SetRules()
			if r := mustRun(t, opts); r.manifest.Totals.Records != 93 {
				t.Errorf("%d records", r.manifest.Totals.Records)
			}
		})
	}
}

// retryRecords is a retry of a finished run: its manifest and what each of its
// records became, by key.
func retryRecords(t *testing.T, opts Options, n int, reasons ...schema.Reason) (*schema.Manifest, map[string]string) {
	t.Helper()
	manifest, err := Run(t.Context(), opts, RunOptions{ToolVersion: "test", Retry: reasons})
	if err != nil {
		t.Fatal(err)
	}
	became := map[string]string{}
	for _, file := range manifest.Files {
		path := filepath.Join(opts.Output.Dir, "retries", fmt.Sprintf("%04d", n), filepath.FromSlash(file.Path))
		switch {
		case strings.HasPrefix(file.Path, "data/"):
			for _, row := range rowsOf(t, path) {
				became[row.Source.Shard+" "+row.Key] = "row"
			}
		case strings.HasPrefix(file.Path, "rejects/"):
			for _, r := range rejectsOf(t, path) {
				became[r.Source.Shard+" "+r.Key] = string(r.Reason)
			}
		}
	}
	if int64(len(became)) != manifest.Totals.Records {
		t.Errorf("%d records were counted, %d are there", manifest.Totals.Records, len(became))
	}
	return manifest, became
}

// TestRetryRejects does records again, single captions of a sample among them,
// under limits that are wider than before.
func TestRetryRejects(t *testing.T) {
	many := pairOf(2, "")
	many.members["json"] = `{"captions": ["a red fox", "of and to", "two old dogs", "` + strings.Repeat("a dog and ", 30) + `a cat"]}`
	delete(many.members, "txt")
	samples := []sample{pairOf(0, "a dog"), pairOf(1, "of and to"), many, pairOf(3, strings.Repeat("a dog near ", 30)+"a cat"), pairOf(4, "a cat")}
	opts := testOptions(t, shards(t, tarOf(t, samples...), tarOf(t, pairs(3)...), tarOf(t, pairOf(9, "and of"))))
	opts.Extract.MaxCodePoints = 100
	mustRun(t, opts)
	before := digests(t, opts.Output.Dir)

	_, same := retryRecords(t, opts, 1, schema.ReasonNoPhrases)
	want := map[string]string{"00000.tar 000000001": "no_phrases", "00000.tar 000000002#1": "no_phrases", "00002.tar 000000009": "no_phrases"}
	if diff := cmp.Diff(want, same); diff != "" {
		t.Errorf("the same configuration (-want +got):\n%s", diff)
	}
	wider := opts
	wider.Extract.MaxCodePoints = 1000
	manifest, longer := retryRecords(t, wider, 2, schema.ReasonCaptionTooLong, schema.ReasonNoPhrases)
	want["00000.tar 000000002#3"], want["00000.tar 000000003"] = "row", "row"
	if diff := cmp.Diff(want, longer); diff != "" {
		t.Errorf("a wider limit (-want +got):\n%s", diff)
	}
	if len(manifest.Units) != 2 || manifest.Units[1].Name != "00002.tar" {
		t.Errorf("units are %+v", manifest.Units)
	}
	for name, digest := range digests(t, opts.Output.Dir) {
		if !strings.HasPrefix(name, "retries") && before[name] != digest {
			t.Errorf("%s changed", name)
		}
	}
}

// TestRetryOfTruncatedRecord does a record again that damage cut through: the
// damage is still there.
func TestRetryOfTruncatedRecord(t *testing.T) {
	whole := tarOf(t, pairs(6)...)
	opts := testOptions(t, shards(t, whole[:len(whole)/2], tarOf(t, pairs(2)...)))
	r := mustRun(t, opts)
	manifest, became := retryRecords(t, opts, 1, schema.ReasonTruncatedRecord)
	if len(became) != 1 || manifest.Totals.Rejects[schema.ReasonTruncatedRecord] != 1 || !manifest.Units[0].Damaged {
		t.Errorf("the retry has %v of %d units", became, len(manifest.Units))
	}
	if lost := lostRejects(r, "00000.tar"); len(lost) != 1 {
		t.Errorf("the run lost %v", lost)
	}
}

// TestKeep chooses records of a sample.
func TestKeep(t *testing.T) {
	tests := []struct {
		captions int
		keys     []string
		want     []string
	}{
		{3, nil, []string{"k#0", "k#1", "k#2"}},
		{3, []string{"k#2", "k#0"}, []string{"k#0", "k#2"}},
		{3, []string{"k"}, []string{"k#0", "k#1", "k#2"}}, // it was one reject
		{1, []string{"k"}, []string{"k"}},
		{0, []string{"k#1"}, []string{"k"}}, // it is one by now
		{3, []string{"k#7"}, nil},
	}
	for _, tt := range tests {
		g := newGroup("s", "k", 0, 0, tt.captions)
		ok := g.keep(tt.keys)
		var got []string
		for _, r := range g.records {
			got = append(got, r.row.Key)
		}
		if !slices.Equal(got, tt.want) || ok != (len(tt.want) > 0) || ok && !g.records[len(g.records)-1].last {
			t.Errorf("%d captions, keys %q: %q, %v", tt.captions, tt.keys, got, ok)
		}
	}
}

// TestPlan looks at a folder without opening the model.
func TestPlan(t *testing.T) {
	opts := testOptions(t, shards(t, tarOf(t, pairs(2)...), tarOf(t, pairs(2)...)))
	run := RunOptions{ToolVersion: "test"}
	status, err := Plan(t.Context(), opts, run)
	if err != nil || status.State != pipelines.StateEmpty || status.Missing != 2 {
		t.Errorf("before: %+v, %v", status, err)
	}
	mustRun(t, opts)
	opts.Teacher.Model = "none.onnx"
	if status, err = Plan(t.Context(), opts, run); err != nil || status.State != pipelines.StateComplete {
		t.Errorf("after: %+v, %v", status, err)
	}
	opts.Teacher.Batch++
	if _, err = Plan(t.Context(), opts, run); err == nil || !strings.Contains(err.Error(), "config differs in teacher.batch") {
		t.Errorf("another batch: %v", err)
	}
}
