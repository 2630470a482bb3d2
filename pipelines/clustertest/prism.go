// Package clustertest is a small cluster for tests: Prism as a server in a process
// of its own, and worker pools whose workers are processes too.
//
//	func TestMain(m *testing.M) {
//		clustertest.Main() // does not return in a process that is to be a server
//		pipelines.Init(os.Args[1:]) // nor this in a worker
//		os.Exit(m.Run())
//	}
//
//	endpoint := clustertest.StartPrism(t)
//	pool := clustertest.StartPool(t, clustertest.Self(t))
//
// Servers and workers are further processes of the test binary, so that nothing
// has to be built. Prism asks for one worker a job.
package clustertest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
)

// envPort makes a process of the test binary a Prism server on that port.
const envPort = "GROUNDMILL_TEST_PRISM_PORT"

// Main serves if this process was started by StartPrism, and returns otherwise.
func Main() {
	port, err := strconv.Atoi(os.Getenv(envPort))
	if err != nil {
		return
	}
	if _, err := prism.CreateJobServer(context.Background(), prism.Options{Port: port}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {} // until killed
}

// StartPrism starts a Prism server and returns its host:port. The test's end ends
// it.
func StartPrism(t testing.TB) string {
	t.Helper()
	port := FreePort(t)
	cmd := exec.Command(Self(t))
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", envPort, port))
	startFor(t, cmd)
	endpoint := fmt.Sprintf("localhost:%d", port)
	AwaitListener(t, endpoint)
	return endpoint
}

// Self is the path of the test binary.
func Self(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// startFor starts a process that ends with the test, and shows what it wrote when
// the test has failed.
func startFor(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	var wrote lockedBuffer
	cmd.Stdout, cmd.Stderr = &wrote, &wrote
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s wrote:\n%s", cmd.Path, wrote.tail())
		}
	})
}

// lockedBuffer keeps what processes write.
type lockedBuffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

// tail is the last of it, enough to see an error.
func (b *lockedBuffer) tail() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := b.all.Bytes()
	return string(text[max(0, len(text)-4000):])
}

// FreePort is a port that nobody listened at a moment ago.
func FreePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// AwaitListener waits until somebody listens at host:port, two minutes at most: a
// Java server takes its time.
func AwaitListener(t testing.TB, endpoint string) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		conn, err := net.Dial("tcp", endpoint)
		if err == nil {
			conn.Close()
			return
		}
	}
	t.Fatalf("nobody listens at %s", endpoint)
}
