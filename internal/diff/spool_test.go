package diff

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// What was added comes back, from memory and from the file, which has no name.
func TestSpool(t *testing.T) {
	o := Options{memory: 3 * blockBytes, partitions: 2, TempDir: t.TempDir()}
	s := newStage(o)
	var want [2][]string
	for i := range 20_000 {
		record := fmt.Sprint("record ", i, strings.Repeat("x", i%40))
		want[i%2] = append(want[i%2], record)
		if err := s.texts.add(uint64(i), []byte(record)); err != nil {
			t.Fatal(err)
		}
	}
	if files, err := os.ReadDir(o.TempDir); err != nil || len(files) > 0 {
		t.Errorf("there are %v, %v", files, err)
	}
	if s.texts.file.size == 0 || s.texts.partitions[0].blocks[0].data == nil {
		t.Error("not both memory and the file are used")
	}
	for i := range want {
		var got []string
		if err := s.texts.records(i, func(record string) error { got = append(got, record); return nil }); err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		slices.Sort(want[i])
		if !slices.Equal(got, want[i]) {
			t.Errorf("partition %d has %d records, not those %d", i, len(got), len(want[i]))
		}
	}
	s.close()
}

// A full disk is told with the folder and the way out.
func TestFullDisk(t *testing.T) {
	s := scratch{dir: "/somewhere"}
	err := s.explain(&os.PathError{Op: "write", Path: "/somewhere/groundmill-diff-1.tmp", Err: syscall.ENOSPC})
	want := "temporary files in /somewhere: no space left on device; make room there, or set TMPDIR to a folder that has it"
	if !errors.Is(err, syscall.ENOSPC) || err.Error() != want {
		t.Errorf("the error is %q, want %q", err, want)
	}
}

// A block that is not as it was written is an error.
func TestDamagedFile(t *testing.T) {
	s := newStage(Options{memory: 1, partitions: 1, TempDir: t.TempDir()})
	defer s.close()
	for range 2 * blockBytes / 8 {
		if err := s.texts.add(0, []byte("records")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.texts.file.file.WriteAt([]byte("damage"), 0); err != nil {
		t.Fatal(err)
	}
	if err := s.texts.records(0, func(string) error { return nil }); !errors.Is(err, errRecord) {
		t.Errorf("the error is %v", err)
	}
}
