package pipelines

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// fakeSpec says what a fakeJob does with the unit of each number.
type fakeSpec struct {
	Fail   map[int]string // returns an error of that text
	Unread map[int]int    // so many attempts cannot read the input
	Gone   map[int]bool   // the input is not there
	Panic  map[int]bool
	Lie    map[int]bool // counts a reject that is in no file
	Hang   map[int]bool // waits for the context
	NoOpen string       // opening the job fails

	Tag  string // makes the spec another one
	Salt string // makes the files other ones of the same identity

	Identity    schema.Identity
	WorkerModel string // the model's digest where the job is opened, if that is another
}

// fakeJob makes a record of each byte of the unit's input: a row or a reject,
// with two reasons, by turns. Done again, corrupt images become rows.
type fakeJob struct {
	fakeSpec
	attempts sync.Map // of unit number to *atomic.Int64
}

var (
	fakeOpen   atomic.Int64 // jobs open now
	fakeActive atomic.Int64 // units being run now
)

// fakeKinds are the files of a fakeJob's units.
var fakeKinds = []schema.Kind{schema.KindData, schema.KindRejects}

func init() {
	Register("fake", Factory{Open: func(spec []byte) (Job, error) {
		var job fakeJob
		if err := json.Unmarshal(spec, &job.fakeSpec); err != nil {
			return nil, err
		}
		if job.NoOpen != "" {
			return nil, errors.New(job.NoOpen)
		}
		fakeOpen.Add(1)
		return &job, nil
	}, Identify: identifyFake})
}

// identifyFake knows all of a fakeJob's identity but what a worker adds.
func identifyFake(_ context.Context, spec []byte) (schema.Identity, error) {
	var s fakeSpec
	err := json.Unmarshal(spec, &s)
	s.Identity.Model.Runtime, s.Identity.Model.Device = "", ""
	return s.Identity, err
}

func (j *fakeJob) Identity() schema.Identity {
	identity := j.fakeSpec.Identity
	if j.WorkerModel != "" {
		identity.Model.SHA256 = j.WorkerModel
	}
	return identity
}

func (j *fakeJob) Close() error {
	fakeOpen.Add(-1)
	return nil
}

func (j *fakeJob) RunUnit(ctx context.Context, task Task) (schema.UnitSummary, error) {
	fakeActive.Add(1)
	defer fakeActive.Add(-1)
	u := fakeUnit{task: task, salt: j.Salt}
	defer u.abandon()
	if err := u.create(ctx, j.fakeSpec.Identity.Metadata()); err != nil {
		return schema.UnitSummary{}, err
	}
	for i := range task.Bytes {
		if err := u.record(i); err != nil {
			return schema.UnitSummary{}, err
		}
		if i == task.Bytes/2 {
			if err := j.misbehave(ctx, task.Index); err != nil {
				return schema.UnitSummary{}, err
			}
		}
	}
	return u.publish(j.Lie[task.Index])
}

// misbehave is called once half of the unit is done.
func (j *fakeJob) misbehave(ctx context.Context, unit int) error {
	n, _ := j.attempts.LoadOrStore(unit, new(atomic.Int64))
	switch attempt := n.(*atomic.Int64).Add(1); {
	case attempt <= int64(j.Unread[unit]):
		return fmt.Errorf("%w: the share is away, attempt %d", ErrInput, attempt)
	case j.Gone[unit]:
		return fmt.Errorf("%w: %w", ErrInput, fs.ErrNotExist)
	case j.Fail[unit] != "":
		return errors.New(j.Fail[unit])
	case j.Panic[unit]:
		panic("out of cheese")
	case j.Hang[unit]:
		<-ctx.Done()
		return context.Cause(ctx)
	}
	return nil
}

// fakeUnit writes the files of one unit.
type fakeUnit struct {
	task    Task
	salt    string
	files   []storage.File // as fakeKinds
	data    *schema.Writer
	rejects *schema.RejectWriter
	records int64
}

func (u *fakeUnit) create(ctx context.Context, meta schema.Metadata) (err error) {
	for _, kind := range fakeKinds {
		f, err := u.task.Store.Create(ctx, u.task.file(kind, "train"))
		if err != nil {
			return err
		}
		u.files = append(u.files, f)
	}
	u.rejects = schema.NewRejectWriter(u.files[1])
	u.data, err = schema.NewWriter(u.files[0], meta, schema.WriterOptions{})
	return err
}

func (u *fakeUnit) abandon() {
	for _, f := range u.files {
		f.Abandon()
	}
}

func (u *fakeUnit) record(i int64) error {
	again := u.task.Records != nil
	if _, ok := u.task.Records[i]; again && !ok {
		u.task.Report(Progress{Bytes: 1})
		return nil
	}
	u.records++
	key, source := fmt.Sprintf("%05d", i), schema.Source{Shard: u.task.Name, Index: i}
	step := Progress{Records: 1, Bytes: 1}
	if i%3 == 2 || again && i%3 == 1 {
		step.Rows = 1
		defer u.task.Report(step)
		return u.data.Write(fakeRow(key, u.salt, source))
	}
	reject := schema.Reject{Key: key, Source: source, Reason: []schema.Reason{schema.ReasonNoPhrases, schema.ReasonCorruptImage}[i%3]}
	step.Rejects, step.Reject = 1, &reject
	defer u.task.Report(step)
	return u.rejects.Write(reject)
}

func fakeRow(key, salt string, source schema.Source) *schema.Row {
	return &schema.Row{
		Key: key, Source: source, Caption: "a dog" + salt, Width: 10, Height: 10, ImageSHA256: strings.Repeat("ab", 32),
		Phrases: []schema.Phrase{{Text: "a dog", Span: schema.Span{Start: 0, End: 5}}},
	}
}

func (u *fakeUnit) publish(lie bool) (summary schema.UnitSummary, err error) {
	data, err := u.data.Close()
	if err != nil {
		return summary, err
	}
	rejects, err := u.rejects.Close()
	if err != nil {
		return summary, err
	}
	for _, f := range u.files {
		if err := f.Publish(); err != nil {
			return summary, err
		}
	}
	summary = schema.UnitSummary{Unit: u.task.Index, Name: u.task.Name}
	summary.Counts = schema.Counts{Records: u.records, Rejects: rejects.Reasons}
	summary.AddFile(data)
	summary.Files = []schema.File{data.File(u.task.file(schema.KindData, "train")), rejects.File(u.task.file(schema.KindRejects, "train"))}
	if lie {
		summary.Records++
		summary.Rejects[schema.ReasonNoPhrases]++
	}
	return summary, nil
}

// testIdentity is that of the tests' runs.
func testIdentity() schema.Identity {
	return schema.Identity{
		ToolVersion:  "test",
		ConfigSHA256: "c0",
		Config:       "filter:\n    min_score: 0.5\n    drop: [a, b]\noutput:\n    split: train\n",
		Model:        schema.Model{Name: "none", SHA256: "30", Runtime: "fake 1", Provider: "cpu", Device: "cpu"},
		ImageDecoder: "none",
	}
}

// request plans a run of the fake job over inputs of the sizes 1, 2, 3, ...
func request(t testing.TB, inputs int, spec fakeSpec) Request {
	t.Helper()
	sizes := map[string]int{}
	for i := range inputs {
		sizes[fmt.Sprintf("%05d.tar", i)] = i + 1
	}
	plan, err := PlanFiles(t.Context(), writeFiles(t, sizes), ".tar")
	if err != nil {
		t.Fatal(err)
	}
	req := Request{Job: "fake", Plan: plan, Output: filepath.Join(t.TempDir(), "out"), Split: "train", Kinds: fakeKinds}
	return req.with(t, spec)
}

// with is the request with another spec. What makes the files is testIdentity
// unless the spec says otherwise.
func (r Request) with(t testing.TB, spec fakeSpec) Request {
	t.Helper()
	if spec.Identity == (schema.Identity{}) {
		spec.Identity = testIdentity()
	}
	spec.Identity.InputFingerprint = r.Plan.Fingerprint
	data, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	r.Spec = data
	return r
}

func mustOpen(t testing.TB, location string) storage.Store {
	t.Helper()
	store, err := storage.Open(location)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// mustRun runs a request and proves that no record was lost.
func mustRun(t testing.TB, req Request, opts Options) *schema.Manifest {
	t.Helper()
	manifest, err := Run(t.Context(), req, opts)
	if err != nil {
		t.Fatal(err)
	}
	wantConserved(t, mustOpen(t, req.Output), req.Plan, manifest)
	return manifest
}

// wantConserved proves of a complete run that every record of the input is in
// exactly one place, and every file is as the manifest says.
func wantConserved(t testing.TB, store storage.Store, plan Plan, m *schema.Manifest) {
	t.Helper()
	seen := map[schema.Source]int{}
	for _, file := range m.Files {
		data, err := storage.ReadFile(t.Context(), store, file.Path)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != file.SHA256 || int64(len(data)) != file.Bytes {
			t.Errorf("%s is not what the manifest says", file.Path)
		}
		addSources(t, seen, file.Path, data)
	}
	for _, unit := range plan.Units {
		for i := range unit.Bytes {
			if n := seen[schema.Source{Shard: unit.Name, Index: i}]; n != 1 {
				t.Errorf("record %d of %s is in %d places", i, unit.Name, n)
			}
		}
	}
	if int64(len(seen)) != plan.Bytes() || m.Totals.Records != plan.Bytes() {
		t.Errorf("%d records are found, %d counted, the input has %d", len(seen), m.Totals.Records, plan.Bytes())
	}
}

// addSources counts where the records of a file come from.
func addSources(t testing.TB, to map[schema.Source]int, name string, data []byte) {
	t.Helper()
	if strings.HasSuffix(name, ".jsonl") {
		for reject, err := range schema.ReadRejects(bytes.NewReader(data)) {
			if err != nil {
				t.Fatal(err)
			}
			to[reject.Source]++
		}
		return
	}
	rows, err := schema.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range rows.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		to[row.Source]++
	}
}

// contents reads every file below a folder.
func contents(t testing.TB, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		files[rel] = string(data)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

// wantUnfinished checks what must hold after every failure: no end mark, no
// temporary file, nothing still running.
func wantUnfinished(t testing.TB, output string) {
	t.Helper()
	for name := range contents(t, output) {
		if name == schema.SuccessName || name == schema.ManifestName || strings.HasSuffix(name, ".tmp") {
			t.Errorf("failed run left %s", name)
		}
	}
	if n := fakeActive.Load(); n != 0 {
		t.Errorf("%d units still run", n)
	}
	if n := fakeOpen.Load(); n != 0 {
		t.Errorf("%d jobs are still open", n)
	}
}
