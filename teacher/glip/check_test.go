package glip

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/teacher/ort"
)

// The proof of the import: the official modules' own tensors come out of it.
func TestMiniEqualsTheOfficialModules(t *testing.T) {
	loadRuntime(t)
	debug, _ := importMini(t, ImportOptions{Debug: true})
	cases := map[string]struct {
		session Session
		stages  int
	}{
		"production": {openMini(t, DefaultParameters()).session, 5},
		"debug":      {openSession(t, debug), 51},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			report := check(t, c.session, shared(t, "glip-mini.json"), CheckOptions{})
			if !report.Pass() || len(report.Cases) != 3 || len(report.Stages) != c.stages {
				t.Errorf("cases %v, %d stages", report.Cases, len(report.Stages))
			}
			t.Logf("\n%s", report)
		})
	}
}

func openSession(t *testing.T, path string) Session {
	t.Helper()
	s, err := ort.Open(path, ort.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Full dimensions: shared/tools/make_glip_checkpoint.py writes the checkpoint.
func TestGLIPTEqualsTheOfficialModules(t *testing.T) {
	checkpoint := os.Getenv("GROUNDMILL_GLIP_T_RANDOM")
	if checkpoint == "" {
		t.Skip("GROUNDMILL_GLIP_T_RANDOM names no checkpoint of 930 MB")
	}
	loadRuntime(t)
	path := filepath.Join(t.TempDir(), "glip-t.onnx")
	if _, err := Import(context.Background(), ImportOptions{Checkpoint: checkpoint, Output: path}); err != nil {
		t.Fatal(err)
	}
	report := check(t, openSession(t, path), shared(t, "glip-t-random.json"), CheckOptions{Tolerance: 1e-3})
	if !report.Pass() {
		t.Errorf("\n%s", report)
	}
	t.Logf("\n%s", report)
}

func check(t *testing.T, s Session, reference string, o CheckOptions) *CheckReport {
	t.Helper()
	report, err := Check(context.Background(), s, reference, o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// A check that cannot fail proves nothing.
func TestCheckSeesEveryKindOfDifference(t *testing.T) {
	session := openMini(t, DefaultParameters()).session
	text, err := os.ReadFile(shared(t, "glip-mini.json"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(shared(t, "glip-mini.bin"))
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	flip := func(tensor string, at int) func() {
		return func() { data[r.Tensors[tensor].Offset+at] ^= 0x40 }
	}
	cases := map[string]func(){
		"resized":    flip("wide/resized0", 1000),
		"logits":     flip("tall_pair/logits", 4003),
		"bbox":       flip("square/bbox", 403),
		"centerness": flip("square/centerness", 403),
	}
	for stage, spoil := range cases {
		t.Run(stage, func(t *testing.T) {
			spoil()
			defer spoil() // flips it back
			report := check(t, session, writeReference(t, text, data), CheckOptions{})
			for _, s := range report.Stages {
				if s.Pass == (s.Name == stage) {
					t.Errorf("%s: pass %v", s.Name, s.Pass)
				}
			}
		})
	}
	t.Run("detections", func(t *testing.T) {
		other := bytes.Replace(text, []byte("0.4366273581981659"), []byte("0.4376273581981659"), 1)
		report := check(t, session, writeReference(t, other, data), CheckOptions{})
		last := report.Stages[len(report.Stages)-1]
		if report.Pass() || last.Name != "detections" || last.Note != "1 of 52 missing, 1 superfluous" {
			t.Errorf("\n%s", report)
		}
	})
}

func writeReference(t *testing.T, text, data []byte) string {
	t.Helper()
	base := filepath.Join(t.TempDir(), "ref")
	for name, content := range map[string][]byte{base + ".json": text, base + ".bin": data} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return base + ".json"
}

func TestReportAsJSON(t *testing.T) {
	got, err := json.Marshal(CheckReport{Reference: "r", Cases: []string{"c"}, Stages: []Stage{
		{Name: "a", MaxDiff: 0.5, Tolerance: 1, Pass: true},
		{Name: "b", MaxDiff: math.Inf(1), Note: "shape"},
	}})
	want := `{"reference":"r","cases":["c"],"stages":[{"name":"a","max_diff":0.5,"tolerance":1,"pass":true},` +
		`{"name":"b","max_diff":null,"tolerance":0,"pass":false,"note":"shape"}]}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}

func TestMaxDiff(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	cases := []struct {
		got, want []float32
		diff      float64
	}{
		{[]float32{1, 2}, []float32{1, 2.5}, 0.5},
		{[]float32{inf}, []float32{inf}, 0},
		{[]float32{nan, 1}, []float32{1, 1}, math.Inf(1)},
		{[]float32{nan}, []float32{nan}, math.Inf(1)},
	}
	for _, c := range cases {
		if got := maxDiff(c.got, c.want); got != c.diff {
			t.Errorf("%v and %v: %v", c.got, c.want, got)
		}
	}
}

func TestBadReferences(t *testing.T) {
	const head = `{"name":"x","config":{"min_size":32,"max_size":64},"tensors":{`
	const image = `"c/image0":{"dtype":"uint8","shape":[2,2,3],"offset":0,"bytes":12},"c/resized0":{"dtype":"uint8","shape":[32,32,3],"offset":0,"bytes":3072}`
	const tokens = `,"c/input_ids":{"dtype":"int64","shape":[1,2],"offset":0,"bytes":16},"c/attention_mask":{"dtype":"int64","shape":[1,2],"offset":0,"bytes":16}`
	cases := map[string]struct{ text, want string }{
		"not JSON":       {`{`, "unexpected end"},
		"no cases":       {`{"cases":[]}`, "no cases"},
		"no tokens":      {head + image + `},"cases":[{"name":"c","images":[{}]}]}`, "c/input_ids"},
		"no sizes":       {`{"cases":[{"name":"c","images":[{}]}]}`, "image sizes 0 and 0"},
		"no image":       {head + tokens[1:] + `},"cases":[{"name":"c","images":[{}]}]}`, "no image c/image0"},
		"images missing": {head + image + tokens + `},"cases":[{"name":"c","images":[]}]}`, "0 images, 1 rows"},
		"columns":        {head + image + tokens + `},"cases":[{"name":"c","images":[{"phrase_tokens":[[2]]}]}]}`, "outside its 2 tokens"},
		"other model":    {head + image + strings.Replace(tokens, `[1,2],"offset":0,"bytes":16`, `[1,17],"offset":0,"bytes":136`, 1) + `},"cases":[{"name":"c","images":[{}]}]}`, "texts of 17 tokens, the model reads 16"},
		"no outputs":     {head + image + tokens + `},"cases":[{"name":"c","images":[{}]}]}`, "no tensor c/logits"},
		"past the end":   {head + strings.Replace(image, `"offset":0`, `"offset":9999`, 1) + tokens + `},"cases":[{"name":"c","images":[{}]}]}`, "c/image0 does not fit"},
		"wrong type":     {head + strings.Replace(image, "uint8", "int8", 1) + tokens + `},"cases":[{"name":"c","images":[{}]}]}`, "c/image0 is int8"},
	}
	props, err := metadata{architecture: tiny, optimize: OptimizeFull, precision: Single, sizes: sizes{32, 64}}.properties()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path := writeReference(t, []byte(c.text), make([]byte, 4096))
			_, err := Check(context.Background(), &fakeSession{props: props}, path, CheckOptions{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestReadable(t *testing.T) {
	const words, length = "the model has 20 word pieces: it belongs to another model", "the model reads 4: it belongs to another model"
	cases := map[string]struct {
		texts [][]int64
		want  string // "" when the texts can be read
	}{
		"first and last":   {[][]int64{{0, 19}, {1, 2, 3, 4}}, ""},
		"nothing":          {nil, ""},
		"id too large":     {[][]int64{{1, 2}, {3, 20}}, "token id 20, " + words},
		"id far too large": {[][]int64{{1 << 40}}, "token id 1099511627776, " + words},
		"id negative":      {[][]int64{{-1}}, "token id -1, " + words},
		"text too long":    {[][]int64{{1, 2, 3, 4, 5}}, "texts of 5 tokens, " + length},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := BERT{Vocabulary: 20, Positions: 4}.readable(c.texts)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzReference(f *testing.F) {
	f.Add([]byte(`{"tensors":{"a":{"dtype":"uint8","shape":[2,2,3],"offset":0,"bytes":12}},"cases":[{"name":"a"}]}`))
	f.Add([]byte(`{"tensors":{"a":{"dtype":"int64","shape":[-2,-1],"offset":-8,"bytes":16}},"cases":[{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := &reference{data: make([]byte, 64)}
		if json.Unmarshal(text, r) != nil {
			return
		}
		for name := range r.Tensors {
			r.floats(name)
			r.rows(name)
			r.image(name)
		}
	})
}
