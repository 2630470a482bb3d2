package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadVocab(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string // nil for an error
	}{
		{"lines", "[PAD]\n##s\né\n", []string{"[PAD]", "##s", "é"}},
		{"no last line end", "a\nb", []string{"a", "b"}},
		{"line ends of Windows", "a\r\nb\r\n", []string{"a", "b"}},
		{"empty", "", nil},
		{"empty lines", "\r\n\n", nil},
		{"not UTF-8", "a\n\xff\n", nil},
	}
	for _, tt := range tests {
		path := filepath.Join(t.TempDir(), "vocab.txt")
		if err := os.WriteFile(path, []byte(tt.text), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := readVocab(path)
		if (err == nil) != (tt.want != nil) {
			t.Errorf("%s: error %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
