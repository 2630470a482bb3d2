package soak

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// outputFolders are the folders of an output folder, which a watch makes before
// the process under attack does.
var outputFolders = []string{".", "data", "raw", "rejects", "units"}

// watch tells of the changes in an output folder one by one, as they happen.
type watch struct {
	changes chan string // names of files, with slashes
	quit    chan struct{}
	file    *os.File
	folders map[int32]string
}

// watchFolder watches an output folder until the test's end or close.
func watchFolder(t *testing.T, root string) *watch {
	t.Helper()
	fd, err := syscall.InotifyInit1(syscall.IN_CLOEXEC | syscall.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	w := &watch{
		changes: make(chan string), quit: make(chan struct{}),
		file: os.NewFile(uintptr(fd), "inotify"), folders: map[int32]string{},
	}
	const mask = syscall.IN_CREATE | syscall.IN_DELETE | syscall.IN_MOVED_TO | syscall.IN_MODIFY | syscall.IN_CLOSE_WRITE
	for _, name := range outputFolders {
		dir := filepath.Join(root, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		id, err := syscall.InotifyAddWatch(fd, dir, mask)
		if err != nil {
			t.Fatal(err)
		}
		w.folders[int32(id)] = name
	}
	go w.run()
	return w
}

// close ends the watch.
func (w *watch) close() {
	close(w.quit)
	w.file.Close()
}

// run reads changes until the watch is closed.
func (w *watch) run() {
	buf := make([]byte, 1<<16)
	for {
		n, err := w.file.Read(buf)
		if err != nil {
			return
		}
		for events := buf[:n]; len(events) > 0; {
			var name string
			name, events = w.next(events)
			select {
			case w.changes <- name:
			case <-w.quit:
				return
			}
		}
	}
}

// next cuts the first event off: see inotify(7).
func (w *watch) next(events []byte) (name string, rest []byte) {
	const header = 16
	id := int32(binary.NativeEndian.Uint32(events))
	end := header + int(binary.NativeEndian.Uint32(events[12:]))
	base := string(bytes.TrimRight(events[header:end], "\x00"))
	return filepath.ToSlash(filepath.Join(w.folders[id], base)), events[end:]
}
