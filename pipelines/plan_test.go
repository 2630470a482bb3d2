package pipelines

import (
	"context"
	"fmt"
	"testing"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// closedStore lists files that nobody may open, but for run.json.
type closedStore struct {
	storage.Store
	t testing.TB
}

func (s closedStore) Open(ctx context.Context, name string) (storage.Reader, error) {
	if name != schema.RunName {
		s.t.Errorf("%s was opened", name)
	}
	return s.Store.Open(ctx, name)
}

// halfDone makes an output of a plan of which every second unit is done.
func halfDone(t testing.TB, units int) Request {
	t.Helper()
	store := storage.NewMemory("plan")
	t.Cleanup(storage.Mount(closedStore{store, t}))
	req := Request{Job: "fake", Output: store.String(), Split: "train", Kinds: fakeKinds}
	for i := range units {
		req.Plan.Units = append(req.Plan.Units, Unit{Index: i, Of: units, Name: fmt.Sprintf("%06d.tar", i), Bytes: 1})
	}
	req = req.with(t, fakeSpec{})
	record, err := schema.EncodeJSON(req.record(testIdentity(), nil))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{schema.RunName: record}
	for i := 0; i < units; i += 2 {
		for _, kind := range append(fakeKinds, schema.KindUnits) {
			files[schema.FileName(kind, "train", i, units)] = []byte("x")
		}
	}
	for name, data := range files {
		if err := storage.WriteFile(t.Context(), store, name, data); err != nil {
			t.Fatal(err)
		}
	}
	return req
}

// TestInspectOpensNothing guards that planning lists and does not read.
func TestInspectOpensNothing(t *testing.T) {
	req := halfDone(t, 1001)
	s, err := Inspect(t.Context(), req)
	if err != nil || s.State != StatePartial || s.Done != 501 || s.Missing != 500 {
		t.Errorf("status is %s, %d done, %d missing, %v", s.State, s.Done, s.Missing, err)
	}
}

// BenchmarkInspect plans 300,000 units, half of them done.
func BenchmarkInspect(b *testing.B) {
	req := halfDone(b, 300_000)
	for b.Loop() {
		if _, err := Inspect(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlanFiles lists 300,000 inputs.
func BenchmarkPlanFiles(b *testing.B) {
	store := storage.NewMemory("inputs")
	defer storage.Mount(store)()
	for i := range 300_000 {
		if err := storage.WriteFile(b.Context(), store, fmt.Sprintf("in/%06d.tar", i), []byte("x")); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		plan, err := PlanFiles(b.Context(), "mem://inputs/in/*.tar", ".tar")
		if err != nil || len(plan.Units) != 300_000 {
			b.Fatal(len(plan.Units), err)
		}
	}
}
