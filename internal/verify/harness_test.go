package verify_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/audit"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/verify"
	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/annotate"
	auditjob "github.com/groundmill/groundmill/pipelines/audit"
	"github.com/groundmill/groundmill/pipelines/refilter"
	"github.com/groundmill/groundmill/schema"
)

// writeTars writes three tars with every sort of record: one caption and several,
// rejects of the caption and of the image.
func writeTars(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	members := []webdataset.Member{
		{Ext: "txt", Data: []byte("a red fox and two old dogs near a river")},
		{Ext: "json", Data: []byte(`{"captions": ["a red fox", "of and to", "a moment of peace in a green garden", ""]}`)},
		{Ext: "txt", Data: []byte(" ")},
	}
	for n := range 3 {
		var tar bytes.Buffer
		w := webdataset.NewWriter(&tar)
		for i := range 20 + n {
			pixels := picture(t, 40+i%3*17, 30+n)
			if i%7 == 5 {
				pixels = pixels[:len(pixels)/2]
			}
			if err := w.Write(fmt.Sprintf("%02d%04d", n, i), webdataset.Member{Ext: "png", Data: pixels}, members[i%3]); err != nil {
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

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// labels are the options of a run over new tars with the synthetic teacher.
func labels(t *testing.T) annotate.Options {
	t.Helper()
	opts := annotate.Default()
	opts.Input.Shards, opts.Teacher.Model = writeTars(t), "synthetic:"
	opts.Filter.DropFlags = []string{schema.FlagAbstract}
	opts.Output.Dir = filepath.Join(t.TempDir(), "out")
	return opts
}

func mustAnnotate(t *testing.T, opts annotate.Options, run annotate.RunOptions) {
	t.Helper()
	if _, err := annotate.Run(t.Context(), opts, run); err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, dir string) *verify.Report {
	t.Helper()
	store, err := storage.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	report, err := verify.Run(t.Context(), store, verify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func wantOK(t *testing.T, report *verify.Report) {
	t.Helper()
	if !report.OK() || report.State != verify.StateComplete {
		t.Errorf("state %s, problems %v", report.State, report.Problems)
	}
}

// What the jobs write is whole: runs, retries of their rejects, and what is
// filtered again.
func TestJobs(t *testing.T) {
	opts := labels(t)
	opts.Output.EmbedImages = true
	mustAnnotate(t, opts, annotate.RunOptions{})
	report := check(t, opts.Output.Dir)
	wantOK(t, report)
	if report.Rows == 0 || report.Boxes == 0 || report.Rejects == 0 {
		t.Errorf("%d rows, %d boxes, %d rejects are no test", report.Rows, report.Boxes, report.Rejects)
	}

	mustAnnotate(t, opts, annotate.RunOptions{Retry: []schema.Reason{schema.ReasonNoPhrases, schema.ReasonCorruptImage}})
	report = check(t, opts.Output.Dir)
	wantOK(t, report)
	if len(report.Retries) != 1 || report.Retries[0].Rejects == 0 {
		t.Errorf("retries are %+v", report.Retries)
	}

	again := refilter.Default()
	again.Filter.MinScore, again.Output.WithoutImages = 0.7, true
	again.Output.Dir = filepath.Join(t.TempDir(), "again")
	if _, err := refilter.Run(t.Context(), opts.Output.Dir, again, refilter.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	wantOK(t, check(t, again.Output.Dir))
}

// TestPartials checks an audit in parts with and without a decoder of its files.
func TestPartials(t *testing.T) {
	opts := labels(t)
	mustAnnotate(t, opts, annotate.RunOptions{})
	req := auditjob.Request{Source: opts.Output.Dir, Parts: filepath.Join(t.TempDir(), "parts"), PerStratum: 1}
	if _, err := auditjob.Run(t.Context(), req, pipelines.Options{}); err != nil {
		t.Fatal(err)
	}
	wantOK(t, check(t, req.Parts))
	store, err := storage.Open(req.Parts)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		partial func([]byte) (schema.Counts, error)
		want    []verify.Kind
	}{
		"as they are": {audit.CheckPartial, nil},
		"no partials": {func([]byte) (schema.Counts, error) { return schema.Counts{}, fs.ErrInvalid }, []verify.Kind{verify.KindBadPartial}},
		"other rows": {func(data []byte) (schema.Counts, error) {
			counts, err := audit.CheckPartial(data)
			counts.Rows++
			return counts, err
		}, []verify.Kind{verify.KindAccounting}},
	} {
		report, err := verify.Run(t.Context(), store, verify.Options{Partial: tt.partial})
		if err != nil {
			t.Fatal(err)
		}
		var got []verify.Kind
		for _, p := range report.Problems {
			got = append(got, p.Kind)
		}
		if diff := cmp.Diff(tt.want, slices.Compact(got)); diff != "" {
			t.Errorf("%s: problems (-want +got):\n%s", name, diff)
		}
	}
}

// TestRedo damages one file after the other; doing the units again that the check
// names brings back the bytes of the run.
func TestRedo(t *testing.T) {
	opts := labels(t)
	mustAnnotate(t, opts, annotate.RunOptions{})
	before := contents(t, opts.Output.Dir)
	for name, data := range before {
		if _, _, unit, _, ok := schema.ParseFileName(name); ok {
			damaged := bytes.Clone(data)
			damaged[len(damaged)/3] ^= 4
			path := filepath.Join(opts.Output.Dir, filepath.FromSlash(name))
			if err := os.WriteFile(path, damaged, 0o644); err != nil {
				t.Fatal(err)
			}
			report := check(t, opts.Output.Dir)
			if !slices.Equal(report.Redo, []int{unit}) {
				t.Fatalf("%s: redo %v, problems %v", name, report.Redo, report.Problems)
			}
			mustAnnotate(t, opts, annotate.RunOptions{Redo: report.Redo})
			if diff := cmp.Diff(before, contents(t, opts.Output.Dir)); diff != "" {
				t.Fatalf("%s: files (-before +redone):\n%s", name, diff)
			}
		}
	}
	wantOK(t, check(t, opts.Output.Dir))
}

// contents are the files below a folder.
func contents(t *testing.T, root string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[name], err = os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
