package faulty

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/storagetest"
)

// TestConformance has no rules: then a Store is its inner store.
func TestConformance(t *testing.T) {
	storagetest.CheckLeaks(t)
	for name, open := range map[string]func(t *testing.T) storage.Store{
		"memory": func(t *testing.T) storage.Store { return storage.NewMemory("faulty") },
		"local": func(t *testing.T) storage.Store {
			s, err := storage.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			storagetest.Run(t, func(t *testing.T) storage.Store {
				inner := open(t)
				if _, ok := inner.(*storage.Memory); ok {
					t.Cleanup(storage.Mount(inner))
				}
				return New(inner)
			})
		})
	}
}

// script does every kind of operation and returns the errors by operation.
func script(ctx context.Context, s storage.Store) map[Op]error {
	errs := map[Op]error{}
	unlock, err := s.Lock(ctx)
	errs[Lock] = err
	f, err := s.Create(ctx, "data/new")
	errs[Create] = err
	if err == nil {
		_, errs[Write] = f.Write([]byte("0123456789"))
		errs[Publish] = f.Publish()
		f.Abandon()
	}
	r, err := s.Open(ctx, "there")
	errs[Open] = err
	if err == nil {
		_, errs[Read] = r.Read(make([]byte, 4))
		_, errs[ReadAt] = r.ReadAt(make([]byte, 4), 2)
		r.Close()
	}
	_, errs[Stat] = s.Stat(ctx, "there")
	_, errs[List] = s.List(ctx, "data/")
	errs[Remove] = s.Remove(ctx, "removable")
	_, errs[Sweep] = s.Sweep(ctx)
	if unlock != nil {
		errs[Unlock] = unlock()
	}
	return errs
}

// prepared is a memory with what script wants.
func prepared(t *testing.T) *storage.Memory {
	t.Helper()
	m := storage.NewMemory("faulty")
	for _, name := range []string{"there", "removable"} {
		if err := storage.WriteFile(t.Context(), m, name, []byte("some content")); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// TestEveryOperation fails each kind of operation in each way.
func TestEveryOperation(t *testing.T) {
	operations := []Op{Create, Write, Publish, Open, Read, ReadAt, Stat, List, Remove, Lock, Unlock, Sweep}
	for _, op := range operations {
		for _, effect := range []Effect{Fail, Short, LostAck, Crash, CrashAfter} {
			t.Run(fmt.Sprintf("%s/%d", op, effect), func(t *testing.T) {
				memory := prepared(t)
				store := New(memory, Rule{Op: op, Effect: effect, Err: syscall.EIO})
				errs := script(t.Context(), store)
				want := error(syscall.EIO)
				if effect == Crash || effect == CrashAfter {
					want = ErrCrashed
				}
				if !errors.Is(errs[op], want) {
					t.Errorf("the error is %v, want %v", errs[op], want)
				}
				if store.Crashed() != (want == ErrCrashed) {
					t.Errorf("dead: %v", store.Crashed())
				}
				contents := Contents(t, memory)
				done := effect == LostAck || effect == CrashAfter
				if _, there := contents["data/new"]; op == Publish && there != done {
					t.Errorf("published: %v, want %v", there, done)
				}
				if _, there := contents["removable"]; op == Remove && there == done {
					t.Errorf("removed: %v, want %v", !there, done)
				}
				if unlock, err := memory.Lock(t.Context()); store.Crashed() || op != Unlock {
					if err != nil {
						t.Fatalf("the lock is still held: %v", err)
					}
					_ = unlock()
				}
				if op != Write && op != Publish {
					return
				}
				if n := len(temporary(memory, t)); n != 0 && !store.Crashed() {
					t.Errorf("%d temporary files", n)
				}
			})
		}
	}
}

func temporary(m *storage.Memory, t *testing.T) (names []string) {
	t.Helper()
	for name := range Contents(t, m) {
		if (storage.Info{Name: name}).Temporary() {
			names = append(names, name)
		}
	}
	return names
}

func TestWhichOperations(t *testing.T) {
	tests := []struct {
		name string
		rule Rule
		want string // of ten publishes, x fails
	}{
		{"the first", Rule{}, "x........."},
		{"the third", Rule{Nth: 3}, "..x......."},
		{"three from the second", Rule{Nth: 2, Times: 3}, ".xxx......"},
		{"for ever", Rule{Nth: 8, Times: Forever}, ".......xxx"},
		{"every third", Rule{When: func(n int) bool { return n%3 == 0 }}, "..x..x..x."},
		{"on a path", Rule{Path: "data/?-odd", Times: 2}, ".x.x......"},
		{"on no path", Rule{Path: "raw/*", Times: Forever}, ".........."},
		{"only watched", Rule{Effect: Pass, Times: Forever}, ".........."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.rule.Op = Publish
			seen := 0
			tt.rule.Do = func() { seen++ }
			store := New(storage.NewMemory("faulty"), tt.rule)
			got := ""
			for i := range 10 {
				err := storage.WriteFile(t.Context(), store, fmt.Sprintf("data/%d-%s", i, []string{"even", "odd"}[i%2]), nil)
				got += map[bool]string{true: ".", false: "x"}[err == nil]
			}
			if got != tt.want {
				t.Errorf("%s failed, want %s", got, tt.want)
			}
			if want := strings.Count(tt.want, "x"); tt.rule.Effect != Pass && seen != want {
				t.Errorf("Do was called %d times, want %d", seen, want)
			}
		})
	}
}

// TestFullDisk has room for 12 bytes.
func TestFullDisk(t *testing.T) {
	memory := storage.NewMemory("faulty")
	store := New(memory, Rule{Op: Write, Path: "*.big", Effect: Fill, Bytes: 12})
	steps := []struct {
		name string
		size int
		want error
	}{
		{"a.big", 10, nil}, {"b.small", 100, nil}, {"c.big", 2, nil}, {"d.big", 0, nil}, {"e.big", 1, storage.ErrNoSpace}, {"f.big", 5, syscall.ENOSPC},
	}
	for _, step := range steps {
		err := storage.WriteFile(t.Context(), store, step.name, make([]byte, step.size))
		if !errors.Is(err, step.want) {
			t.Errorf("%s: error is %v, want %v", step.name, err, step.want)
		}
	}
	f, err := store.Create(t.Context(), "g.big")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abandon()
	store.SetRules(Rule{Op: Write, Effect: Fill, Bytes: 3})
	if n, err := f.Write([]byte("hello")); n != 3 || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("wrote %d, %v", n, err)
	}
	if err := f.Publish(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Publish after a failed write gave %v", err)
	}
	f.Abandon()
	if diff := cmp.Diff([]string{"a.big", "b.small", "c.big", "d.big"}, fileNames(t, memory)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func fileNames(t *testing.T, s storage.Store) (names []string) {
	t.Helper()
	list, err := s.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range list {
		names = append(names, info.Name)
	}
	return names
}

func TestShort(t *testing.T) {
	memory := prepared(t)
	store := New(memory, Rule{Op: Read, Effect: Short}, Rule{Op: ReadAt, Effect: Short}, Rule{Op: Write, Effect: Short})
	r, err := store.Open(t.Context(), "there")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p := make([]byte, 6)
	if n, err := r.Read(p); n != 3 || string(p[:n]) != "som" || !errors.Is(err, ErrInjected) {
		t.Errorf("read %q, %v", p[:n], err)
	}
	if n, err := r.ReadAt(p, 5); n != 3 || string(p[:n]) != "con" || !errors.Is(err, ErrInjected) {
		t.Errorf("read %q, %v", p[:n], err)
	}
	rest, err := io.ReadAll(r)
	if string(rest) != "e content" || err != nil {
		t.Errorf("then read %q, %v", rest, err)
	}
	f, err := store.Create(t.Context(), "new")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abandon()
	if n, err := f.Write(p); n != 3 || !errors.Is(err, ErrInjected) {
		t.Errorf("wrote %d, %v", n, err)
	}
}

// TestDeath shows what a dead process leaves.
func TestDeath(t *testing.T) {
	memory := prepared(t)
	store := New(memory, Rule{Op: Publish, Effect: Crash})
	if _, err := store.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := store.Open(t.Context(), "there")
	if err != nil {
		t.Fatal(err)
	}
	if err := storage.WriteFile(t.Context(), store, "new", []byte("content")); !errors.Is(err, ErrCrashed) {
		t.Errorf("the error is %v", err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, ErrCrashed) {
		t.Errorf("a dead process reads: %v", err)
	}
	if err := r.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
	operations := store.Operations()
	for op, err := range script(t.Context(), store) {
		if !errors.Is(err, ErrCrashed) {
			t.Errorf("%s of a dead process gave %v", op, err)
		}
	}
	if store.Operations() != operations {
		t.Error("what a dead process asks for was counted")
	}
	if n := len(temporary(memory, t)); n != 1 {
		t.Errorf("%d temporary files, want the one that nobody removed", n)
	}
	if removed, err := memory.Sweep(t.Context()); len(removed) != 1 || err != nil {
		t.Errorf("swept %q, %v", removed, err)
	}
}

// commit is a small job with the protocol that jobs share: files, a list of
// them, a mark; what is done is not done again.
func commit(t *testing.T, store storage.Store) error {
	unlock, err := store.Lock(t.Context())
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := store.Sweep(t.Context()); err != nil {
		return err
	}
	for _, name := range []string{"data/0", "data/1", "data/2", "list", "_SUCCESS"} {
		_, err := store.Stat(t.Context(), name)
		if errors.Is(err, fs.ErrNotExist) {
			err = storage.WriteFile(t.Context(), store, name, []byte("content of "+name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func TestCrashEverywhere(t *testing.T) {
	CrashEverywhere(t, "crash", 1, commit)
}

func TestContents(t *testing.T) {
	if diff := cmp.Diff(map[string]string{"there": "some content", "removable": "some content"}, Contents(t, prepared(t))); diff != "" {
		t.Errorf("contents (-want +got):\n%s", diff)
	}
}
