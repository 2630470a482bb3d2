package verify

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

func TestWholeRun(t *testing.T) {
	store := newRun(t)
	for name, opts := range map[string]Options{"one worker": {Workers: 1}, "five workers": {Workers: 5}, "quick": {Quick: true}} {
		t.Run(name, func(t *testing.T) {
			var last Progress
			opts.Observe = func(p Progress) { last = p }
			got := mustCheck(t, store, opts)
			want := &Report{
				Location: "out", Job: "annotate", State: StateComplete, Quick: opts.Quick, Units: 3, Done: 3,
				Files: 9, Bytes: got.Bytes, Rows: 12, Boxes: 12, Rejects: 6, Problems: []Problem{}, Redo: []int{},
			}
			if opts.Quick {
				want.Boxes, want.Rejects = 0, 0
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
			if all := int64(len(store)); last != (Progress{all, all}) {
				t.Errorf("progress ended at %+v of %d files", last, all)
			}
		})
	}
}

// An unfinished run is checked as far as it is there, and said to be unfinished.
func TestUnfinishedRun(t *testing.T) {
	unfinished := problem(KindNoSuccess, schema.SuccessName, -1, "")
	whole := newRun(t)
	begun := whole.without(schema.SuccessName, schema.ManifestName)
	damaged := slices.Clone(whole[file(schema.KindRaw, 0)])
	damaged[100]++
	tests := []struct {
		name  string
		store memory
		done  int
		want  []Problem
	}{
		{"only run.json", memory{schema.RunName: whole[schema.RunName]}, 0, nil},
		{"before _SUCCESS", whole.without(schema.SuccessName), 3, nil},
		{"before the manifest", begun, 3, nil},
		{"a unit without summary", begun.without(file(schema.KindUnits, 1)), 2, nil},
		{"a unit half done", begun.without(file(schema.KindUnits, 1), file(schema.KindRaw, 1)), 2, nil},
		{"a unit not begun", begun.without(file(schema.KindUnits, 1), file(schema.KindData, 1), file(schema.KindRaw, 1), file(schema.KindRejects, 1)), 2, nil},
		{"an attempt", begun.with("data/.x.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp", nil), 3, nil},
		{"damage in a unit", begun.with(file(schema.KindRaw, 0), damaged), 3,
			[]Problem{problem(KindWrongDigest, file(schema.KindRaw, 0), 0, "sha256")}},
		{"a file gone", begun.without(file(schema.KindData, 2)), 3,
			[]Problem{problem(KindMissingFile, file(schema.KindData, 2), 2, "")}},
		{"a summary gone, the manifest there", whole.without(schema.SuccessName, file(schema.KindUnits, 1)), 2,
			[]Problem{problem(KindMissingFile, file(schema.KindUnits, 1), 1, "")}},
		{"a summary damaged", begun.with(file(schema.KindUnits, 1), []byte("{")), 2,
			[]Problem{problem(KindBadSummary, file(schema.KindUnits, 1), 1, "")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := mustCheck(t, tt.store, Options{})
			wantProblems(t, report, append([]Problem{unfinished}, tt.want...)...)
			if report.State != StateUnfinished || report.Done != tt.done || report.Units != 3 {
				t.Errorf("state %s, %d of %d units", report.State, report.Done, report.Units)
			}
		})
	}
}

// The runs in retries are checked, too, each by itself.
func TestRetries(t *testing.T) {
	store := newRun(t)
	identity := testIdentity
	identity.RetryOf = &schema.RetryOf{ManifestSHA256: hexDigest(store[schema.ManifestName]), Reasons: []schema.Reason{schema.ReasonCorruptImage}}
	units := newUnits(2)
	for u := range units { // of each unit one record
		units[u].data, units[u].raw, units[u].rejects = units[u].data[2:3], units[u].raw[2:3], nil
	}
	writeRun(t, store, "retries/0001/", identity, units)
	report := mustCheck(t, store, Options{})
	if !report.OK() || len(report.Retries) != 1 || report.Retries[0].Rows != 2 || report.Retries[0].Location != "out/retries/0001" {
		t.Errorf("report is %+v", report)
	}

	damaged := store.without("retries/0001/" + schema.FileName(schema.KindRaw, "train", 1, 2))
	report = mustCheck(t, damaged, Options{})
	wantProblems(t, report)
	wantProblems(t, report.Retries[0], problem(KindMissingFile, schema.FileName(schema.KindRaw, "train", 1, 2), 1, ""))
	if report.OK() || !slices.Equal(report.Retries[0].Redo, []int{1}) {
		t.Errorf("OK %t, redo %v", report.OK(), report.Retries[0].Redo)
	}

	other := maps.Clone(store)
	main := newUnits(3)
	main[1].rejects[0].Detail = "another run"
	writeRun(t, other, "", testIdentity, main)
	report = mustCheck(t, other, Options{})
	wantProblems(t, report)
	wantProblems(t, report.Retries[0], problem(KindAccounting, schema.RunName, -1, "retry_of.manifest_sha256"))
}

func TestNothingToCheck(t *testing.T) {
	for name, store := range map[string]memory{"empty": {}, "foreign": {"thesis.tex": nil, "data/x.parquet": nil}} {
		if _, err := Run(t.Context(), store, Options{}); !errors.Is(err, ErrNoRun) {
			t.Errorf("%s: error is %v, want ErrNoRun", name, err)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped by the user")
	cancel(stopped)
	if _, err := Run(ctx, newRun(t), Options{}); !errors.Is(err, stopped) {
		t.Errorf("error is %v, want the cause", err)
	}
}

// broken is a store that fails to list, or to open or read one file.
type broken struct {
	memory
	list       error
	open, read string
}

var errBroken = errors.New("input/output error")

func (b broken) List(ctx context.Context, prefix string) ([]storage.Info, error) {
	if b.list != nil {
		return nil, b.list
	}
	return b.memory.List(ctx, prefix)
}

func (b broken) Open(ctx context.Context, name string) (storage.Reader, error) {
	if name == b.open {
		return nil, errBroken
	}
	r, err := b.memory.Open(ctx, name)
	if name == b.read {
		return failing{r}, err
	}
	return r, err
}

// failing is a reader of damaged storage.
type failing struct{ storage.Reader }

func (failing) Read([]byte) (int, error) { return 0, errBroken }

// A file that the storage fails to read is a problem like others, a listing that
// fails is the end.
func TestBrokenStorage(t *testing.T) {
	if _, err := Run(t.Context(), broken{memory: newRun(t), list: errBroken}, Options{}); !errors.Is(err, errBroken) {
		t.Errorf("error is %v", err)
	}
	for _, tt := range []struct {
		name string
		unit int
	}{{file(schema.KindData, 1), 1}, {file(schema.KindRejects, 2), 2}, {file(schema.KindUnits, 0), 0}, {schema.ManifestName, -1}, {schema.RunName, -1}, {schema.SuccessName, -1}} {
		wantProblems(t, mustCheck(t, broken{memory: newRun(t), open: tt.name}, Options{}), problem(KindUnreadable, tt.name, tt.unit, ""))
		wantProblems(t, mustCheck(t, broken{memory: newRun(t), read: tt.name}, Options{}), problem(KindUnreadable, tt.name, tt.unit, ""))
	}
}
