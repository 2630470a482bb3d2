package annotate

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
)

// sample is one sample of a test's tar: its key and its members by extension.
type sample struct {
	key     string
	members map[string]string
}

// pairOf is a sample with an image of its own and a caption.
func pairOf(i int, caption string) sample {
	width, height := 40+17*(i%5), 30+23*(i%3)
	return sample{fmt.Sprintf("%09d", i), map[string]string{"jpg": jpegOf(width, height, i), "txt": caption}}
}

// pairs makes n good samples whose images have several shapes.
func pairs(n int) []sample {
	captions := []string{
		"a red fox and two old dogs near the river",
		"The Eiffel Tower at night",
		"children playing football in a muddy field behind the school",
		"a café with a green door, a bicycle and another green door",
	}
	out := make([]sample, n)
	for i := range out {
		out[i] = pairOf(i, captions[i%len(captions)])
	}
	return out
}

func picture(width, height, seed int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.Set(x, y, color.RGBA{byte(x*3 + seed), byte(y*5 + seed*7), byte(seed * 31), 255})
		}
	}
	return m
}

func jpegOf(width, height, seed int) string {
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, picture(width, height, seed), nil); err != nil {
		panic(err)
	}
	return buf.String()
}

func pngOf(m image.Image) string {
	var buf bytes.Buffer
	if err := png.Encode(&buf, m); err != nil {
		panic(err)
	}
	return buf.String()
}

// tarOf writes samples as a tar.
func tarOf(t testing.TB, samples ...sample) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := webdataset.NewWriter(&buf)
	for _, s := range samples {
		var members []webdataset.Member
		for ext, data := range s.members {
			members = append(members, webdataset.Member{Ext: ext, Data: []byte(data)})
		}
		if err := w.Write(s.key, members...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// shards writes tars named 00000.tar, 00001.tar, ... to a new folder.
func shards(t testing.TB, tars ...[]byte) string {
	t.Helper()
	dir := t.TempDir()
	for i, data := range tars {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%05d.tar", i)), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// testOptions reads shards with the synthetic teacher into a new folder.
func testOptions(t testing.TB, shards string) Options {
	t.Helper()
	opts := Default()
	opts.Input.Shards = shards
	opts.Teacher.Model = "synthetic:"
	opts.Output.Dir = filepath.Join(t.TempDir(), "out")
	return opts
}

// result is what a run left behind, read back from its files.
type result struct {
	manifest *schema.Manifest
	data     []*schema.Row
	raw      []*schema.Row
	rejects  []schema.Reject
}

// mustRun runs the job and reads its results. Every test that expects success
// goes through it, because it proves that no record was lost.
func mustRun(t testing.TB, opts Options) result {
	t.Helper()
	manifest, err := Run(t.Context(), opts, RunOptions{ToolVersion: "test"})
	if err != nil {
		t.Fatal(err)
	}
	r := result{manifest: manifest}
	for _, file := range manifest.Files {
		path := filepath.Join(opts.Output.Dir, filepath.FromSlash(file.Path))
		if got := digestOf(t, path); got != file.SHA256 {
			t.Errorf("%s has digest %s, the manifest says %s", file.Path, got, file.SHA256)
		}
		switch kind, _, _ := strings.Cut(file.Path, "/"); schema.Kind(kind) {
		case schema.KindData:
			r.data = append(r.data, rowsOf(t, path)...)
		case schema.KindRaw:
			r.raw = append(r.raw, rowsOf(t, path)...)
		case schema.KindRejects:
			r.rejects = append(r.rejects, rejectsOf(t, path)...)
		}
	}
	checkConservation(t, r)
	return r
}

// checkConservation proves that every record of the input is in exactly one
// place, and in input order: the samples of each shard are numbered without gaps,
// and so are the captions of each sample, of which the key says the number.
func checkConservation(t testing.TB, r result) {
	t.Helper()
	if int(r.manifest.Totals.Records) != len(r.data)+len(r.rejects) || len(r.raw) != len(r.data) {
		t.Fatalf("%d records, but %d rows, %d raw rows and %d rejects", r.manifest.Totals.Records, len(r.data), len(r.raw), len(r.rejects))
	}
	var rows, rejects []place
	for i, row := range r.data {
		rows = append(rows, placeOf(row.Source, row.Key))
		if r.raw[i].Key != row.Key || r.raw[i].Source != row.Source {
			t.Errorf("raw row %d is %v %s, data row is %v %s", i, r.raw[i].Source, r.raw[i].Key, row.Source, row.Key)
		}
		if err := errors.Join(row.Validate(), r.raw[i].Validate()); err != nil {
			t.Error(err)
		}
	}
	for _, reject := range r.rejects {
		rejects = append(rejects, placeOf(reject.Source, reject.Key))
	}
	if !slices.IsSortedFunc(rows, comparePlaces) || !slices.IsSortedFunc(rejects, comparePlaces) {
		t.Errorf("out of order: rows %v, rejects %v", rows, rejects)
	}
	all := append(rows, rejects...)
	slices.SortFunc(all, comparePlaces)
	last, count := place{index: -1}, map[string]int64{}
	for _, p := range all {
		count[p.shard]++
		nextSample := p.shard == last.shard && p.index == last.index+1 && p.caption == 0
		nextCaption := p.shard == last.shard && p.index == last.index && p.caption == last.caption+1
		firstSample := p.shard > last.shard && p.index == 0 && p.caption == 0
		if !nextSample && !nextCaption && !firstSample {
			t.Errorf("record %+v follows %+v", p, last)
		}
		last = p
	}
	for _, unit := range r.manifest.Units {
		if unit.Records != count[unit.Name] {
			t.Errorf("%s has %d records, %d are found", unit.Name, unit.Records, count[unit.Name])
		}
	}
}

// place says where a record comes from.
type place struct {
	shard   string
	index   int64
	caption int
}

func placeOf(source schema.Source, key string) place {
	p := place{shard: source.Shard, index: source.Index}
	if i := strings.LastIndexByte(key, '#'); i >= 0 {
		p.caption, _ = strconv.Atoi(key[i+1:]) // keys without captions have no #
	}
	return p
}

func comparePlaces(a, b place) int {
	return cmp.Or(cmp.Compare(a.shard, b.shard), cmp.Compare(a.index, b.index), cmp.Compare(a.caption, b.caption))
}

func digestOf(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func rowsOf(t testing.TB, path string) []*schema.Row {
	t.Helper()
	r, err := schema.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var rows []*schema.Row
	for row, err := range r.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

func rejectsOf(t testing.TB, path string) []schema.Reject {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rejects []schema.Reject
	for reject, err := range schema.ReadRejects(f) {
		if err != nil {
			t.Fatal(err)
		}
		rejects = append(rejects, reject)
	}
	return rejects
}

// digests maps the files below a folder to the digests of their contents.
func digests(t testing.TB, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			rel, _ := filepath.Rel(root, path)
			files[rel] = digestOf(t, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}
