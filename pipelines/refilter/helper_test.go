package refilter_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/pipelines/annotate"
	"github.com/groundmill/groundmill/pipelines/refilter"
	"github.com/groundmill/groundmill/schema"
)

// tars writes so many tars of captioned images, some of them rejects, to a new
// folder.
func tars(t testing.TB, count int) string {
	t.Helper()
	captions := []string{
		"a red fox and two old dogs near the river",
		"The Eiffel Tower at night, a moment of peace",
		"children playing football in a muddy field behind the school",
		"", // a reject
		"a café with a green door, a bicycle and another green door",
	}
	dir := t.TempDir()
	for n := range count {
		var tar bytes.Buffer
		w := webdataset.NewWriter(&tar)
		for i := range 25 + 7*n {
			key := fmt.Sprintf("%02d%04d", n, i)
			members := []webdataset.Member{{Ext: "png", Data: picture(i, n)}, {Ext: "txt", Data: []byte(captions[i%len(captions)])}}
			if err := w.Write(key, members...); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%05d.tar", n)), tar.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// picture returns a PNG that differs from all others.
func picture(i, n int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 40+13*(i%5), 30+11*(i%3)))
	m.Set(0, 0, color.RGBA{byte(i), byte(n), 90, 255})
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		panic(err)
	}
	return out.Bytes()
}

const toolVersion = "test"

// label runs annotate with rules over tars into a new folder and returns that.
func label(t testing.TB, tars string, rules filter.Config, change func(*annotate.Options)) string {
	t.Helper()
	opts := annotate.Default()
	opts.Input.Shards, opts.Teacher.Model, opts.Filter = tars, "synthetic:", rules
	opts.Output.Dir = filepath.Join(t.TempDir(), "labels")
	if change != nil {
		change(&opts)
	}
	if _, err := annotate.Run(t.Context(), opts, annotate.RunOptions{ToolVersion: toolVersion}); err != nil {
		t.Fatal(err)
	}
	return opts.Output.Dir
}

// options are of rules and a new output folder.
func options(t testing.TB, rules filter.Config) refilter.Options {
	t.Helper()
	opts := refilter.Default()
	opts.Filter, opts.Output.Dir = rules, filepath.Join(t.TempDir(), "out")
	return opts
}

// run runs the job; it waits for nothing.
func run(ctx context.Context, source string, opts refilter.Options) (*schema.Manifest, error) {
	return refilter.Run(ctx, source, opts, refilter.RunOptions{
		ToolVersion: toolVersion,
		After: func(time.Duration) <-chan time.Time {
			now := make(chan time.Time, 1)
			now <- time.Time{}
			return now
		},
	})
}

// mustRun runs the job and proves that every row and box of the source is
// accounted for.
func mustRun(t testing.TB, source string, opts refilter.Options) *schema.Manifest {
	t.Helper()
	m, err := run(t.Context(), source, opts)
	if err != nil {
		t.Fatal(err)
	}
	var rows, boxes int64
	for _, file := range manifestOf(t, source).Files {
		if strings.HasPrefix(file.Path, "raw/") {
			rows += file.Rows
			boxes += file.Boxes
		}
	}
	left := m.Totals.Boxes
	for _, n := range m.Totals.Removals {
		left += n
	}
	if m.Totals.Records != rows || m.Totals.Rows != rows || left != boxes {
		t.Errorf("the source has %d rows and %d boxes, accounted for are %+v", rows, boxes, m.Totals)
	}
	return m
}

func manifestOf(t testing.TB, dir string) *schema.Manifest {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, schema.ManifestName))
	if err != nil {
		t.Fatal(err)
	}
	m, err := schema.ParseManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// contents maps the files below a folder to what they hold.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// of returns the contents of one kind of file.
func of(kind schema.Kind, contents map[string]string) map[string]string {
	some := map[string]string{}
	for name, data := range contents {
		if strings.HasPrefix(name, string(kind)+"/") {
			some[name] = data
		}
	}
	return some
}

// unlike lists the files in which two folders differ.
func unlike(a, b map[string]string) (names []string) {
	for name := range a {
		if other, ok := b[name]; !ok || other != a[name] {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}
