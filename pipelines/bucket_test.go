package pipelines

import (
	"errors"
	"testing"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/storagetest"
	"github.com/groundmill/groundmill/schema"
)

// TestRunInBucket runs, continues and retries in a bucket, with inputs from
// another one.
func TestRunInBucket(t *testing.T) {
	storagetest.ServeGS(t, "in", "out")
	in, err := storage.Open("gs://in/pairs")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"a #1.tar": "1", "b%20.tar": "12", "c=d.tar": "123"} {
		if err := storage.WriteFile(t.Context(), in, name, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	req := request(t, 1, fakeSpec{})
	req.Output = "gs://out/labels"
	if req.Plan, err = PlanFiles(t.Context(), "gs://in/pairs/*.tar", ".tar"); err != nil {
		t.Fatal(err)
	}
	broken := req.with(t, fakeSpec{Fail: map[int]string{2: "broken"}})
	if _, err := Run(t.Context(), broken, Options{}); err == nil {
		t.Error("a failing unit went unnoticed")
	}
	req = req.with(t, fakeSpec{})
	status, err := begun(t, req)
	if err != nil || status.State != StatePartial || status.Done != 2 {
		t.Errorf("continued: %s with %d units, %v", status.State, status.Done, err)
	}
	first := mustRun(t, req, Options{})
	if first.Totals.Records != 6 {
		t.Errorf("totals are %+v", first.Totals)
	}
	if _, err := Run(t.Context(), retryOf(req, schema.ReasonCorruptImage), Options{}); err != nil {
		t.Error(err)
	}
	req.Output = "gs://nowhere/labels"
	if _, err := Run(t.Context(), req, Options{}); !errors.Is(err, storage.ErrNoBucket) {
		t.Errorf("no bucket: error is %v", err)
	}
}
