package webdataset

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// entry is one raw tar member of a test archive.
type entry struct {
	name string
	data string
	kind byte // 0 means a regular file
}

func buildTar(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range entries {
		hdr := &tar.Header{Name: e.name, Size: int64(len(e.data)), Mode: 0o644, Typeflag: tar.TypeReg}
		if e.kind != 0 {
			hdr.Typeflag, hdr.Linkname = e.kind, "elsewhere.jpg"
			hdr.Size = 0
		}
		if err := w.WriteHeader(hdr); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// readAll returns one line per sample and the final error, nil for io.EOF.
func readAll(r *Reader) (lines []string, err error) {
	for {
		s, err := r.Next()
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
		lines = append(lines, describe(s))
	}
}

func describe(s Sample) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", s.Index, s.Key)
	for _, m := range s.Members {
		if m.TooLarge {
			fmt.Fprintf(&b, " %s>%d", m.Ext, m.Size)
		} else {
			fmt.Fprintf(&b, " %s=%s", m.Ext, m.Data)
		}
	}
	if len(s.Duplicates) > 0 {
		fmt.Fprintf(&b, " dup:%s", strings.Join(s.Duplicates, ","))
	}
	return b.String()
}

func TestReaderSamples(t *testing.T) {
	long := strings.Repeat("n", 300)
	tests := []struct {
		name    string
		entries []entry
		limits  Limits
		want    []string
	}{
		{name: "empty archive"},
		{
			name:    "members of a key form a sample",
			entries: []entry{{name: "a.jpg", data: "J"}, {name: "a.txt", data: "T"}, {name: "b.jpg", data: "K"}},
			want:    []string{"0 a jpg=J txt=T", "1 b jpg=K"},
		},
		{
			name:    "folders belong to the key, extension is lower-cased from the first dot",
			entries: []entry{{name: "x.y/a.Seg.PNG", data: "1"}, {name: "./a.JPG", data: "2"}},
			want:    []string{"0 x.y/a seg.png=1", "1 ./a jpg=2"},
		},
		{
			name:    "a key that comes back is a new sample",
			entries: []entry{{name: "a.jpg", data: "1"}, {name: "b.jpg", data: "2"}, {name: "a.txt", data: "3"}},
			want:    []string{"0 a jpg=1", "1 b jpg=2", "2 a txt=3"},
		},
		{
			name: "reserved, dotless and hidden names are skipped and split nothing",
			entries: []entry{
				{name: "__meta__/a.json", data: "x"}, {name: "a.jpg", data: "1"}, {name: "README", data: "x"},
				{name: ".hidden", data: "x"}, {name: "__x__", data: "x"}, {name: "a.txt", data: "2"},
			},
			want: []string{"0 a jpg=1 txt=2"},
		},
		{
			name: "folders and links are skipped",
			entries: []entry{
				{name: "d.dir/", kind: tar.TypeDir}, {name: "a.jpg", data: "1"},
				{name: "a.txt", kind: tar.TypeLink}, {name: "a.json", kind: tar.TypeSymlink},
			},
			want: []string{"0 a jpg=1"},
		},
		{
			name:    "long names of PAX headers",
			entries: []entry{{name: long + "/é.jpg", data: "1"}},
			want:    []string{"0 " + long + "/é jpg=1"},
		},
		{
			name:    "a repeated extension is reported once and the first stays",
			entries: []entry{{name: "a.jpg", data: "1"}, {name: "a.JPG", data: "2"}, {name: "a.jpg", data: "3"}},
			want:    []string{"0 a jpg=1 dup:jpg"},
		},
		{
			name:    "an oversized member is reported by size",
			entries: []entry{{name: "a.jpg", data: "12345"}, {name: "a.txt", data: "1234"}},
			limits:  Limits{MemberBytes: 4},
			want:    []string{"0 a jpg>5 txt=1234"},
		},
		{
			name:    "unwanted extensions are not kept but their sample counts",
			entries: []entry{{name: "a.mp4", data: "1"}, {name: "b.mp4", data: "2"}, {name: "b.txt", data: "3"}},
			limits:  Limits{Extensions: []string{"txt"}},
			want:    []string{"0 a", "1 b txt=3"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := buildTar(t, tt.entries...)
			got, err := readAll(Open(iotest.OneByteReader(bytes.NewReader(data)), "t.tar", tt.limits))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("samples (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReaderDamage(t *testing.T) {
	whole := buildTar(t,
		entry{name: "a.jpg", data: "AAAA"}, entry{name: "a.txt", data: "aa"},
		entry{name: "b.jpg", data: strings.Repeat("B", 600)}, entry{name: "b.txt", data: "bb"})
	// Blocks: a.jpg 0-1, a.txt 2-3, b.jpg 4-6 (header, 2 data), b.txt 7-8, end 9-10.
	corrupt := bytes.Clone(whole)
	copy(corrupt[4*512:], bytes.Repeat([]byte{0xff}, 512))
	bWhole := "1 b jpg=" + strings.Repeat("B", 600)

	tests := []struct {
		name     string
		data     []byte
		want     []string
		wantLost string
	}{
		{"in a later sample's data", whole[:5*512+100], []string{"0 a jpg=AAAA txt=aa"}, "b"},
		{"in a sample's second member", whole[:8*512+1], []string{"0 a jpg=AAAA txt=aa"}, "b"},
		{"in a header", whole[:7*512+10], []string{"0 a jpg=AAAA txt=aa", bWhole}, ""},
		{"at a block border", whole[:7*512], []string{"0 a jpg=AAAA txt=aa", bWhole}, ""},
		{"before the end mark", whole[:9*512], []string{"0 a jpg=AAAA txt=aa", bWhole + " txt=bb"}, ""},
		{"corrupt header", corrupt, []string{"0 a jpg=AAAA txt=aa"}, ""},
		{"no bytes at all", nil, nil, ""},
		{"another tar behind", slices.Concat(whole, make([]byte, 5000), whole), []string{"0 a jpg=AAAA txt=aa", bWhole + " txt=bb"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Open(bytes.NewReader(tt.data), "t.tar", Limits{})
			got, err := readAll(r)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("samples (-want +got):\n%s", diff)
			}
			var trunc *TruncatedError
			if !errors.As(err, &trunc) {
				t.Fatalf("error is %v, want a *TruncatedError", err)
			}
			if trunc.LostKey != tt.wantLost || trunc.Name != "t.tar" {
				t.Errorf("lost key %q in %q, want %q in t.tar", trunc.LostKey, trunc.Name, tt.wantLost)
			}
			if tt.wantLost != "" && trunc.LostIndex != int64(len(got)) {
				t.Errorf("lost index %d after %d samples", trunc.LostIndex, len(got))
			}
			if _, again := r.Next(); again != err {
				t.Errorf("second call gave %v, want the same error", again)
			}
		})
	}
}

func TestReaderNamesUnread(t *testing.T) {
	data := buildTar(t, entry{name: "a.v2.jpg"}, entry{name: "a.v2.txt"}, entry{name: "a.v2.jpg"}, entry{name: "a.txt"},
		entry{name: "a.1"}, entry{name: "a.2"}, entry{name: "a.3"})
	s, err := Open(bytes.NewReader(data), "t.tar", Limits{Extensions: []string{"txt"}}).Next()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"v2.jpg", "v2.txt", "1", "2"}, s.Unread); diff != "" {
		t.Errorf("unread (-want +got):\n%s", diff)
	}
}

func TestReaderPadding(t *testing.T) {
	data := append(buildTar(t, entry{name: "a.jpg", data: "AAAA"}), make([]byte, 9999)...)
	got, err := readAll(Open(bytes.NewReader(data), "t.tar", Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"0 a jpg=AAAA"}, got); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}

func TestReaderNoTar(t *testing.T) {
	pad := strings.Repeat("no tar here ", 100)
	tests := []struct{ name, data, hint string }{
		{"text", pad, "not a tar file"},
		{"short text", "hello", "not a tar file"},
		{"gzip", "\x1f\x8b\x08" + pad, "gzip"},
		{"zstd", "\x28\xb5\x2f\xfd" + pad, "zstd"},
		{"zip", "PK\x03\x04" + pad, "zip"},
		{"parquet", "PAR1" + pad, "Parquet"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Open(strings.NewReader(tt.data), "t.tar", Limits{}).Next()
			var format *FormatError
			if !errors.As(err, &format) || !strings.Contains(err.Error(), tt.hint) {
				t.Errorf("error is %v, want a *FormatError with %q", err, tt.hint)
			}
		})
	}
}

func TestReaderPassesIOErrors(t *testing.T) {
	boom := errors.New("disk on fire")
	data := buildTar(t, entry{name: "a.jpg", data: strings.Repeat("x", 1000)}, entry{name: "b.jpg", data: "y"})
	for _, n := range []int64{0, 100, 512, 700, 1600} {
		in := io.MultiReader(io.LimitReader(bytes.NewReader(data), n), iotest.ErrReader(boom))
		if _, err := readAll(Open(in, "t.tar", Limits{})); !errors.Is(err, boom) {
			t.Errorf("failure at byte %d gave %v, want the reader's error", n, err)
		}
	}
}

func TestWriterRoundTrip(t *testing.T) {
	write := func() []byte {
		var buf bytes.Buffer
		w := NewWriter(&buf)
		for i := range 3 {
			err := w.Write(fmt.Sprintf("dir/%03d", i), Member{Ext: "txt", Data: []byte("cap")}, Member{Ext: "jpg", Data: []byte{byte('0' + i)}})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	data := write()
	if !bytes.Equal(data, write()) {
		t.Error("two writes of the same samples differ")
	}
	got, err := readAll(Open(bytes.NewReader(data), "t.tar", Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"0 dir/000 jpg=0 txt=cap", "1 dir/001 jpg=1 txt=cap", "2 dir/002 jpg=2 txt=cap"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}

func TestWriterRefusesNames(t *testing.T) {
	w := NewWriter(io.Discard)
	for _, name := range [][2]string{{"a.b", "jpg"}, {"", "jpg"}, {"a", "JPG"}, {"__a__/b", "jpg"}} {
		if err := w.Write(name[0], Member{Ext: name[1]}); err == nil {
			t.Errorf("key %q with extension %q was accepted", name[0], name[1])
		}
	}
}

func FuzzReader(f *testing.F) {
	whole := buildTar(f, entry{name: "a.jpg", data: "AAAA"}, entry{name: "a.txt", data: "aa"}, entry{name: "b/c.json", data: "{}"})
	f.Add(whole)
	f.Add(whole[:700])
	f.Add([]byte("no tar"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 1 << 12
		r := Open(bytes.NewReader(data), "fuzz.tar", Limits{MemberBytes: limit})
		index := int64(-1)
		for {
			s, err := r.Next()
			if err != nil {
				return
			}
			if s.Index <= index || s.Key == "" || len(s.Members) == 0 {
				t.Fatalf("bad sample after index %d: %+v", index, s)
			}
			index = s.Index
			for _, m := range s.Members {
				if int64(len(m.Data)) > limit || m.TooLarge != (m.Size > limit) {
					t.Fatalf("member %s of %d bytes breaks the limit of %d", m.Ext, m.Size, limit)
				}
			}
		}
	})
}
