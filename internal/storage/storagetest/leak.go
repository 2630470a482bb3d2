package storagetest

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// CheckLeaks fails the test if, when all its cleanup is done, goroutines or file
// handles are left that were not there when CheckLeaks was called. Call it
// first, in tests that do not run in parallel.
func CheckLeaks(t *testing.T) {
	t.Helper()
	before := openFiles(t)
	current := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		goleak.VerifyNone(t, current)
		if after := openFiles(t); after > before {
			t.Errorf("%d file handles are open, %d were before", after, before)
		}
	})
}

// openFiles counts the file handles of the process, where the system tells.
func openFiles(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Logf("file handles are not checked: %v", err)
	}
	return len(entries)
}
