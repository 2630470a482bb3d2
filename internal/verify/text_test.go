package verify

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

func textOf(r *Report, most int) string {
	var b strings.Builder
	r.WriteText(&b, most)
	return b.String()
}

func TestText(t *testing.T) {
	store := newRun(t)
	raw := bytes.Clone(store[file(schema.KindRaw, 2)])
	raw[7] ^= 1
	damaged := store.without(file(schema.KindData, 0), schema.SuccessName).
		with(file(schema.KindRaw, 2), raw).with("data/a\x1b[2J", nil).with(schema.RunName, nil)
	report := mustCheck(t, damaged, Options{})
	report.Omitted = 5
	got := textOf(report, 4)
	want := `out: unfinished, 3 of 3 units; 8 files, BYTES bytes, 8 rows, 8 boxes, 6 rejects checked: 10 problems
  _SUCCESS: no_success: the run is not finished: 3 of 3 units are done; the command that began it continues it
  data/a�[2J: unlisted_file: no run writes a file of this name here; remove it
  run.json: bad_run_record: unexpected end of JSON input
  data/train-00000-of-00003.parquet (unit 0): missing_file: it is listed and not there
  and 6 more
redo with: the command that began the run, and --redo 0,2
remove run.json, manifest.json and _SUCCESS, and the command that began the run writes them anew
`
	got = strings.Replace(got, strings.Fields(got)[8], "BYTES", 1)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if text := textOf(mustCheck(t, store, Options{Quick: true}), 4); !strings.HasSuffix(text, "looked at (sizes and footers only): no problems\n") {
		t.Errorf("text of a quick check is %q", text)
	}
}

func TestRemedies(t *testing.T) {
	at := func(kind Kind, unit int) Problem { return problem(kind, "x", unit, "") }
	tests := []struct {
		name     string
		retry    bool
		problems []Problem
		want     string
	}{
		{"nothing wrong", false, nil, ""},
		{"unfinished", false, []Problem{at(KindNoSuccess, -1)}, ""},
		{"foreign files", false, []Problem{at(KindUnlistedFile, 1), at(KindLeftoverTemp, -1)}, ""},
		{"units", false, []Problem{at(KindBadRow, 4), at(KindWrongSize, 2), at(KindBadRow, 2), at(KindBadRow, 99)}, "redo with: runner annotate ... --redo 2,4"},
		{"documents", false, []Problem{at(KindBadManifest, -1)}, "remove run.json, manifest.json and _SUCCESS, and the command that began the run writes them anew"},
		{"storage", false, []Problem{at(KindUnreadable, 1), at(KindUnreadable, -1)}, "some files could not be read: look after the storage, then check again"},
		{"units of a retry", true, []Problem{at(KindBadRow, 4)}, "remove this folder and repeat the retry"},
		{"nothing wrong with a retry", true, nil, ""},
		{"documents of a retry", true, []Problem{at(KindBadManifest, -1)}, "remove this folder and repeat the retry"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &Report{Job: "annotate", Units: 9, Problems: tt.problems}
			r.finish()
			remedies := r.remedies
			if tt.retry {
				remedies = r.remediesOfRetry
			}
			if got := strings.Join(remedies(), "\n"); got != tt.want {
				t.Errorf("remedies are %q, want %q", got, tt.want)
			}
		})
	}
}

func TestProblemText(t *testing.T) {
	p := inRow(17, problem(KindBadRow, "data/x.parquet", 3, "phrases[2].boxes[0]"))
	p.Text = "has no area"
	if got, want := p.String(), "data/x.parquet (unit 3): bad_row: row 17: phrases[2].boxes[0] has no area"; got != want {
		t.Errorf("text is %q, want %q", got, want)
	}
}

// The JSON of a report is part of the interface.
func TestJSON(t *testing.T) {
	report := mustCheck(t, newRun(t).without(file(schema.KindRaw, 0)), Options{Quick: true})
	report.Bytes = 1234
	got, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"location":"out","job":"annotate","state":"complete","quick":true,"units":3,"done":3,"files":8,"bytes":1234,"rows":12,"boxes":0,"rejects":0,` +
		`"problems":[{"kind":"missing_file","path":"raw/train-00000-of-00003.parquet","unit":0,"text":"it is listed and not there"}],"omitted":0,"redo":[0]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
}

// The table of docs/verify.md is that of Kinds.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "verify.md"))
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	for _, k := range Kinds() {
		table.WriteString("| `" + string(k.Kind) + "` | " + k.Meaning + " |\n")
	}
	if !bytes.Contains(page, []byte(table.String())) {
		t.Errorf("docs/verify.md lacks this table:\n%s", table.String())
	}
}
