package verify

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

// edit changes a JSON document of a run and writes it as a run would.
func edit[T any](t *testing.T, store memory, name string, change func(*T)) memory {
	t.Helper()
	var document T
	if err := json.Unmarshal(store[name], &document); err != nil {
		t.Fatal(err)
	}
	change(&document)
	edited := store.with(name, nil)
	putJSON(t, edited, name, document)
	return edited
}

// TestEditedManifest changes the manifest alone.
func TestEditedManifest(t *testing.T) {
	manifest := func(unit int, field string) Problem {
		return problem(KindAccounting, schema.ManifestName, unit, field)
	}
	success := func(field string) Problem { return problem(KindAccounting, schema.SuccessName, -1, field) }
	tests := []struct {
		name   string
		change func(*schema.Manifest)
		want   []Problem
		redo   []int
	}{
		{"total rows", func(m *schema.Manifest) { m.Totals.Rows++ },
			[]Problem{success("rows"), manifest(-1, "files"), manifest(-1, "files"), manifest(-1, "records"), manifest(-1, "totals")}, []int{}},
		{"total phrases", func(m *schema.Manifest) { m.Totals.Phrases++ }, []Problem{manifest(-1, "totals")}, []int{}},
		{"a unit's phrases", func(m *schema.Manifest) { m.Units[2].Phrases-- }, []Problem{manifest(-1, "totals"), manifest(2, "units[2].phrases")}, []int{2}},
		{"a unit's note", func(m *schema.Manifest) { m.Units[1].Notes = []string{"all is well"} }, []Problem{manifest(1, "units[1].notes")}, []int{1}},
		{"a unit left out", func(m *schema.Manifest) { m.Units = m.Units[:2] },
			[]Problem{manifest(-1, "totals"), manifest(-1, "units"), manifest(2, "units")}, []int{2}},
		{"a file's rows", func(m *schema.Manifest) { m.Files[3].Rows++ }, []Problem{manifest(-1, "files"), manifest(0, "files[3].rows")}, []int{0}},
		{"a file's size", func(m *schema.Manifest) { m.Files[4].Bytes++ }, []Problem{manifest(1, "files[4].bytes")}, []int{1}},
		{"a file's digest", func(m *schema.Manifest) { m.Files[8].SHA256 = m.Files[7].SHA256 }, []Problem{manifest(2, "files[8].sha256")}, []int{2}},
		{"a file's keys", func(m *schema.Manifest) { m.Files[0].KeyMin = "a" }, []Problem{manifest(0, "files[0].key_min")}, []int{0}},
		{"a file left out", func(m *schema.Manifest) { m.Files = m.Files[:8] },
			[]Problem{success("files"), manifest(-1, "files"), manifest(2, "files")}, []int{2}},
		{"a path that leaves the folder", func(m *schema.Manifest) { m.Files[0].Path = "../../etc/passwd" },
			[]Problem{manifest(-1, "files"), manifest(-1, "files"), manifest(-1, "files[0].path"), problem(KindBadManifest, schema.ManifestName, -1, "files[0].path"), manifest(0, "files")}, []int{0}},
		{"a path of a summary", func(m *schema.Manifest) { m.Files[2].Path = file(schema.KindUnits, 2) },
			[]Problem{manifest(-1, "files"), manifest(-1, "files"), problem(KindBadManifest, schema.ManifestName, -1, "files[2].path"), manifest(2, "files")}, []int{2}},
		{"another version", func(m *schema.Manifest) { m.SchemaVersion = 2 }, []Problem{manifest(-1, "schema_version")}, []int{}},
		{"another model", func(m *schema.Manifest) { m.Model.Device = "cuda:0" }, []Problem{problem(KindAccounting, schema.RunName, -1, "model")}, []int{}},
		{"another configuration", func(m *schema.Manifest) { m.ConfigSHA256 = m.Model.SHA256 }, []Problem{problem(KindAccounting, schema.RunName, -1, "config_sha256")}, []int{}},
	}
	store := newRun(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := mustCheck(t, edit(t, store, schema.ManifestName, tt.change), Options{})
			wantProblems(t, report, tt.want...)
			if diff := cmp.Diff(tt.redo, report.Redo); diff != "" {
				t.Errorf("redo (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEditedDocuments(t *testing.T) {
	store := newRun(t)
	unit1 := file(schema.KindUnits, 1)
	tests := []struct {
		name  string
		store memory
		want  []Problem
	}{
		{"_SUCCESS", edit(t, store, schema.SuccessName, func(s *schema.Success) { s.Rejects++ }), []Problem{problem(KindAccounting, schema.SuccessName, -1, "rejects")}},
		{"units of run.json", edit(t, store, schema.RunName, func(r *schema.RunRecord) { r.Units = 4 }), []Problem{problem(KindAccounting, schema.RunName, -1, "units")}},
		{"split of run.json", edit(t, store, schema.RunName, func(r *schema.RunRecord) { r.Split = "test" }), []Problem{problem(KindAccounting, schema.RunName, -1, "units")}},
		{"version of run.json", edit(t, store, schema.RunName, func(r *schema.RunRecord) { r.SchemaVersion = 0 }), []Problem{problem(KindAccounting, schema.RunName, -1, "schema_version")}},
		{"input of run.json", edit(t, store, schema.RunName, func(r *schema.RunRecord) { r.InputFingerprint = "" }), []Problem{problem(KindAccounting, schema.RunName, -1, "input_fingerprint")}},
		{"a summary's rows", edit(t, store, unit1, func(s *schema.UnitSummary) { s.Rows++ }), []Problem{
			problem(KindAccounting, schema.ManifestName, 1, "units[1].rows"), problem(KindAccounting, unit1, 1, "files"),
			problem(KindAccounting, unit1, 1, "files"), problem(KindAccounting, unit1, 1, "records")}},
		{"a summary's file", edit(t, store, unit1, func(s *schema.UnitSummary) { s.Files[0].Path = file(schema.KindData, 2) }), []Problem{
			problem(KindAccounting, schema.ManifestName, 1, "files[1]"), problem(KindBadSummary, unit1, 1, "files[0].path")}},
		{"a summary's file left out", edit(t, store, unit1, func(s *schema.UnitSummary) { s.Files = s.Files[1:] }), []Problem{
			problem(KindAccounting, schema.ManifestName, 1, "files[1]")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantProblems(t, mustCheck(t, tt.store, Options{}), tt.want...) })
	}
}

// TestForgedRun writes runs whose documents all agree with each other and whose
// digests are right, and yet something is wrong: only the rows tell.
func TestForgedRun(t *testing.T) {
	data, rejects, summary := file(schema.KindData, 1), file(schema.KindRejects, 1), file(schema.KindUnits, 1)
	counted := func(field string) Problem { return problem(KindAccounting, summary, 1, field) }
	differs := func(row int64, field string) Problem { return inRow(row, problem(KindRawDiffers, data, 1, field)) }
	box := schema.ScoredBox{Box: schema.Box{X2: 9, Y2: 9}, Score: 0.5}
	tests := []struct {
		name  string
		forge func(*unitRows)
		want  []Problem
	}{
		{"phrases counted wrongly", func(u *unitRows) { u.summary = func(s *schema.UnitSummary) { s.Phrases++ } }, []Problem{counted("phrases")}},
		{"grounded phrases counted wrongly", func(u *unitRows) { u.summary = func(s *schema.UnitSummary) { s.GroundedPhrases-- } }, []Problem{counted("grounded_phrases")}},
		{"boxes counted wrongly", func(u *unitRows) {
			u.summary = func(s *schema.UnitSummary) { s.Boxes++; s.Files[0].Boxes++ }
		}, []Problem{problem(KindWrongRows, data, 1, "boxes"), counted("boxes")}},
		{"rows counted wrongly", func(u *unitRows) {
			u.summary = func(s *schema.UnitSummary) {
				s.Rows, s.Records = s.Rows+1, s.Records+1
				s.Files[0].Rows, s.Files[1].Rows = s.Rows, s.Rows
			}
		}, []Problem{problem(KindWrongRows, data, 1, "rows"), problem(KindWrongRows, file(schema.KindRaw, 1), 1, "rows"), counted("records"), counted("rows")}},
		{"reasons exchanged", func(u *unitRows) {
			u.summary = func(s *schema.UnitSummary) {
				s.Rejects = map[schema.Reason]int64{schema.ReasonNoPhrases: 1, schema.ReasonTeacherFailed: 1}
			}
		}, []Problem{counted("rejects.corrupt_image"), counted("rejects.teacher_failed")}},
		{"rejects counted wrongly", func(u *unitRows) {
			u.summary = func(s *schema.UnitSummary) {
				s.Rejects[schema.ReasonNoPhrases]++
				s.Records++
				s.Files[2].Rows++
			}
		}, []Problem{problem(KindWrongRows, rejects, 1, "rows"), counted("records"), counted("rejects.no_phrases")}},
		{"removals counted wrongly", func(u *unitRows) {
			u.summary = func(s *schema.UnitSummary) { s.Removals["nms_iou"]++ }
		}, []Problem{counted("removals")}},
		{"keys noted wrongly", func(u *unitRows) {
			u.summary = func(s *schema.UnitSummary) { s.Files[0].KeyMin, s.Files[0].KeyMax = "a", "b" }
		}, []Problem{problem(KindWrongRows, data, 1, "key_max"), problem(KindWrongRows, data, 1, "key_min")}},
		{"another input", func(u *unitRows) { u.summary = func(s *schema.UnitSummary) { s.Inputs = []string{"b.tar"} } }, []Problem{
			inRow(0, problem(KindBadRow, data, 1, "source.shard")), inRow(1, problem(KindBadRow, data, 1, "source.shard")),
			inRow(2, problem(KindBadRow, data, 1, "source.shard")), inRow(3, problem(KindBadRow, data, 1, "source.shard")),
			problem(KindBadReject, rejects, 1, "shard"), problem(KindBadReject, rejects, 1, "shard")}},
		{"rows exchanged in both", func(u *unitRows) {
			u.data[0], u.data[1] = u.data[1], u.data[0]
			u.raw[0], u.raw[1] = u.raw[1], u.raw[0]
		}, []Problem{inRow(1, problem(KindWrongOrder, data, 1, "source.index"))}},
		{"rejects exchanged", func(u *unitRows) { u.rejects[0], u.rejects[1] = u.rejects[1], u.rejects[0] },
			[]Problem{problem(KindWrongOrder, rejects, 1, "index")}},
		{"rows exchanged in one", func(u *unitRows) { u.raw[1], u.raw[2] = u.raw[2], u.raw[1] }, []Problem{differs(1, "key")}},
		{"a record lost", func(u *unitRows) {
			u.data, u.raw = append(u.data[:1], u.data[2:]...), append(u.raw[:1], u.raw[2:]...)
		}, []Problem{problem(KindLostRecord, data, 1, "")}},
		{"the first record lost", func(u *unitRows) { u.data, u.raw = u.data[1:], u.raw[1:] }, []Problem{problem(KindLostRecord, data, 1, "")}},
		{"the first caption lost", func(u *unitRows) {
			u.data, u.raw = u.data[:3], u.raw[:3]
			u.rejects = append(u.rejects[:1], schema.Reject{Key: "010000003#2", Source: u.rejects[0].Source, Reason: schema.ReasonNoPhrases}, u.rejects[1])
		}, []Problem{problem(KindLostRecord, data, 1, "")}},
		{"a record in two places", func(u *unitRows) {
			again := schema.Reject{Key: u.data[2].Key, Source: u.data[2].Source, Reason: schema.ReasonTeacherFailed}
			u.rejects = append([]schema.Reject{again}, u.rejects...)
		}, []Problem{problem(KindDoubledRecord, data, 1, "")}},
		{"another box", func(u *unitRows) { u.data[2].Phrases[0].Boxes[0] = box }, []Problem{differs(2, "phrases[0].boxes")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			units := newUnits(3)
			tt.forge(&units[1])
			store := memory{}
			writeRun(t, store, "", testIdentity, units)
			wantProblems(t, mustCheck(t, store, Options{}), tt.want...)
		})
	}
}

// A file of another run with the right rows and a right digest is told by its
// footer.
func TestForeignFooter(t *testing.T) {
	other := testIdentity
	other.ToolVersion, other.Model.SHA256 = "0.0.9", other.ConfigSHA256
	store := newRun(t)
	units := newUnits(3)
	summary := units[1].write(t, store, "", other.Metadata(), 1, 3)
	putJSON(t, store, file(schema.KindUnits, 1), summary)
	manifest := schema.Manifest{SchemaVersion: schema.Version, Identity: testIdentity}
	for u := range units {
		var s schema.UnitSummary
		if err := json.Unmarshal(store[file(schema.KindUnits, u)], &s); err != nil {
			t.Fatal(err)
		}
		manifest.Merge(s)
	}
	putJSON(t, store, schema.ManifestName, manifest)
	var want []Problem
	for _, kind := range []schema.Kind{schema.KindData, schema.KindRaw} {
		want = append(want, problem(KindWrongMetadata, file(kind, 1), 1, "model_sha256"), problem(KindWrongMetadata, file(kind, 1), 1, "tool_version"))
	}
	for _, quick := range []bool{false, true} {
		wantProblems(t, mustCheck(t, store, Options{Quick: quick}), want...)
	}
}
