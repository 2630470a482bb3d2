package scene

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func tarOf(t *testing.T, scenes Range, o Output) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := newGenerator(t, crowded()).WriteTar(t.Context(), &buf, scenes, o); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestSameBytes: neither the number of workers nor the cut into shards changes a byte.
func TestSameBytes(t *testing.T) {
	whole := tarOf(t, Range{Count: 12}, Output{Workers: 1})
	if !bytes.Equal(whole, tarOf(t, Range{Count: 12}, Output{Workers: 5})) {
		t.Error("the number of workers changes the bytes")
	}
	dir := t.TempDir()
	if err := newGenerator(t, crowded()).WriteShards(t.Context(), dir, Range{Count: 12}, Output{PerShard: 5}); err != nil {
		t.Fatal(err)
	}
	var joined bytes.Buffer
	for _, name := range []string{"scenes-000000.tar", "scenes-000001.tar", "scenes-000002.tar"} {
		shard, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		joined.Write(shard[:len(shard)-1024]) // without the end-of-archive blocks
	}
	if !bytes.Equal(whole[:len(whole)-1024], joined.Bytes()) {
		t.Error("the cut into shards changes the members")
	}
}

func TestSeedsDiffer(t *testing.T) {
	cfg := crowded()
	cfg.Seed++
	if newGenerator(t, crowded()).Scene(0).Caption == newGenerator(t, cfg).Scene(0).Caption {
		t.Error("two seeds give the same caption")
	}
}

func TestTarMembers(t *testing.T) {
	for format, o := range map[string]Output{"jpeg": {}, "png": {PNG: true}} {
		g := newGenerator(t, crowded())
		r := tar.NewReader(bytes.NewReader(tarOf(t, Range{From: 41, Count: 2}, o)))
		for i := 41; i < 43; i++ {
			key := fmt.Sprintf("%09d", i)
			picture, sample := key+".jpg", key+".json"
			first, second := picture, sample // members are in order of their names
			if o.PNG {
				picture = key + ".png"
				first, second = sample, picture
			}
			files := map[string][]byte{first: nextMember(t, r, first), second: nextMember(t, r, second)}
			checkFiles(t, g.Scene(i), files[picture], format, files[sample])
		}
	}
}

func checkFiles(t *testing.T, want Scene, picture []byte, format string, sample []byte) {
	t.Helper()
	cfg, got, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil || got != format || cfg.Width != want.Width || cfg.Height != want.Height {
		t.Errorf("scene %d: %s of %dx%d (%v), want %s of %dx%d", want.Index, got, cfg.Width, cfg.Height, err, format, want.Width, want.Height)
	}
	var s Sample
	if err := json.Unmarshal(sample, &s); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Sample, s); diff != "" {
		t.Errorf("scene %d (-made +written):\n%s", want.Index, diff)
	}
}

func nextMember(t *testing.T, r *tar.Reader, name string) []byte {
	t.Helper()
	h, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	if h.Name != name || h.Mode != 0o444 || h.ModTime.Unix() != 0 || h.Uid != 0 || h.Gid != 0 {
		t.Errorf("member %s, mode %o, time %v, owner %d:%d; want %s, 444, 1970, 0:0", h.Name, h.Mode, h.ModTime, h.Uid, h.Gid, name)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestWriteShardsLeavesNoPartialFile(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	err := newGenerator(t, crowded()).WriteShards(ctx, dir, Range{Count: 100}, Output{PerShard: 100})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("%v was left behind", files)
	}
}

func TestWriteTarStopsAtAnError(t *testing.T) {
	broken := errors.New("pipe is closed")
	err := newGenerator(t, crowded()).WriteTar(t.Context(), failing{broken}, Range{Count: 1 << 40}, Output{})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestWordsAreWords(t *testing.T) {
	words := Words()
	for _, want := range []string{"dog", "dogs", "scissors", "red", "two", "2", "an", "another", "left", "are", ".", "|"} {
		if !strings.Contains("\n"+strings.Join(words, "\n")+"\n", "\n"+want+"\n") {
			t.Errorf("Words lacks %q", want)
		}
	}
}
