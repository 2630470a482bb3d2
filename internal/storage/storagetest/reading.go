package storagetest

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing/iotest"

	"github.com/groundmill/groundmill/internal/storage"
)

func (s suite) open(name string) storage.Reader {
	s.Helper()
	r, err := s.store.Open(s.Context(), name)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { r.Close() })
	return r
}

func (s suite) ranges() {
	content := strings.Repeat("0123456789", 10000)
	s.put("x", content)
	r := s.open("x")
	if r.Size() != int64(len(content)) {
		s.Errorf("the size is %d, want %d", r.Size(), len(content))
	}
	end := int64(len(content))
	tests := []struct {
		off  int64
		n    int
		want string
		err  error
	}{
		{0, 3, "012", nil},
		{4, 3, "456", nil},
		{end - 3, 3, "789", nil},
		{end - 3, 4, "789", io.EOF},
		{end, 1, "", io.EOF},
		{end + 5, 1, "", io.EOF},
		{0, 0, "", nil},
		{0, len(content), content, nil},
	}
	for _, tt := range tests {
		got := make([]byte, tt.n)
		n, err := r.ReadAt(got, tt.off)
		// io.ReaderAt allows io.EOF with a full read to the end.
		if string(got[:n]) != tt.want || err != tt.err && !(err == io.EOF && n == tt.n) {
			s.Errorf("ReadAt of %d at %d gave %s, %v; want %s, %v", tt.n, tt.off, shorten(string(got[:n])), err, shorten(tt.want), tt.err)
		}
	}
	if _, err := r.ReadAt(make([]byte, 1), -1); err == nil {
		s.Error("ReadAt before the beginning was accepted")
	}
	s.rangesAtOnce(r, content)
}

func (s suite) rangesAtOnce(r storage.Reader, content string) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			got := make([]byte, 5000)
			off := i * 9001
			if _, err := r.ReadAt(got, int64(off)); err != nil || string(got) != content[off:off+len(got)] {
				s.Errorf("ReadAt at %d, side by side with others, gave %v", off, err)
			}
		})
	}
	wg.Wait()
}

func (s suite) readers() {
	content := []byte(strings.Repeat("some content, ", 5000))
	s.put("x", string(content))
	s.put("empty", "")
	for name, want := range map[string][]byte{"x": content, "empty": {}} {
		if err := iotest.TestReader(struct{ io.Reader }{s.open(name)}, want); err != nil {
			s.Errorf("%s: %v", name, err)
		}
	}
	mixed := s.open("x")
	head := make([]byte, 100)
	if _, err := io.ReadFull(mixed, head); err != nil {
		s.Fatal(err)
	}
	if _, err := mixed.ReadAt(make([]byte, 50), 7); err != nil {
		s.Fatal(err)
	}
	rest, err := io.ReadAll(mixed)
	if err != nil || !bytes.Equal(append(head, rest...), content) {
		s.Errorf("ReadAt moved the sequential reader: %v", err)
	}
	early := s.open("x")
	if _, err := early.Read(make([]byte, 10)); err != nil {
		s.Fatal(err)
	}
	if err := errors.Join(early.Close(), s.open("x").Close()); err != nil {
		s.Errorf("closing early: %v", err)
	}
	if _, err := early.Read(make([]byte, 10)); err == nil {
		s.Error("a closed reader reads")
	}
}
