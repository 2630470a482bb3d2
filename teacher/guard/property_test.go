package guard

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher"
)

// FuzzGround runs batches under faults that bytes decide. Whatever happens, a
// call gives every example its own answer or a reject, or fails as a whole; and
// no example is rejected that is not at fault.
func FuzzGround(f *testing.F) {
	f.Add(uint8(63), []byte{5}, uint8(0), []byte{})
	f.Add(uint8(31), []byte{0, 64, 200}, uint8(3), []byte{1, 4})
	f.Add(uint8(9), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8}, uint8(0), []byte{2, 130, 9})
	f.Fuzz(func(t *testing.T, n uint8, bad []byte, fit uint8, transient []byte) {
		size := int(n)%64 + 1
		atFault := map[int]bool{}
		var faults []fault
		for _, b := range bad { // the high bits say how
			id := int(b) % 64
			atFault[id] = true
			faults = append(faults, []fault{poison(id), panicking(poison(id)), oversize(id), poison(id)}[b>>6])
		}
		if fit > 0 {
			faults = append(faults, memory(small, int(fit)))
		}
		for _, number := range transient {
			faults = append(faults, at(once(number >= 128), int(number)%128))
		}
		inner := &faulty{faults: faults}
		g := New(inner, Options{})
		for range 2 { // the second with what the first has learned
			inner.sizes = nil
			answers, err := g.Ground(t.Context(), examples(size, small))
			checkCall(t, size, atFault, answers, err)
			checkRuns(t, size, fit > 0, inner.sizes)
		}
	})
}

// checkRuns guards the price that the package comment names. A limit cuts a
// batch into runs that are nobody's fault, hence the weaker bound with limited.
func checkRuns(t *testing.T, size int, limited bool, sizes []int) {
	t.Helper()
	depth := bits.Len(uint(size - 1)) // ⌈log2 size⌉
	most := 2*size - 1
	if !limited {
		most = min(most, 1+2*depth*(defaultMaxBad+1+depth))
	}
	if len(sizes) > most {
		t.Fatalf("%d runs for %d examples, want at most %d: %v", len(sizes), size, most, sizes)
	}
}

// once is a failure of runs of two or more that no example is to blame for.
func once(memory bool) fault {
	return func(_ context.Context, r run) error {
		switch {
		case len(r.ids) == 1:
			return nil
		case memory:
			return outOfMemory(r)
		default:
			return errPoison
		}
	}
}

func checkCall(t *testing.T, size int, atFault map[int]bool, answers []teacher.Answer, err error) {
	t.Helper()
	if err != nil {
		if answers != nil || errors.Is(err, teacher.ErrExample) {
			t.Fatalf("answers %v beside the error %v", answers, err)
		}
		return
	}
	if len(answers) != size {
		t.Fatalf("%d answers for %d examples", len(answers), size)
	}
	for i, a := range answers {
		if atFault[i] {
			if !errors.Is(a.Err, teacher.ErrExample) || a.Phrases != nil {
				t.Fatalf("example %d is at fault and got %+v", i, a)
			}
		} else if diff := cmp.Diff(answer(i), a); diff != "" {
			t.Fatalf("example %d (-want +got): %s", i, diff)
		}
	}
}

// TestConcurrentUse is for the race detector.
func TestConcurrentUse(t *testing.T) {
	inner := &faulty{faults: []fault{memory(small, 3), memory(large, 5), poison(7), panicking(poison(11))}}
	var mu sync.Mutex
	seen := map[string]bool{}
	g := New(inner, Options{Observe: func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		seen[fmt.Sprint(e.Kind)] = true
	}})
	atFault := map[int]bool{7: true, 11: true}
	var wg sync.WaitGroup
	for worker := range 10 {
		wg.Go(func() {
			for i := range 20 {
				shape := []teacher.Shape{small, large}[(worker+i)%2]
				answers, err := g.Ground(t.Context(), examples(16, shape))
				if err != nil {
					t.Error(err)
					return
				}
				checkConcurrent(t, atFault, answers)
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff(map[string]bool{"split": true, "rejected": true, "limited": true}, seen); diff != "" {
		t.Error("events (-want +got):", diff)
	}
	if g.limits[small] != 2 || g.limits[large] != 4 {
		t.Errorf("limits %v, want 2 for %v and 4 for %v", g.limits, small, large)
	}
}

func checkConcurrent(t *testing.T, atFault map[int]bool, answers []teacher.Answer) {
	for i, a := range answers {
		if atFault[i] != errors.Is(a.Err, teacher.ErrExample) || !atFault[i] && !cmp.Equal(answer(i), a) {
			t.Errorf("answer %d is %+v", i, a)
		}
	}
}
