package pipelines

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/faulty"
	"github.com/groundmill/groundmill/schema"
)

// retryOf is the request to do rejects of another request's run again.
func retryOf(req Request, reasons ...schema.Reason) Request {
	req.Retry = reasons
	return req
}

// reasonsOf counts the rejects of a manifest.
func reasonsOf(m *schema.Manifest) map[schema.Reason]int64 {
	return m.Totals.Rejects
}

// TestRetry does rejects again: only they are done, into a folder of their own,
// and what was there stays as it was.
func TestRetry(t *testing.T) {
	req := request(t, 5, fakeSpec{}) // 15 records: 6 no_phrases, 5 corrupt_image, 4 rows
	mustRun(t, req, Options{Beam: BeamOptions{Lanes: 2}})
	before := contents(t, req.Output)

	first, err := Run(t.Context(), retryOf(req, schema.ReasonNoPhrases, schema.ReasonCorruptImage, schema.ReasonNoPhrases), Options{Beam: BeamOptions{Lanes: 2}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[schema.Reason]int64{schema.ReasonNoPhrases: countReason(t, before, schema.ReasonNoPhrases)}
	if diff := cmp.Diff(want, reasonsOf(first), cmpopts.IgnoreMapEntries(func(_ schema.Reason, n int64) bool { return n == 0 })); diff != "" {
		t.Errorf("rejects of the retry (-want +got):\n%s", diff)
	}
	if got, want := first.Totals.Rows, countReason(t, before, schema.ReasonCorruptImage); got != want || first.Totals.Records != got+first.Totals.RejectTotal() {
		t.Errorf("%d rows of %d records, want %d", got, first.Totals.Records, want)
	}
	if diff := cmp.Diff([]schema.Reason{schema.ReasonCorruptImage, schema.ReasonNoPhrases}, first.RetryOf.Reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	wantEachRecordOnce(t, req, 1)

	// What has become a row is no reject any more; what has not, still is.
	if _, err := Run(t.Context(), retryOf(req, schema.ReasonCorruptImage), Options{}); !errors.Is(err, ErrNothingToRetry) {
		t.Errorf("corrupt images again: error is %v, want ErrNothingToRetry", err)
	}
	second, err := Run(t.Context(), retryOf(req, schema.ReasonNoPhrases), Options{Limits: Limits{MaxRejectRatio: 0.1}})
	if err != nil || second.Totals.Records != first.Totals.RejectTotal() {
		t.Errorf("no_phrases again: %v, %+v", err, second)
	}
	wantEachRecordOnce(t, req, 2)

	after := contents(t, req.Output)
	maps.DeleteFunc(after, func(name, _ string) bool { return strings.HasPrefix(name, retriesFolder+"/") })
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the run changed:\n%s", diff)
	}
	if complete := mustRun(t, req, Options{}); complete.Totals.Records != 15 {
		t.Errorf("the run is %+v", complete.Totals)
	}
}

// countReason counts a reason in the rejects files of an output folder.
func countReason(t *testing.T, files map[string]string, reason schema.Reason) (n int64) {
	t.Helper()
	for name, data := range files {
		if strings.HasPrefix(name, "rejects") {
			n += int64(strings.Count(data, `"`+string(reason)+`"`))
		}
	}
	return n
}

// wantEachRecordOnce proves that every record of the input is in the rows of the
// run or of one retry, or else a reject of the last that had it.
func wantEachRecordOnce(t *testing.T, req Request, retries int) {
	t.Helper()
	rows := map[schema.Source]int{}
	for name, data := range contents(t, req.Output) {
		if strings.HasSuffix(name, ".parquet") {
			addSources(t, rows, name, []byte(data))
		}
	}
	for source, n := range rows {
		if n != 1 {
			t.Errorf("%v is in %d rows", source, n)
		}
	}
	store, err := storage.Open(req.Output)
	if err != nil {
		t.Fatal(err)
	}
	h, err := readHistory(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	open := int64(0)
	for _, unit := range req.Plan.Units {
		for _, n := range h.rejects(unit.Name) {
			open += n
		}
	}
	if len(h.runs) != retries+1 || int64(len(rows))+open != req.Plan.Bytes() {
		t.Errorf("%d retries; %d rows and %d rejects of %d records", len(h.runs)-1, len(rows), open, req.Plan.Bytes())
	}
}

// TestRetryContinues lets a retry die at each of its operations.
func TestRetryContinues(t *testing.T) {
	req := request(t, 3, fakeSpec{})
	req.Output = "mem://retry"
	faulty.CrashEverywhere(t, "retry", 7, func(t *testing.T, store storage.Store) error {
		defer storage.Mount(store)()
		if _, err := Run(t.Context(), req, Options{Beam: BeamOptions{Lanes: 2}}); err != nil {
			return err
		}
		// A retry that is complete would be followed by another one.
		if _, err := store.Stat(t.Context(), "retries/0001/"+schema.SuccessName); err == nil {
			return nil
		}
		_, err := Run(t.Context(), retryOf(req, schema.ReasonNoPhrases), Options{Beam: BeamOptions{Lanes: 2}})
		return err
	})
}

func TestRetryRefusals(t *testing.T) {
	begin := func(t *testing.T) Request {
		req := request(t, 4, fakeSpec{})
		mustRun(t, req, Options{})
		return req
	}
	tests := []struct {
		name string
		edit func(t *testing.T, req *Request)
		want string
	}{
		{"an unfinished run", func(t *testing.T, req *Request) { remove(t, req, schema.SuccessName) }, "finish it first"},
		{"no run", func(t *testing.T, req *Request) { req.Output = filepath.Join(t.TempDir(), "out") }, "finish it first"},
		{"another input", func(t *testing.T, req *Request) {
			req.Plan.Fingerprint = "another"
			*req = req.with(t, fakeSpec{})
		}, "input differs in fingerprint"},
		{"a retry of other reasons that is not finished", func(t *testing.T, req *Request) {
			if _, err := Run(t.Context(), retryOf(*req, schema.ReasonNoPhrases), Options{}); err != nil {
				t.Fatal(err)
			}
			remove(t, req, "retries/0001/"+schema.SuccessName)
		}, "retry differs in reasons: the folder has no_phrases, this run corrupt_image"},
		{"a retry of a run that was done again", func(t *testing.T, req *Request) {
			if _, err := Run(t.Context(), retryOf(*req, schema.ReasonNoPhrases), Options{}); err != nil {
				t.Fatal(err)
			}
			redone := req.with(t, fakeSpec{Salt: " and a cat"})
			redone.Redo = []int{3}
			mustRun(t, redone, Options{})
		}, "retries another run than the one that is there now: remove that folder first"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := begin(t)
			tt.edit(t, &req)
			before := contents(t, req.Output)
			_, err := Run(t.Context(), retryOf(req, schema.ReasonCorruptImage), Options{})
			var refused *RefusedError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want a refusal with %q", err, tt.want)
			}
			if diff := cmp.Diff(before, contents(t, req.Output)); diff != "" {
				t.Errorf("the folder changed:\n%s", diff)
			}
		})
	}
}

func remove(t *testing.T, req *Request, name string) {
	t.Helper()
	if err := os.Remove(at(req.Output, name)); err != nil {
		t.Fatal(err)
	}
}

// TestRetryWithAnotherConfiguration is allowed: it is a run of its own.
func TestRetryWithAnotherConfiguration(t *testing.T) {
	req := request(t, 3, fakeSpec{})
	mustRun(t, req, Options{})
	identity := testIdentity()
	identity.ConfigSHA256 = "c1"
	retry := retryOf(req.with(t, fakeSpec{Identity: identity}), schema.ReasonCorruptImage)
	manifest, err := Run(t.Context(), retry, Options{})
	if err != nil || manifest.ConfigSHA256 != "c1" || manifest.Totals.Rows != manifest.Totals.Records {
		t.Errorf("retry gave %+v, %v", manifest, err)
	}
	if !slices.ContainsFunc(manifest.Units, func(u schema.UnitSummary) bool { return u.Name == "00002.tar" }) {
		t.Errorf("units are %+v", manifest.Units)
	}
}
