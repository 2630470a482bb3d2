package verdict

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/filter"
)

const digest = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// sample returns a file with a box, a phrase and hostile texts.
func sample() *File {
	f := New(digest, 7, filter.Default())
	caption := "<script>alert(1)</script> \u202egod\u202c 🐶 & \"dog\""
	f.Judgements = []Judgement{
		{Key: "000/1", ImageSHA256: digest, Caption: caption, Width: 100, Height: 50, Shard: "a.tar", Index: 3, Start: 0, End: 8, Text: "<script>",
			Box: &Corners{0, 0.25, 100, 50}, Score: 0.5123, Stratum: "score 0.5-0.6", Weight: 12.5, Verdict: Correct, Who: "ann"},
		{Key: "000/1", ImageSHA256: digest, Caption: caption, Start: 26, End: 31, Text: "\u202egod\u202c", Score: 0.1, Stratum: "s", Weight: 1},
		{Key: "000/2", ImageSHA256: digest, Start: 3, End: 4, Text: "🐶", Box: &Corners{1, 1, 2, 2}, Score: 1, Stratum: "", Weight: 3, Verdict: Unsure},
	}
	return f
}

func text(t testing.TB, f *File) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRoundTrip(t *testing.T) {
	got, err := Parse(strings.NewReader(text(t, sample())), "x")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Errorf("file differs (-written +read):\n%s", diff)
	}
	bom := "\ufeff" + strings.ReplaceAll(text(t, sample()), "\n", "\r\n")
	if _, err := Parse(strings.NewReader(bom), "x"); err != nil {
		t.Errorf("with the marks of an editor: %v", err)
	}
}

func TestParseErrors(t *testing.T) {
	good := strings.Split(strings.TrimSpace(text(t, sample())), "\n")
	replace := func(line int, old, new string) string {
		lines := append([]string{}, good...)
		if !strings.Contains(lines[line-1], old) {
			t.Fatalf("line %d has no %s", line, old)
		}
		lines[line-1] = strings.Replace(lines[line-1], old, new, 1)
		return strings.Join(lines, "\n")
	}
	tests := []struct {
		name, in string
		want     []string
	}{
		{"empty", "", []string{"f: line 1: the file is empty; its first line must be a header"}},
		{"another format", `{"caption":"a dog"}`, []string{
			"f: line 1: format: is missing", "f: line 1: version: is missing", "f: line 1: seed: is missing", "f: line 1: rules: is missing",
			`f: line 1: "caption": is unknown; known are format, rules, seed, source_sha256, version`}},
		{"another format's name", replace(1, Format, "coco"), []string{`f: line 1: format: "coco" is not "groundmill-verdicts"; give a file that runner sample or runner review import wrote`}},
		{"a later version", replace(1, `"version":1`, `"version":2`), []string{"f: line 1: version: is 2, this program reads 1"}},
		{"rules", replace(1, `"min_score":0.5`, `"min_score":2`), []string{"f: line 1: min_score: 2 is not in [0, 1)"}},
		{"no JSON", replace(3, "{", "["), []string{"f: line 3: is no JSON object: invalid character ':' after array element"}},
		{"null", good[0] + "\nnull", []string{"f: line 2: is no JSON object: null"}},
		{"an empty line", good[0] + "\n\n" + good[1], []string{"f: line 2: is no JSON object: unexpected end of JSON input"}},
		{"not UTF-8", replace(2, "ann", "\xff"), []string{"f: line 2: is not UTF-8"}},
		{"wrong type", replace(2, `"score":0.5123`, `"score":"high"`), []string{"f: line 2: score: is a string, which does not fit"}},
		{"a null score", replace(2, `"score":0.5123`, `"score":null`), []string{"f: line 2: score: is null"}},
		{"a box of three", replace(2, `[0,0.25,100,50]`, `[0,0.25,100]`), []string{"f: line 2: box: [0,0.25,100] is not four numbers"}},
		{"a box of five", replace(2, `[0,0.25,100,50]`, `[0,0.25,100,50,1]`), []string{"f: line 2: box: [0,0.25,100,50,1] is not four numbers"}},
		{"an empty box", replace(2, `[0,0.25,100,50]`, `[9,1,9,2]`), []string{"f: line 2: box: [9 1 9 2] is not x1,y1,x2,y2 with an area"}},
		{"another case", replace(2, `"who"`, `"Who"`), []string{`f: line 2: "Who": is unknown; known are box, caption, end, height, image_sha256, index, key, score, shard, start, stratum, text, verdict, weight, who, width`}},
		{"a verdict", replace(2, `"correct"`, `"yes"`), []string{`f: line 2: verdict: "yes" is not one of correct, wrong, unsure`}},
		{"a box outside", replace(2, `100,50]`, `101,50]`), []string{"f: line 2: box: [0 0.25 101 50] is not inside 100×50"}},
		{"a shifted span", replace(2, `"start":0,"end":8`, `"start":1,"end":9`), []string{`f: line 2: text: "<script>" is not caption[1:9]`}},
		{"a span too long", replace(4, `"end":4`, `"end":7`), []string{"f: line 4: end: the span [3, 7) is not of the 1 code points of text"}},
		{"many", replace(4, `"weight":3`, `"weight":-1`) + "\n" + good[1], []string{
			"f: line 4: weight: -1 is not in (0, 1e15]",
			"f: line 5: judges what line 2 judges; keep one line for each box"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(strings.NewReader(tt.in), "f")
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("errors differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestProblemsAreBounded gives a file of a million wrong lines' kind.
func TestProblemsAreBounded(t *testing.T) {
	_, err := Parse(strings.NewReader(text(t, New("", 1, filter.Config{}))+strings.Repeat("{}\n", 1000)), "f")
	if n := strings.Count(err.Error(), "\n"); n > 2*maxProblems {
		t.Errorf("%d problems are listed", n)
	}
	_, err = Parse(strings.NewReader(strings.Repeat("x", maxLine+1)), "f")
	if err == nil || !strings.Contains(err.Error(), "line 1: bufio.Scanner: token too long") {
		t.Errorf("a line without end: %v", err)
	}
}

func TestID(t *testing.T) {
	a, b := sample().Judgements[0], sample().Judgements[0]
	b.Verdict, b.Who, b.Weight, b.Score = Wrong, "bob", 1, 0.9
	if a.ID() != b.ID() {
		t.Error("the id depends on the verdict")
	}
	b.Box = &Corners{0, 0.5, 100, 50}
	if a.ID() == b.ID() {
		t.Error("two boxes have one id")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(text(f, sample())))
	f.Add([]byte(text(f, New("", 0, filter.Config{})) + `{"key":"a","box":[1,2,3,4],"box":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(bytes.NewReader(data), "f")
		if err != nil {
			return
		}
		again, err := Parse(strings.NewReader(text(t, file)), "again")
		if err != nil {
			t.Fatalf("what was read cannot be written and read: %v", err)
		}
		if diff := cmp.Diff(file, again); diff != "" {
			t.Errorf("file differs (-first +second):\n%s", diff)
		}
	})
}
