package guard

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher"
)

const (
	limit = time.Minute
	grace = 10 * time.Second
)

func TestHangThatHonoursCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &faulty{faults: []fault{hanging(poison(2))}}
		begin := time.Now()
		answers, err := New(inner, Options{RunLimit: limit, Grace: grace}).Ground(t.Context(), examples(4, small))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff("0 1 x 3", outcomes(t, answers)); diff != "" {
			t.Error("answers (-want +got):", diff)
		}
		if err := answers[2].Err; !errors.Is(err, ErrHung) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the reject is %q; want one that wraps %q and no deadline of the caller", err, ErrHung)
		}
		if d := time.Since(begin); d != 3*limit {
			t.Errorf("took %v, want %v", d, 3*limit)
		}
	})
}

func TestAlwaysHanging(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &faulty{faults: []fault{hanging(failing(errPoison))}}
		_, err := New(inner, Options{RunLimit: limit, Grace: grace}).Ground(t.Context(), examples(9, small))
		if !errors.Is(err, ErrHung) || errors.Is(err, teacher.ErrDeviceLost) {
			t.Errorf("got %v, want an error that wraps %q", err, ErrHung)
		}
	})
}

// stuck returns a fault that ends long after the limit and the grace, or when
// release is closed.
func stuck(release <-chan struct{}) fault {
	return func(context.Context, run) error {
		<-release
		return nil
	}
}

func TestHangThatIgnoresCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		inner := &faulty{faults: []fault{stuck(release)}}
		g := New(inner, Options{RunLimit: limit, Grace: grace})
		begin := time.Now()
		for range 2 { // the second at once
			_, err := g.Ground(t.Context(), examples(4, small))
			if !errors.Is(err, ErrHung) || !errors.Is(err, teacher.ErrDeviceLost) {
				t.Errorf("got %v, want an error that wraps %q and %q", err, ErrHung, teacher.ErrDeviceLost)
			}
			if d := time.Since(begin); d != limit+grace {
				t.Errorf("took %v, want %v", d, limit+grace)
			}
		}
		if err := g.Close(); err != nil || inner.closed {
			t.Errorf("Close: %v, closed: %v; want the teacher left alone", err, inner.closed)
		}
		close(release)
	})
}

func TestCallerCancelsRunInFlight(t *testing.T) {
	tests := []struct {
		name string
		hang func(release <-chan struct{}) fault
		lost bool
		took time.Duration
	}{
		{"that honours it", func(<-chan struct{}) fault { return hanging(failing(errPoison)) }, false, time.Second},
		{"that ignores it", stuck, true, time.Second + grace},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				inner := &faulty{faults: []fault{tt.hang(release)}}
				g := New(inner, Options{RunLimit: limit, Grace: grace})
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				begin := time.Now()
				_, err := g.Ground(ctx, examples(4, small))
				if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, teacher.ErrDeviceLost) != tt.lost {
					t.Errorf("got %v, want the deadline of the caller; device lost: %v", err, tt.lost)
				}
				if d := time.Since(begin); d != tt.took || inner.runs() != 1 {
					t.Errorf("took %v and %d runs, want %v and 1", d, inner.runs(), tt.took)
				}
				if _, err := g.Ground(t.Context(), examples(1, small)); tt.lost && errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("a later caller got the deadline of an earlier one: %v", err)
				}
				close(release)
			})
		})
	}
}

// TestLateRun guards what a run says that returns after it was cancelled.
func TestLateRun(t *testing.T) {
	const slow = limit + grace/2
	tests := []struct {
		name string
		err  error
		want []error // that the call's error or the reject wraps
		fail bool
	}{
		{"answers count", nil, nil, false},
		{"errors are kept", errPoison, []error{ErrHung, errPoison}, false},
		{"a lost device ends the call", teacher.ErrDeviceLost, []error{ErrHung, teacher.ErrDeviceLost}, true},
		{"the cause of the cancellation", ErrHung, []error{ErrHung}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				inner := &faulty{faults: []fault{func(context.Context, run) error {
					time.Sleep(slow) // of the synctest bubble
					return tt.err
				}}}
				answers, err := New(inner, Options{RunLimit: limit, Grace: grace}).Ground(t.Context(), examples(1, small))
				if (err != nil) != tt.fail {
					t.Fatal(err)
				}
				if err == nil {
					err = answers[0].Err
				}
				if tt.want == nil && err != nil {
					t.Errorf("got %v, want an answer", err)
				}
				for _, want := range tt.want {
					if !errors.Is(err, want) {
						t.Errorf("%v does not wrap %q", err, want)
					}
				}
			})
		})
	}
}
