package storage

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClone(t *testing.T) {
	m := NewMemory("power")
	if err := WriteFile(t.Context(), m, "a", []byte("published")); err != nil {
		t.Fatal(err)
	}
	defer create(t, m, "b", "half").Abandon()
	if _, err := m.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	clone := m.Clone()
	wantNames(t, clone, "a")
	unlock, err := clone.Lock(t.Context())
	if err != nil {
		t.Fatalf("the lock of the dead process: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if err := clone.Remove(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	wantNames(t, m, "TEMP", "a")
}

func TestPowerLoss(t *testing.T) {
	m := NewMemory("power")
	put := func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			if err := WriteFile(t.Context(), m, fmt.Sprintf("%03d", i), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(0, 50)
	m.Settle()
	put(50, 150)
	once, again, other := names(t, m.PowerLoss(1)), names(t, m.PowerLoss(1)), names(t, m.PowerLoss(2))
	if diff := cmp.Diff(names(t, m)[:50], once[:50]); diff != "" {
		t.Errorf("settled files (-want +got):\n%s", diff)
	}
	if n := len(once); n < 70 || n > 130 {
		t.Errorf("%d of 100 files that were not settled survived", n-50)
	}
	if diff := cmp.Diff(once, again); diff != "" {
		t.Errorf("one seed, two losses (-first +second):\n%s", diff)
	}
	if cmp.Equal(once, other) {
		t.Error("two seeds lost the same files")
	}
}

func TestMount(t *testing.T) {
	m := NewMemory("mount")
	unmount := Mount(m)
	if s, err := Open("mem://mount"); s != m || err != nil {
		t.Errorf("opened %v, %v", s, err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a taken location was mounted")
			}
		}()
		Mount(NewMemory("mount"))
	}()
	unmount()
	unmount()
	s, err := Open("mem://mount")
	if s == m || err != nil {
		t.Errorf("after unmount, opened %v, %v", s, err)
	}
	if again, err := Open("mem://mount"); again != s || err != nil {
		t.Errorf("opened again, %v, %v", again, err)
	}
}
