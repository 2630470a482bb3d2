package storage

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// TestMain is also the process that holds a lock until it is killed.
func TestMain(m *testing.M) {
	root := os.Getenv("GROUNDMILL_TEST_LOCK")
	if root == "" {
		os.Exit(m.Run())
	}
	if _, err := newLocal(root).Lock(context.Background()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("locked")
	select {}
}

// TestLockOfDeadProcess kills the holder of a lock.
func TestLockOfDeadProcess(t *testing.T) {
	s, root := openTemp(t)
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), "GROUNDMILL_TEST_LOCK="+root)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holder.Process.Kill() }()
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
		t.Fatalf("the holder said %q, %v", line, err)
	}
	_, err = s.Lock(t.Context())
	var locked *LockedError
	if !errors.As(err, &locked) || locked.Holder.PID != holder.Process.Pid {
		t.Errorf("locking gave %v, want a LockedError of process %d", err, holder.Process.Pid)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait() // it says that the process was killed
	if _, err := os.Stat(s.join(lockName)); err != nil {
		t.Errorf("the lock file: %v", err)
	}
	wantNames(t, s)
	unlock, err := s.Lock(t.Context())
	if err != nil {
		t.Fatalf("the lock of a dead process: %v", err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(root); len(entries) != 0 || err != nil {
		t.Errorf("left after unlock: %v, %v", entries, err)
	}
}

// TestLockIsExclusive has many goroutines lock and unlock, which removes the
// file, over and over.
func TestLockIsExclusive(t *testing.T) {
	s, _ := openTemp(t)
	var wg sync.WaitGroup
	var inside sync.Mutex
	for range 4 {
		wg.Go(func() {
			for done := 0; done < 20; {
				unlock, err := s.Lock(t.Context())
				if errors.Is(err, ErrLocked) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if !inside.TryLock() {
					t.Error("two hold the lock")
					return
				}
				done++
				runtime.Gosched()
				inside.Unlock()
				if err := unlock(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// TestLockFileOfStrangers reads whatever the lock file holds.
func TestLockFileOfStrangers(t *testing.T) {
	for _, content := range []string{"", "{", "not JSON", `{"pid":-1}`, strings.Repeat("x", 10000)} {
		s, root := openTemp(t)
		if err := os.MkdirAll(root, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.join(lockName), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(s.join(lockName))
		if err != nil {
			t.Fatal(err)
		}
		if taken, err := flock(f); taken || err != nil {
			t.Fatal(taken, err)
		}
		if _, err := s.Lock(t.Context()); !errors.Is(err, ErrLocked) {
			t.Errorf("%.20q: locking gave %v", content, err)
		}
		f.Close()
		unlock, err := s.Lock(t.Context())
		if err != nil {
			t.Errorf("%.20q: %v", content, err)
			continue
		}
		if err := unlock(); err != nil {
			t.Error(err)
		}
	}
}
