package pipelines

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/groundmill/groundmill/pipelines/clustertest"
)

// TestWorkerEndsWithItsParent starts a worker from a shell, as Beam's boot program
// does, and kills the shell.
func TestWorkerEndsWithItsParent(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	line := fmt.Sprintf("%s --worker=true --id=orphan --logging_endpoint=localhost:1 --control_endpoint=localhost:1 >%s 2>&1 & echo $!; wait",
		clustertest.Self(t), log)
	shell := exec.Command("/bin/sh", "-c", line)
	out, err := shell.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	pid, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid = strings.TrimSpace(pid)
	waitUntil(t, "the worker writes something", func() bool {
		wrote, _ := os.ReadFile(log)
		return len(wrote) > 0
	})
	if !alive(pid) {
		t.Fatal("the worker has ended by itself")
	}
	if err := shell.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = shell.Wait()
	waitUntil(t, "the worker ends", func() bool { return !alive(pid) })
}

func waitUntil(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in 20 seconds it did not happen that %s", what)
		}
	}
}

// alive says whether a process runs. One that has ended and that nobody waits for
// is a zombie: state Z, behind the name in brackets (proc_pid_stat(5)).
func alive(pid string) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%s/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z")
}
