package storagetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
)

func (s suite) publishTwice() {
	first, second, other := s.create("a", "same"), s.create("a", "same"), s.create("a", "othr")
	longer, empty := s.create("a", "same and more"), s.create("a", "")
	for _, f := range []storage.File{first, second} {
		if err := f.Publish(); err != nil {
			s.Fatalf("publish equal content: %v", err)
		}
	}
	for _, f := range []storage.File{other, longer, empty} {
		if err := f.Publish(); !errors.Is(err, storage.ErrConflict) || !strings.Contains(fmt.Sprint(err), "a:") {
			s.Errorf("publish other content gave %v, want ErrConflict with the name", err)
		}
	}
	long := strings.Repeat("0123456789abcdef", 1<<15)
	s.put("long", long)
	s.put("long", long)
	if err := storage.WriteFile(s.Context(), s.store, "long", []byte(long[:len(long)-1]+"X")); !errors.Is(err, storage.ErrConflict) {
		s.Errorf("publish other content gave %v, want ErrConflict", err)
	}
	s.wantNames("a", "long")
	s.wantFile("a", "same")
	s.wantFile("long", long)
	s.wantClean()
}

// lateAttempt publishes after another attempt has, from an attempt that began
// before.
func (s suite) lateAttempt() {
	late, wrong := s.create("a", "sa"), s.create("a", "wro")
	s.put("a", "same")
	for f, rest := range map[storage.File]string{late: "me", wrong: "ng"} {
		if _, err := f.Write([]byte(rest)); err != nil {
			s.Fatal(err)
		}
	}
	if err := late.Publish(); err != nil {
		s.Errorf("a late attempt with equal content: %v", err)
	}
	if err := wrong.Publish(); !errors.Is(err, storage.ErrConflict) {
		s.Errorf("a late attempt with other content gave %v, want ErrConflict", err)
	}
	s.wantFile("a", "same")
	s.wantClean()
}

func (s suite) race() {
	var wg sync.WaitGroup
	won := make([]bool, 8)
	for i := range won {
		f := s.create("a", strings.Repeat("x", i/2+1)) // each content twice
		wg.Go(func() { won[i] = f.Publish() == nil })
	}
	wg.Wait()
	got, err := storage.ReadFile(s.Context(), s.store, "a")
	if err != nil {
		s.Fatal(err)
	}
	want := make([]bool, len(won))
	for i := range want {
		want[i] = i/2+1 == len(got)
	}
	if diff := cmp.Diff(want, won); diff != "" {
		s.Errorf("of 8 attempts with 4 contents, those published (-want +got):\n%s", diff)
	}
	s.wantNames("a")
	s.wantClean()
}

func (s suite) manyAtOnce() {
	var wg sync.WaitGroup
	var want []string
	for i := range 16 {
		name := fmt.Sprintf("data/%02d/file-%02d", i%4, i)
		want = append(want, name)
		wg.Go(func() {
			if err := storage.WriteFile(s.Context(), s.store, name, []byte(name)); err != nil {
				s.Error(err)
			}
			if got, err := storage.ReadFile(s.Context(), s.store, name); string(got) != name || err != nil {
				s.Errorf("%s holds %q, %v", name, got, err)
			}
			if _, err := s.store.List(s.Context(), ""); err != nil { // while temporary files come and go
				s.Error(err)
			}
		})
	}
	wg.Wait()
	for _, name := range want {
		s.wantFile(name, name)
	}
	if got := s.published("data/"); len(got) != len(want) {
		s.Errorf("%d files were published, %d are listed", len(want), len(got))
	}
	s.wantClean()
}

func (s suite) remove() {
	s.put("a", "x")
	s.put("folder/b", "x")
	for range 2 {
		for _, name := range []string{"a", "folder", "folder/b/c", "nothing/at/all"} {
			if err := s.store.Remove(s.Context(), name); err != nil {
				s.Errorf("Remove(%q): %v", name, err)
			}
		}
	}
	s.wantNames("folder/b")
	s.put("a", "other content, after the first was removed")
	s.wantNames("a", "folder/b")
}

// lock accepts stores without a lock, whose every Lock succeeds.
func (s suite) lock() {
	unlock, err := s.store.Lock(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	s.wantNames() // the lock is no file of the store
	second, err := s.other().Lock(s.Context())
	var locked *storage.LockedError
	switch {
	case err == nil:
		defer second()
	case !errors.As(err, &locked) || !errors.Is(err, storage.ErrLocked):
		s.Errorf("locking twice gave %v, want a LockedError", err)
	case locked.Holder.PID == 0 || !strings.Contains(err.Error(), s.store.String()):
		s.Errorf("the error says neither who nor where: %v", err)
	}
	s.put("a", "published under a lock")
	for range 2 {
		if err := unlock(); err != nil {
			s.Errorf("unlock: %v", err)
		}
	}
	again, err := s.other().Lock(s.Context())
	if err != nil {
		s.Fatalf("lock after unlock: %v", err)
	}
	if err := again(); err != nil {
		s.Error(err)
	}
	s.wantNames("a")
}

func (s suite) sweep() {
	foreign := []string{".partial.tmp", ".x.123.tmp", "a.tmp", "data/.hidden"}
	for _, name := range foreign {
		s.put(name, "not ours")
	}
	s.put("data/a", "published")
	s.create("data/b", "of a process that died")
	s.create("c", strings.Repeat("long", 1<<18))
	unlock, err := s.store.Lock(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	defer unlock()
	before := s.listing("")
	removed, err := s.store.Sweep(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	var want []string
	for _, info := range before {
		if info.Temporary() {
			want = append(want, info.Name)
		}
	}
	if diff := cmp.Diff(want, removed); diff != "" {
		s.Errorf("swept (-want +got):\n%s", diff)
	}
	s.wantClean()
	s.wantNames(append(foreign[:3:3], "data/.hidden", "data/a")...)
}

func (s suite) reopen() {
	s.put("a", "hello")
	got, err := storage.ReadFile(s.Context(), s.other(), "a")
	if err != nil || string(got) != "hello" {
		s.Errorf("opened again, %s has %q, %v", s.store, got, err)
	}
}

// other opens the store a second time, as another process does.
func (s suite) other() storage.Store {
	s.Helper()
	other, err := storage.Open(s.store.String())
	if err != nil {
		s.Fatal(err)
	}
	return other
}
