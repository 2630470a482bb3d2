package pipelines

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// noPause is an Options.After that does not wait.
func noPause(time.Duration) <-chan time.Time {
	now := make(chan time.Time, 1)
	now <- time.Time{}
	return now
}

// TestUnreadableInput leaves units out whose input cannot be read, after some
// attempts, and goes on with the others.
func TestUnreadableInput(t *testing.T) {
	tests := []struct {
		name   string
		spec   fakeSpec
		pauses int
		failed []int
	}{
		{"once", fakeSpec{Unread: map[int]int{1: 1}}, 1, nil},
		{"twice", fakeSpec{Unread: map[int]int{0: 2, 3: 1}}, 3, nil},
		{"for ever", fakeSpec{Unread: map[int]int{1: 99, 3: 99}}, 4, []int{1, 3}},
		{"not there", fakeSpec{Gone: map[int]bool{2: true}}, 0, []int{2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := request(t, 5, tt.spec)
			var mu sync.Mutex
			var pauses int
			var last Progress
			opts := Options{Beam: BeamOptions{Lanes: 3}, Observe: func(p Progress) { last = p }, After: func(d time.Duration) <-chan time.Time {
				mu.Lock()
				defer mu.Unlock()
				pauses++
				return noPause(d)
			}}
			_, err := Run(t.Context(), req, opts)
			var incomplete *IncompleteError
			var failed []int
			if errors.As(err, &incomplete) {
				for _, q := range incomplete.Failed {
					failed = append(failed, q.Unit.Index)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.failed, failed); diff != "" || pauses != tt.pauses {
				t.Errorf("%d pauses, want %d; failed units (-want +got):\n%s", pauses, tt.pauses, diff)
			}
			if last.Units != 5-len(tt.failed) || last.Records != last.Bytes || last.Records != last.Rows+last.Rejects || last.Active != 0 {
				t.Errorf("last progress is %+v", last)
			}
			if len(tt.failed) > 0 {
				wantUnfinished(t, req.Output)
			}
			mustRun(t, req.with(t, fakeSpec{}), Options{}) // the inputs are back
		})
	}
}

// TestGivesUp stops when no input at all can be read.
func TestGivesUp(t *testing.T) {
	gone := map[int]bool{}
	for i := range 40 {
		gone[i] = true
	}
	_, err := Run(t.Context(), request(t, 40, fakeSpec{Gone: gone}), Options{})
	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || !incomplete.GaveUp || len(incomplete.Failed) != giveUpAfter {
		t.Errorf("error is %v", err)
	}
}

// TestStop ends a run on request at different moments: what was being worked on
// is there, nothing else, and the run continues.
func TestStop(t *testing.T) {
	for stopAt := range 6 {
		req := request(t, 6, fakeSpec{})
		stop := make(chan struct{})
		once := sync.OnceFunc(func() { close(stop) })
		if stopAt == 0 {
			once()
		}
		var last Progress
		_, err := Run(t.Context(), req, Options{Beam: BeamOptions{Lanes: 2}, Stop: stop, Observe: func(p Progress) {
			last = p
			if p.Units >= stopAt {
				once()
			}
		}})
		if last.Units == 6 && err == nil {
			continue // both lanes were at their last unit
		}
		var stopped *StoppedError
		if !errors.As(err, &stopped) || stopped.Done != last.Units || stopped.Units != 6 {
			t.Errorf("stopped at %d: error is %v after %d units", stopAt, err, last.Units)
		}
		wantUnfinished(t, req.Output)
		status, err := begun(t, req)
		if err != nil || status.Done != last.Units {
			t.Errorf("stopped at %d: continued with %d units done, want %d; %v", stopAt, status.Done, last.Units, err)
		}
	}
}

// TestStopWhileWaiting stops a unit that waits to be read again.
func TestStopWhileWaiting(t *testing.T) {
	stop := make(chan struct{})
	_, err := Run(t.Context(), request(t, 1, fakeSpec{Unread: map[int]int{0: 99}}), Options{Stop: stop, After: func(time.Duration) <-chan time.Time {
		close(stop)
		return nil // never
	}})
	var stopped *StoppedError
	if !errors.As(err, &stopped) {
		t.Errorf("error is %v, want StoppedError", err)
	}
}

// TestStopAfterTheLastUnit is no reason not to commit.
func TestStopAfterTheLastUnit(t *testing.T) {
	stop := make(chan struct{})
	once := sync.OnceFunc(func() { close(stop) })
	mustRun(t, request(t, 2, fakeSpec{}), Options{Stop: stop, Observe: func(p Progress) {
		if p.Units == 2 {
			once()
		}
	}})
}

// TestTwoRunsAtOnce starts many runs in one folder. Each is refused or ends with
// the same bytes.
func TestTwoRunsAtOnce(t *testing.T) {
	req := request(t, 6, fakeSpec{})
	smooth := req
	smooth.Output = t.TempDir() + "/smooth"
	mustRun(t, smooth, Options{})
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = Run(t.Context(), req, Options{Beam: BeamOptions{Lanes: 2}}) })
	}
	wg.Wait()
	finished := 0
	for _, err := range errs {
		switch {
		case err == nil:
			finished++
		case !errors.Is(err, storage.ErrLocked):
			t.Error(err)
		}
	}
	if finished == 0 {
		t.Error("no run finished")
	}
	if diff := cmp.Diff(contents(t, smooth.Output), contents(t, req.Output)); diff != "" {
		t.Errorf("files (-smooth +raced):\n%s", diff)
	}
}

// unlocked is a store without a lock, as a bucket is.
type unlocked struct{ storage.Store }

func (unlocked) Lock(context.Context) (func() error, error) { return func() error { return nil }, nil }

// TestTwoRunsWithoutLock runs at once where nothing keeps runs apart.
func TestTwoRunsWithoutLock(t *testing.T) {
	store := unlocked{storage.NewMemory("unlocked")}
	defer storage.Mount(store)()
	req := request(t, 6, fakeSpec{})
	req.Output = store.String()
	store.clean(t)
	r, err := prepare(t.Context(), req, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.job.Close()
	f, err := r.survey(t.Context())
	if err == nil {
		err = r.examine(t.Context(), f)
	}
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, req, Options{Beam: BeamOptions{Lanes: 2}}) // all of it, while the other run has just looked
	if err := r.publishRecord(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := r.finish(t.Context(), f); err != nil {
		t.Error(err)
	}
}

func (s unlocked) clean(t *testing.T) {
	t.Helper()
	if files, err := s.List(t.Context(), ""); err != nil || len(files) > 0 {
		t.Fatalf("the store holds %v, %v", files, err)
	}
}

// TestSweep removes what a dead process left, and only that.
func TestSweep(t *testing.T) {
	store := storage.NewMemory("sweep")
	defer storage.Mount(store)()
	req := request(t, 2, fakeSpec{})
	req.Output = store.String()
	if _, err := store.Create(t.Context(), "data/train-00000-of-00002.parquet"); err != nil {
		t.Fatal(err)
	}
	status, err := begun(t, req)
	if err != nil || status.Temporaries != 1 || status.State != StateEmpty {
		t.Errorf("status is %+v, %v", status, err)
	}
	files, err := store.List(t.Context(), "")
	if err != nil || len(files) != 3*2+3 {
		t.Errorf("%d files are left: %v, %v", len(files), files, err)
	}
}

// TestBudget ends a run that rejects too much, early or at its end, and lets it
// go on under another limit.
func TestBudget(t *testing.T) {
	tests := []struct {
		name    string
		limits  Limits
		over    bool
		records int64 // at most so many are seen
	}{
		{"off", Limits{MaxRejectRatio: 1}, false, 0},
		{"not set", Limits{}, false, 0},
		{"wide", Limits{MaxRejectRatio: 0.9, MinRecords: 10}, false, 0},
		{"early", Limits{MaxRejectRatio: 0.1, MinRecords: 5}, true, 20},
		{"at the end", Limits{MaxRejectRatio: 0.1, MinRecords: 1000}, true, 45},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := request(t, 9, fakeSpec{})
			_, err := Run(t.Context(), req, Options{Limits: tt.limits})
			var over *BudgetError
			if errors.As(err, &over) != tt.over || err != nil && !tt.over {
				t.Fatalf("error is %v", err)
			}
			if !tt.over {
				return
			}
			if over.Records > tt.records || len(over.Reasons) == 0 || over.Reasons[0].Reason != schema.ReasonNoPhrases || over.Reasons[0].Example == "" {
				t.Errorf("error is %+v", over)
			}
			wantUnfinished(t, req.Output)
			mustRun(t, req, Options{})
		})
	}
}

// TestBudgetCountsWhatWasDone continues a run that has rejected too much before.
func TestBudgetCountsWhatWasDone(t *testing.T) {
	req := request(t, 9, fakeSpec{})
	limits := Limits{MaxRejectRatio: 0.1, MinRecords: 30}
	var first, second *BudgetError
	if _, err := Run(t.Context(), req, Options{Limits: limits}); !errors.As(err, &first) {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), req, Options{Limits: limits}); !errors.As(err, &second) || second.Records != first.Records {
		t.Errorf("continued: %v, at first: %v", second, first)
	}
}

func TestBudgetError(t *testing.T) {
	err := &BudgetError{Limit: 0.25, Records: 1000, Rejects: 260}
	for i, reason := range []schema.Reason{"a", "b", "c", "d", "e", "f"} {
		err.Reasons = append(err.Reasons, ReasonCount{reason, int64(100 - i), fmt.Sprintf("%q in x.tar", reason)})
	}
	want := `too many rejects: 260 of 1000 records (26.0%), limits.max_reject_ratio is 0.25
  a 100, such as "a" in x.tar
  b 99, such as "b" in x.tar
  c 98, such as "c" in x.tar
  d 97, such as "d" in x.tar
  e 96, such as "e" in x.tar
look at those records, docs/rejects.md explains the reasons; mend the input or raise the limit, then the same command continues`
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}
