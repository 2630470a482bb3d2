package pipelines

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// at returns the path of a file of an output folder.
func at(output, name string) string { return filepath.Join(output, filepath.FromSlash(name)) }

// begun runs a request and returns the status that it began with.
func begun(t *testing.T, req Request) (Status, error) {
	t.Helper()
	var status Status
	_, err := Run(t.Context(), req, Options{Beam: BeamOptions{Lanes: 2}, Begin: func(s *Status) { status = *s }})
	return status, err
}

// TestStates damages a finished run in many ways: the state is named, the run
// continues and ends in the same bytes.
func TestStates(t *testing.T) {
	name := func(kind schema.Kind, unit int) string { return schema.FileName(kind, "train", unit, 4) }
	end := []string{schema.SuccessName, schema.ManifestName}
	tests := []struct {
		name     string
		remove   []string
		truncate []string
		state    State
		done     int
		corrupt  []int
		listed   State // by Inspect, which opens no unit's file; "" is state
	}{
		{name: "complete", state: StateComplete, done: 4},
		{name: "no end mark", remove: end[:1], state: StatePartial, done: 4},
		{name: "no manifest", remove: end[1:], state: StatePartial, done: 4},
		{name: "no end", remove: end, state: StatePartial, done: 4},
		{name: "no record", remove: []string{schema.RunName}, state: StatePartial, done: 4},
		{name: "no record nor end", remove: append(end, schema.RunName), state: StatePartial, done: 4},
		{name: "a unit is missing", remove: append(end, name(schema.KindUnits, 1), name(schema.KindData, 1)), state: StatePartial, done: 3},
		{name: "a unit lost its summary", remove: append(end, name(schema.KindUnits, 1)), state: StatePartial, done: 3},
		{name: "all units lost theirs", remove: append(end, name(schema.KindUnits, 0), name(schema.KindUnits, 1), name(schema.KindUnits, 2), name(schema.KindUnits, 3)), state: StateMissing},
		{name: "a file is missing", remove: append(end, name(schema.KindData, 2)), state: StateCorrupt, done: 3, corrupt: []int{2}},
		{name: "a file of a complete run is missing", remove: []string{name(schema.KindRejects, 3)}, state: StateCorrupt, done: 3, corrupt: []int{3}},
		{name: "a summary of a complete run is missing", remove: []string{name(schema.KindUnits, 3)}, state: StateCorrupt, done: 3},
		{name: "a file is cut off", remove: end, truncate: []string{name(schema.KindData, 0)}, state: StateCorrupt, done: 3, corrupt: []int{0}, listed: StatePartial},
		{name: "a file of a complete run is cut off", truncate: []string{name(schema.KindData, 0)}, state: StateCorrupt, done: 3, corrupt: []int{0}, listed: StateComplete},
		{name: "a summary is cut off", remove: end, truncate: []string{name(schema.KindUnits, 0)}, state: StateCorrupt, done: 3, corrupt: []int{0}, listed: StatePartial},
		{name: "the manifest is cut off", truncate: end[1:], state: StatePartial, done: 4, listed: StateComplete},
	}
	smooth := request(t, 4, fakeSpec{})
	mustRun(t, smooth, Options{})
	want := contents(t, smooth.Output)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := smooth
			req.Output = filepath.Join(t.TempDir(), "out")
			mustRun(t, req, Options{})
			for _, name := range tt.remove {
				if err := os.Remove(at(req.Output, name)); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range tt.truncate {
				if err := os.Truncate(at(req.Output, name), 30); err != nil {
					t.Fatal(err)
				}
			}
			wantListed(t, req, orElse(tt.listed, tt.state))
			status, err := begun(t, req)
			if err != nil {
				t.Fatal(err)
			}
			var corrupt []int
			for _, u := range status.Units {
				if u.State == UnitCorrupt {
					corrupt = append(corrupt, u.Index)
				}
			}
			if status.State != tt.state || status.Done != tt.done || !slices.Equal(corrupt, tt.corrupt) {
				t.Errorf("state is %s with %d units done, corrupt are %d; want %s, %d, %d", status.State, status.Done, corrupt, tt.state, tt.done, tt.corrupt)
			}
			if diff := cmp.Diff(want, contents(t, req.Output)); diff != "" {
				t.Errorf("files (-smooth +continued):\n%s", diff)
			}
		})
	}
}

func orElse(a, b State) State {
	if a != "" {
		return a
	}
	return b
}

func wantListed(t *testing.T, req Request, want State) {
	t.Helper()
	status, err := Inspect(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if status.State != want || status.Done+status.Missing+status.Corrupt != len(req.Plan.Units) {
		t.Errorf("by listing: %s, %d done, %d missing, %d corrupt; want %s", status.State, status.Done, status.Missing, status.Corrupt, want)
	}
}

// TestResumeAfterAnyLoss removes random files of a finished run, any of them.
func TestResumeAfterAnyLoss(t *testing.T) {
	smooth := request(t, 4, fakeSpec{})
	mustRun(t, smooth, Options{})
	want := contents(t, smooth.Output)
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 0))
		req := smooth
		req.Output = filepath.Join(t.TempDir(), "out")
		mustRun(t, req, Options{})
		for name := range want {
			if random.IntN(3) == 0 {
				if err := os.Remove(at(req.Output, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
		mustRun(t, req, Options{Beam: BeamOptions{Lanes: 1 + random.IntN(8)}})
		if diff := cmp.Diff(want, contents(t, req.Output)); diff != "" {
			t.Errorf("seed %d: files (-smooth +continued):\n%s", seed, diff)
		}
	}
}

// TestCompleteIsLeftAlone runs again where nothing can be written.
func TestCompleteIsLeftAlone(t *testing.T) {
	req := request(t, 3, fakeSpec{})
	first := mustRun(t, req, Options{})
	for _, folder := range []string{"data", "rejects", "units", "."} {
		if err := os.Chmod(at(req.Output, folder), 0o555); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(at(req.Output, folder), 0o755) })
	}
	before := contents(t, req.Output)
	again := mustRun(t, req, Options{Observe: func(Progress) { t.Error("work was done") }})
	if diff := cmp.Diff(first, again, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("manifest (-first +again):\n%s", diff)
	}
	if diff := cmp.Diff(before, contents(t, req.Output)); diff != "" {
		t.Errorf("files changed:\n%s", diff)
	}
}

// TestRefusals asks for another run than the one in the folder. Nothing changes,
// and the message says what differs and what to do.
func TestRefusals(t *testing.T) {
	other := func(edit func(*schema.Identity)) func(*testing.T, Request) Request {
		return func(t *testing.T, r Request) Request {
			identity := testIdentity()
			edit(&identity)
			return r.with(t, fakeSpec{Identity: identity})
		}
	}
	units := func(edit func([]Unit) []Unit) func(*testing.T, Request) Request {
		return func(t *testing.T, r Request) Request {
			r.Plan.Units = edit(slices.Clone(r.Plan.Units))
			for i := range r.Plan.Units {
				r.Plan.Units[i].Index, r.Plan.Units[i].Of = i, len(r.Plan.Units)
			}
			r.Plan.Fingerprint = "another"
			return r.with(t, fakeSpec{})
		}
	}
	tests := []struct {
		name   string
		change func(*testing.T, Request) Request
		want   []string
	}{
		{"config", other(func(i *schema.Identity) {
			i.Config = strings.NewReplacer("0.5", "0.6", "[a, b]", "[a]").Replace(i.Config)
			i.ConfigSHA256 = "c1"
		}), []string{
			"config differs in filter.drop: the folder has [a, b], this run [a]",
			"config differs in filter.min_score: the folder has 0.5, this run 0.6",
			"set it back to continue, or choose another output folder",
		}},
		{"config with a new field", other(func(i *schema.Identity) { i.Config += "    floor: 0.1\n" }), []string{
			"config differs in output.floor: the folder has nothing, this run 0.1",
		}},
		{"model", other(func(i *schema.Identity) { i.Model.SHA256 = "31" }), []string{"model differs in sha256: the folder has 30, this run 31"}},
		{"device", other(func(i *schema.Identity) { i.Model.Device = "cuda:0" }), []string{"model differs in device: the folder has cpu, this run cuda:0"}},
		{"tool", other(func(i *schema.Identity) { i.ToolVersion = "2" }), []string{"tool differs in tool_version: the folder has test, this run 2", "continue with that version"}},
		{"decoder", other(func(i *schema.Identity) { i.ImageDecoder = "turbo" }), []string{"image_decoder differs in image_decoder: the folder has none, this run turbo"}},
		{"word list", other(func(i *schema.Identity) { i.WordListSHA256 = "w" }), []string{"wordlist differs in wordlist_sha256"}},
		{"an input more", units(func(u []Unit) []Unit { return append(u, Unit{Name: "x.tar"}) }), []string{"input differs in units: the folder has 3, this run 4"}},
		{"an input less", units(func(u []Unit) []Unit { return u[:2] }), []string{"input differs in units: the folder has 3, this run 2; unit 2 was 00002.tar and is gone"}},
		{"inputs in another order", units(func(u []Unit) []Unit { u[1], u[2] = u[2], u[1]; return u }), []string{
			"input differs in fingerprint", "unit 1 was 00001.tar and is 00002.tar", "give the same inputs to continue",
		}},
		{"an input of another size", units(func(u []Unit) []Unit { u[2].Bytes++; return u }), []string{"unit 2 (00002.tar) had 3 bytes and has 4"}},
		{"split", func(_ *testing.T, r Request) Request { r.Split = "test"; return r }, []string{"split"}},
	}
	for _, finished := range []bool{true, false} {
		req := request(t, 3, fakeSpec{})
		mustRun(t, req, Options{})
		if !finished {
			if err := errors.Join(os.Remove(at(req.Output, schema.SuccessName)), os.Remove(at(req.Output, schema.ManifestName))); err != nil {
				t.Fatal(err)
			}
		}
		before := contents(t, req.Output)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				_, err := Run(t.Context(), tt.change(t, req), Options{})
				var refused *RefusedError
				if !errors.As(err, &refused) {
					t.Fatalf("error is %v, want a refusal", err)
				}
				for _, want := range append(tt.want, req.Output) {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("error does not say %q:\n%v", want, err)
					}
				}
				if diff := cmp.Diff(before, contents(t, req.Output)); diff != "" {
					t.Errorf("the folder changed:\n%s", diff)
				}
			})
		}
	}
}

// TestRefusesStrangers finds files in the folder that are not the run's.
func TestRefusesStrangers(t *testing.T) {
	tests := []struct {
		name string
		edit func(output string) error
		want string
	}{
		{"a foreign file", func(o string) error {
			return errors.Join(os.MkdirAll(o, 0o755), os.WriteFile(at(o, "thesis.tex"), nil, 0o644))
		}, "holds files that are not of this run (thesis.tex)"},
		{"a file of another plan", func(o string) error {
			return errors.Join(os.MkdirAll(at(o, "data"), 0o755), os.WriteFile(at(o, "data/train-00000-of-00099.parquet"), nil, 0o644))
		}, "train-00000-of-00099.parquet"},
		{"a damaged record", func(o string) error {
			return errors.Join(os.MkdirAll(o, 0o755), os.WriteFile(at(o, schema.RunName), []byte("{"), 0o644))
		}, "remove that file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := request(t, 3, fakeSpec{})
			if err := tt.edit(req.Output); err != nil {
				t.Fatal(err)
			}
			before := contents(t, req.Output)
			_, err := Run(t.Context(), req, Options{})
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

// TestRefusesUnknownOrigin continues units of another configuration whose record
// was lost.
func TestRefusesUnknownOrigin(t *testing.T) {
	req := request(t, 2, fakeSpec{})
	mustRun(t, req, Options{})
	for _, name := range []string{schema.SuccessName, schema.ManifestName, schema.RunName} {
		if err := os.Remove(at(req.Output, name)); err != nil {
			t.Fatal(err)
		}
	}
	identity := testIdentity()
	identity.ConfigSHA256 = "c1"
	before := contents(t, req.Output)
	_, err := Run(t.Context(), req.with(t, fakeSpec{Identity: identity}), Options{})
	if err == nil || !strings.Contains(err.Error(), "another run made data/train-0000") {
		t.Errorf("error is %v", err)
	}
	if diff := cmp.Diff(before, contents(t, req.Output)); diff != "" {
		t.Errorf("the folder changed:\n%s", diff)
	}
}

// TestRedo does units again that are done: the same bytes come out, and a
// difference that was there is gone.
func TestRedo(t *testing.T) {
	req := request(t, 4, fakeSpec{})
	mustRun(t, req, Options{})
	want := contents(t, req.Output)
	path := at(req.Output, schema.FileName(schema.KindData, "train", 2, 4))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1 // of the same size, so only verify would see it
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	redo := req
	redo.Redo = []int{2, 0}
	units := 0
	mustRun(t, redo, Options{Observe: func(p Progress) {
		if units == 0 {
			units = p.Units
		}
	}})
	if units != 2 {
		t.Errorf("the run began with %d units done, want 2", units)
	}
	if diff := cmp.Diff(want, contents(t, req.Output)); diff != "" {
		t.Errorf("files (-first +redone):\n%s", diff)
	}
}

// TestConflict finds a file of a unit that is not done, with other content: a
// loud error, whose remedy works.
func TestConflict(t *testing.T) {
	req := request(t, 3, fakeSpec{})
	mustRun(t, req, Options{})
	want := contents(t, req.Output)
	for _, name := range []string{schema.SuccessName, schema.ManifestName, schema.FileName(schema.KindUnits, "train", 1, 3)} {
		if err := os.Remove(at(req.Output, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(at(req.Output, schema.FileName(schema.KindData, "train", 1, 3)), []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), req, Options{}); !errors.Is(err, storage.ErrConflict) || !strings.Contains(err.Error(), "--redo 1") {
		t.Errorf("error is %v, want a conflict with the remedy", err)
	}
	redo := req
	redo.Redo = []int{1}
	mustRun(t, redo, Options{})
	if diff := cmp.Diff(want, contents(t, req.Output)); diff != "" {
		t.Errorf("files (-first +redone):\n%s", diff)
	}
}

// TestLateAttempt lets an attempt that everybody thought dead go on after the
// run has ended: with the same bytes, and with others.
func TestLateAttempt(t *testing.T) {
	req := request(t, 3, fakeSpec{})
	mustRun(t, req, Options{})
	want := contents(t, req.Output)
	for _, salt := range []string{"", " and a cat"} {
		late := req.with(t, fakeSpec{Salt: salt})
		err := onWorker(t, late).ProcessElement(t.Context(), late.Plan.Units[2], ignore)
		switch {
		case salt == "" && err != nil:
			t.Errorf("an equal attempt: %v", err)
		case salt != "" && (!errors.Is(err, storage.ErrConflict) || !strings.Contains(err.Error(), "--redo 2")):
			t.Errorf("a different attempt gave %v, want a conflict with the remedy", err)
		}
	}
	if diff := cmp.Diff(want, contents(t, req.Output)); diff != "" {
		t.Errorf("the finished run changed:\n%s", diff)
	}
}
