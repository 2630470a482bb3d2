package pipelines

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// TestCommitFindsDamage tampers with a finished run's files and commits again.
func TestCommitFindsDamage(t *testing.T) {
	unit := schema.FileName(schema.KindUnits, "train", 1, 3)
	rejects := schema.FileName(schema.KindRejects, "train", 1, 3)
	tests := []struct {
		name   string
		tamper func(path func(string) string) error
		want   string
	}{
		{"a summary is missing", func(p func(string) string) error { return os.Remove(p(unit)) }, "left no summary"},
		{"a summary is cut off", func(p func(string) string) error { return os.Truncate(p(unit), 20) }, unit},
		{"a summary is of another unit", func(p func(string) string) error {
			data, err := os.ReadFile(p(unit))
			return errors.Join(err, os.WriteFile(p(unit), bytes.Replace(data, []byte(`"unit": 1`), []byte(`"unit": 2`), 1), 0o644))
		}, "is about unit 2"},
		{"a file is missing", func(p func(string) string) error { return os.Remove(p(rejects)) }, rejects},
		{"a file is cut off", func(p func(string) string) error { return os.Truncate(p(rejects), 5) }, "has 5 bytes"},
		{"a file is too much", func(p func(string) string) error {
			return os.WriteFile(p("rejects/more.jsonl"), nil, 0o644)
		}, "no unit wrote rejects/more.jsonl"},
		{"a file that no summary lists", func(p func(string) string) error {
			return errors.Join(os.MkdirAll(p("raw"), 0o755), os.WriteFile(p(schema.FileName(schema.KindRaw, "train", 0, 3)), nil, 0o644))
		}, "no unit wrote raw/train-00000-of-00003.parquet"},
		{"a summary is too much", func(p func(string) string) error {
			return os.WriteFile(p("units/train-00003-of-00004.json"), nil, 0o644)
		}, "no unit wrote units/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := request(t, 3, fakeSpec{})
			mustRun(t, req, Options{})
			path := func(name string) string { return filepath.Join(req.Output, filepath.FromSlash(name)) }
			if err := errors.Join(os.Remove(path(schema.SuccessName)), os.Remove(path(schema.ManifestName)), tt.tamper(path)); err != nil {
				t.Fatal(err)
			}
			err := recommit(t, req, nil)
			if !errors.Is(err, ErrAccounting) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want ErrAccounting with %q", err, tt.want)
			}
			wantUnfinished(t, req.Output)
		})
	}
	t.Run("the pipeline saw other numbers", func(t *testing.T) {
		req := request(t, 3, fakeSpec{})
		mustRun(t, req, Options{})
		if err := recommit(t, req, &Tally{Units: 3, Records: 5, Rejects: 5}); !errors.Is(err, ErrAccounting) {
			t.Errorf("error is %v, want ErrAccounting", err)
		}
	})
}

// recommit commits what is there.
func recommit(t *testing.T, req Request, tally *Tally) error {
	t.Helper()
	store, err := storage.Open(req.Output)
	if err != nil {
		t.Fatal(err)
	}
	identity := testIdentity()
	identity.InputFingerprint = req.Plan.Fingerprint
	r := run{output: output{store: store, req: req, record: req.record(identity, nil)}}
	_, err = r.commit(t.Context(), req.Plan.Units, tally)
	return err
}
