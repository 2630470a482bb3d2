package webdataset

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
)

// DefaultMemberBytes is the size limit of a member when Limits sets none.
const DefaultMemberBytes = 32 << 20

// Limits bounds what a Reader holds in memory.
type Limits struct {
	// MemberBytes is the largest member that is read; 0 means DefaultMemberBytes.
	MemberBytes int64
	// Extensions names the members to keep, in lower case without the leading
	// dot; nil keeps all. A sample with none of them still counts.
	Extensions []string
}

func (l Limits) wants(ext string) bool {
	return l.Extensions == nil || slices.Contains(l.Extensions, ext)
}

// Reader yields the samples of one tar in order. It is not safe for concurrent
// use.
type Reader struct {
	name   string
	limits Limits
	src    *source
	tar    *tar.Reader

	pending *Sample // being assembled; complete when another key or the end comes
	next    int64   // index of the next sample
	members int64   // tar entries seen, of any kind
	end     error   // set once: what Next returns when pending is gone
}

// Open returns a Reader of the tar stream r; name is used in errors only. It
// reads nothing yet and never closes r.
func Open(r io.Reader, name string, limits Limits) *Reader {
	if limits.MemberBytes <= 0 {
		limits.MemberBytes = DefaultMemberBytes
	}
	src := &source{r: bufio.NewReaderSize(r, 1<<16)}
	return &Reader{name: name, limits: limits, src: src, tar: tar.NewReader(src)}
}

// Next returns the next sample. At the end it returns io.EOF; when the tar is
// damaged, a *TruncatedError after the samples before the damage; when it is no
// tar, a *FormatError; otherwise the underlying reader's error. The error
// repeats on further calls.
func (r *Reader) Next() (Sample, error) {
	for r.end == nil {
		done, err := r.advance()
		if err != nil {
			r.end = err
			break
		}
		if done != nil {
			return *done, nil
		}
	}
	if r.pending != nil {
		last := *r.pending
		r.pending = nil
		return last, nil
	}
	return Sample{}, r.end
}

// Offset returns how many bytes of the tar were read so far.
func (r *Reader) Offset() int64 { return r.src.n }

// advance reads one tar entry. It returns the sample that the entry completed,
// if any.
func (r *Reader) advance() (*Sample, error) {
	hdr, err := r.tar.Next()
	if err != nil {
		return nil, r.headerError(err)
	}
	r.members++
	key, ext, ok := SplitName(hdr.Name)
	if !ok || hdr.Typeflag != tar.TypeReg {
		return nil, nil
	}
	done := r.begin(key)
	if !r.limits.wants(ext) {
		r.pending.leaveOut(ext)
		return done, nil
	}
	m, err := r.readMember(hdr, ext)
	if err != nil {
		lost := r.pending // the damage cut through this sample
		r.pending = done
		return nil, r.dataError(err, lost)
	}
	r.pending.add(m)
	return done, nil
}

// begin makes key the pending sample and returns the one it replaces, nil when
// key goes on.
func (r *Reader) begin(key string) (done *Sample) {
	if r.pending != nil && r.pending.Key == key {
		return nil
	}
	done = r.pending
	r.pending = &Sample{Key: key, Index: r.next}
	r.next++
	return done
}

func (r *Reader) readMember(hdr *tar.Header, ext string) (Member, error) {
	m := Member{Ext: ext, Size: hdr.Size}
	if hdr.Size > r.limits.MemberBytes {
		m.TooLarge = true
		return m, nil
	}
	m.Data = make([]byte, hdr.Size)
	_, err := io.ReadFull(r.tar, m.Data)
	return m, err
}

// headerError classifies an error of tar.Reader.Next, which stands between
// members or in the padding or skipped data of the last one.
func (r *Reader) headerError(err error) error {
	switch {
	case r.src.err != nil:
		return r.src.err
	case errors.Is(err, io.EOF) && !r.src.exhausted:
		return r.afterMark()
	case r.members == 0 && r.src.n > 0:
		return &FormatError{Name: r.name, Hint: r.src.hint()}
	case errors.Is(err, io.EOF):
		err = errors.New("no end-of-archive mark")
	}
	return &TruncatedError{Name: r.name, Offset: r.src.n, Err: err}
}

// afterMark reads what follows the two zero blocks that close an archive: zeros,
// as tar pads its files, or something that would be lost without a word, such as
// the second of two tars that were concatenated.
func (r *Reader) afterMark() error {
	block := make([]byte, 1<<12)
	for {
		n, err := r.src.Read(block)
		if i := bytes.IndexFunc(block[:n], func(c rune) bool { return c != 0 }); i >= 0 {
			at := r.src.n - int64(n) + int64(i)
			return &TruncatedError{Name: r.name, Offset: at, Err: errors.New("data go on behind the end-of-archive mark; tars that were concatenated must be separate files")}
		}
		if err != nil {
			return err // io.EOF or the stream's own failure
		}
	}
}

func (r *Reader) dataError(err error, lost *Sample) error {
	if r.src.err != nil {
		return r.src.err
	}
	return &TruncatedError{Name: r.name, Offset: r.src.n, LostKey: lost.Key, LostIndex: lost.Index, Err: err}
}

// source counts and watches the bytes that the tar reader consumes. It hides
// any Seek of the stream, so that truncation inside skipped data is noticed.
type source struct {
	r    io.Reader
	n    int64
	err  error // the stream's own failure, never io.EOF
	head [4]byte

	exhausted bool // the stream's end was read
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	for i := 0; i < n && s.n+int64(i) < int64(len(s.head)); i++ {
		s.head[s.n+int64(i)] = p[i]
	}
	s.n += int64(n)
	switch err {
	case nil:
	case io.EOF:
		s.exhausted = true
	default:
		s.err = err
	}
	return n, err
}

// hint names the formats that people most often take for a tar.
func (s *source) hint() string {
	switch {
	case bytes.HasPrefix(s.head[:], []byte{0x1f, 0x8b}):
		return "it is gzip-compressed; decompress it first"
	case bytes.HasPrefix(s.head[:], []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return "it is zstd-compressed; decompress it first"
	case bytes.HasPrefix(s.head[:], []byte("PK")):
		return "it is a zip file"
	case bytes.HasPrefix(s.head[:], []byte("PAR1")):
		return "it is a Parquet file"
	}
	return ""
}
