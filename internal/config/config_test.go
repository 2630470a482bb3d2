package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

type options struct {
	Name    string            `yaml:"name"`
	Split   string            `yaml:"split"`
	Batch   int               `yaml:"batch"`
	Floor   float64           `yaml:"floor"`
	Embed   bool              `yaml:"embed"`
	Limit   time.Duration     `yaml:"limit"`
	Shards  []string          `yaml:"shards"`
	Labels  map[string]string `yaml:"labels"`
	Teacher teacher           `yaml:"teacher"`
}

type teacher struct {
	Model   string `yaml:"model"`
	Threads uint   `yaml:"threads"`
}

func (o *options) Validate() error {
	var check schema.Check
	if o.Batch < 0 {
		check.Addf("batch", "must not be negative")
	}
	if o.Teacher.Threads > 100 {
		check.Addf("teacher.threads", "over 100")
	}
	return check.Err("options")
}

func TestDecode(t *testing.T) {
	const document = `# a run
name: demo
batch: 8
floor: 1
limit: 90s
shards: [a.tar, b.tar]
labels: {owner: me}
teacher:
  model: &m tiny.onnx
`
	got := options{Split: "train", Teacher: teacher{Threads: 1}}
	sets := []string{"teacher.threads=2", "split=2024", "embed=true", "shards=[c.tar]", "labels.team=x", "teacher.model=synthetic:"}
	if err := Decode("run.yaml", []byte(document), sets, &got); err != nil {
		t.Fatal(err)
	}
	want := options{
		Name: "demo", Split: "2024", Batch: 8, Floor: 1, Embed: true, Limit: 90 * time.Second,
		Shards: []string{"c.tar"}, Labels: map[string]string{"owner": "me", "team": "x"},
		Teacher: teacher{Model: "synthetic:", Threads: 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
}

func TestOverrideOfText(t *testing.T) {
	for typed, want := range map[string]string{
		"":             "",
		"out":          "out",
		"*.tar":        "*.tar",
		"[ab]/*.tar":   "[ab]/*.tar",
		"[":            "[",
		"%d @a `b` !c": "%d @a `b` !c",
		"runs #3":      "runs #3",
		" a ":          " a ",
		"a\nb":         "a\nb",
		"synthetic:":   "synthetic:",
		"a=b":          "a=b",
		"2024":         "2024",
		"~":            "~",
		`"2024"`:       "2024",
		"'*.tar'":      "*.tar",
	} {
		var got options
		if err := Decode("", nil, []string{"name=" + typed, `shards=["x", y]`}, &got); err != nil {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		if got.Name != want || !slices.Equal(got.Shards, []string{"x", "y"}) {
			t.Errorf("%q gave %q, want %q; the list is %q", typed, got.Name, want, got.Shards)
		}
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name     string
		document string
		sets     []string
		want     []string
	}{
		{"empty document keeps defaults", "", nil, nil},
		{"comment only", "# nothing\n", nil, nil},
		{"unknown field near a known one", "bach: 8\n", nil,
			[]string{"run.yaml:1:1: bach: unknown field; did you mean batch?"}},
		{"unknown nested field", "teacher:\n  zzzzzz: 1\n", nil,
			[]string{"run.yaml:2:3: teacher.zzzzzz: unknown field; known here: model, threads"}},
		{"all problems at once", "batch: many\nembed: 3\nteacher: [1]\nshards: a.tar\nname: 7\n", nil, []string{
			`run.yaml:1:8: batch: want a whole number, got text "many"`,
			`run.yaml:2:8: embed: want true or false, got number "3"`,
			`run.yaml:3:10: teacher: want a mapping of fields, got a list`,
			`run.yaml:4:9: shards: want a list, got text "a.tar"`,
			`run.yaml:5:7: name: want text, got number "7"`,
		}},
		{"item of a list", "shards: [a.tar, 3]\n", nil,
			[]string{`run.yaml:1:17: shards[1]: want text, got number "3"`}},
		{"fraction for a whole number", "batch: 1.5\n", nil,
			[]string{`run.yaml:1:8: batch: want a whole number, got number "1.5"`}},
		{"negative for unsigned", "teacher: {threads: -1}\n", nil,
			[]string{`run.yaml:1:20: teacher.threads: want a whole number of at least 0, got number "-1"`}},
		{"null", "batch:\n", nil, []string{"run.yaml:1:7: batch: want a whole number, got nothing"}},
		{"key given twice", "batch: 1\nbatch: 2\n", nil, []string{"run.yaml:2:1: batch: given twice"}},
		{"duration", "limit: soon\n", nil,
			[]string{`run.yaml:1:8: limit: want a duration such as 30s or 5m, got text "soon"`}},
		{"no mapping at the top", "- 1\n", nil, []string{"run.yaml:1:1: want a mapping of fields, got a list"}},
		{"broken YAML", "a: [1\n", nil, []string{"run.yaml: line 1: did not find expected ',' or ']'"}},
		{"override of an unknown field", "", []string{"teacher.modle=x"},
			[]string{"--set teacher.modle=x: teacher.modle: unknown field; did you mean model?"}},
		{"override of the wrong type", "", []string{"batch=x"},
			[]string{`--set batch=x: batch: want a whole number, got text "x"`}},
		{"override of a number with no YAML", "", []string{"batch=["},
			[]string{`--set batch=[: batch: want a whole number, got text "["`}},
		{"override that is not UTF-8", "", []string{"name=\xff"}, []string{`--set "name=\xff": is not UTF-8`}},
		{"override without a value", "", []string{"batch"},
			[]string{"--set batch: want PATH=VALUE, such as teacher.batch=4"}},
		{"validation names the line", "name: x\nteacher:\n  threads: 101\n", []string{"batch=-1"}, []string{
			"--set batch=-1: batch: must not be negative",
			"run.yaml:3:12: teacher.threads: over 100",
		}},
		{"problems of types and of values at once", "batch: -1\nfloor: high\nteacher:\n  threads: many\n", nil, []string{
			`run.yaml:2:8: floor: want a number, got text "high"`,
			`run.yaml:4:12: teacher.threads: want a whole number of at least 0, got text "many"`,
			"run.yaml:1:8: batch: must not be negative",
		}},
		{"one problem of a field is enough", "batch: 1\nteacher: 7\n", []string{"batch=x"}, []string{
			`--set batch=x: batch: want a whole number, got text "x"`,
			`run.yaml:2:10: teacher: want a mapping of fields, got number "7"`,
		}},
		{"second document", "batch: 1\n---\nbatch: -2\n", nil,
			[]string{"run.yaml:2:1: a second document begins; a configuration is one"}},
		{"broken second document", "batch: 1\n---\n[\n", nil,
			[]string{"run.yaml: line 3: did not find expected node content"}},
		{"end of the document marked", "---\nbatch: 1\n...\n", nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			if err := Decode("run.yaml", []byte(tt.document), tt.sets, &options{}); err != nil {
				got = strings.Split(err.Error(), "\n")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("name: demo\nteacher: {model: x}\n", "batch=3")
	f.Add("a: &x [*x]\n", "teacher=[")
	f.Fuzz(func(t *testing.T, document, set string) {
		_ = Decode("fuzz.yaml", []byte(document), []string{set}, &options{})
	})
}
