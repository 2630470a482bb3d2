package storagetest

import (
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// OddNames are valid names that careless code breaks: each has been a bug of
// some store, see HADOOP-17112 for white space.
var OddNames = []string{
	"a b", " leading", "trailing ", "tab-free  double",
	"a#b", "a%b", "a%20b", "a%2Fb", "100%", "a=b/key=value", "a?b", "a&b", "a+b", "a;b", "a,b", "a:b", "a@b", "~", "a'b", `a"b`, "(a)", "[a]", "*", "{a}", "$HOME", "-rf",
	".hidden", "..dots", "a..b", "dot.", "...",
	"caf\u00e9", "cafe\u0301", // NFC and NFD of one word: two names
	"日本語/ファイル", "emoji-🦆", "\u200bzero-width", "ß", "SS", "ss",
	".partial.tmp", ".a.ABCDEFGHIJKLMNOPQRSTUVWXY0.tmp", // nearly those of temporary files
	strings.Repeat("n", 255), strings.Repeat("é", 127) + "x", "deep/" + strings.Repeat("d/", 60) + "end",
}

// RefusedNames are no names of files.
var RefusedNames = []string{
	"", ".", "..", "/a", "a/", "a//b", "./a", "a/./b", "a/../b", "../a", "a/..",
	"nul\x00", "line\nfeed", "carriage\rreturn", "escape\x1b", "caf\xe9",
	strings.Repeat("n", 256), strings.Repeat("é", 128), "folder/" + strings.Repeat("n", 256) + "/file",
	".a.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp", "data/.x.parquet.22222222222222222222222222.tmp",
	".groundmill.lock",
}

func (s suite) names() {
	for _, name := range OddNames {
		s.put(name, "content of "+name)
	}
	for _, name := range OddNames {
		s.wantFile(name, "content of "+name)
	}
	s.wantNames(slices.Sorted(slices.Values(OddNames))...)
	for _, name := range OddNames {
		if got := s.published(name); !slices.Contains(got, name) {
			s.Errorf("listing by the prefix %q gave %q", name, got)
		}
		if err := s.store.Remove(s.Context(), name); err != nil {
			s.Error(err)
		}
	}
	s.wantNames()
}

func (s suite) refusedNames() {
	for _, name := range RefusedNames {
		f, err := s.store.Create(s.Context(), name)
		if err == nil {
			f.Abandon()
			s.Errorf("Create(%q) was accepted", name)
		}
		if _, err := s.store.Open(s.Context(), name); err == nil {
			s.Errorf("Open(%q) was accepted", name)
		}
		if _, err := s.store.Stat(s.Context(), name); err == nil {
			s.Errorf("Stat(%q) was accepted", name)
		}
		if err := s.store.Remove(s.Context(), name); err == nil {
			s.Errorf("Remove(%q) was accepted", name)
		}
	}
	for _, prefix := range []string{"/", "/a", "a//", "../", "..", "a/../b", "./"} {
		if _, err := s.store.List(s.Context(), prefix); err == nil {
			s.Errorf("List(%q) was accepted", prefix)
		}
	}
	s.wantNames()
}

func (s suite) list() {
	files := []string{"a-b", "a/b", "a/c/d", "ab", "b/a", "Z", "é"}
	for _, name := range files {
		s.put(name, name)
	}
	tests := []struct {
		prefix string
		want   []string
	}{
		{"", []string{"Z", "a-b", "a/b", "a/c/d", "ab", "b/a", "é"}},
		{"a", []string{"a-b", "a/b", "a/c/d", "ab"}},
		{"a/", []string{"a/b", "a/c/d"}},
		{"a/c", []string{"a/c/d"}},
		{"a/c/d", []string{"a/c/d"}},
		{"a/c/d/", nil},
		{"b", []string{"b/a"}},
		{"nothing", nil},
		{"nothing/", nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, s.published(tt.prefix)); diff != "" {
			s.Errorf("List(%q) (-want +got):\n%s", tt.prefix, diff)
		}
	}
	for _, info := range s.listing("") {
		if info.Size != int64(len(info.Name)) {
			s.Errorf("%s is listed with %d bytes", info.Name, info.Size)
		}
	}
}
