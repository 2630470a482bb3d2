package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/groundmill/groundmill/internal/webdataset"
)

var update = flag.Bool("update-goldens", false, "rewrite the files that tests compare with") // Beam has taken -update

// TestDemoOddities guards the demo's tar of what the web is full of: records
// that become rejects, each for a reason of its own. Go's JPEG encoder makes the
// pictures, so the file changes with it, and only then.
func TestDemoOddities(t *testing.T) {
	var got bytes.Buffer
	w := webdataset.NewWriter(&got)
	for _, s := range []struct{ key, picture, caption string }{
		{"cut-short", "truncated", "a dog whose download broke off"},
		{"not-found", "text", "a picture that is a page saying 404"},
		{"no-caption", "jpeg", ""},
		{"blank", "jpeg", " "},
		{"no-nouns", "jpeg", "quickly and slowly"},
		{"bomb", "bomb", "90 megapixels in 90 kB"},
		{"pole", "pole", "an image of 1 by 4000 pixels"},
	} {
		ext, data := pictures[s.picture]()
		members := []webdataset.Member{{Ext: ext, Data: data}}
		if s.caption != "" {
			members = append(members, webdataset.Member{Ext: "txt", Data: []byte(s.caption)})
		}
		if err := w.Write(s.key, members...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "..", "testdata", "demo", "web-oddities.tar")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got.Bytes()) {
		t.Errorf("%s is not what this test makes; run it with -update-goldens and look at the difference", path)
	}
}
