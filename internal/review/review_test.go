package review

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/verdict"
)

func judgement(caption, text string, start int32) verdict.Judgement {
	return verdict.Judgement{
		Key: "1", ImageSHA256: strings.Repeat("a", 64), Caption: caption, Width: 200, Height: 50, Shard: "a.tar",
		Start: start, End: start + int32(len([]rune(text))), Text: text,
		Box: &verdict.Corners{20, 5, 120, 30}, Score: 0.5, Stratum: "s", Weight: 2,
	}
}

// TestTask compares a task with what Label Studio's format asks for, by hand.
func TestTask(t *testing.T) {
	j := judgement("🐶 & two <b>dogs\u202e", "two <b>dogs", 4)
	got, err := json.Marshal(taskOf(&j, "/data/x.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(got, &value); err != nil {
		t.Fatal(err)
	}
	type object = map[string]any
	want := object{
		"data": object{
			"image": "/data/x.jpg", "question": "Is this the box of “two <b>dogs”?",
			"caption": "🐶 & two <b>dogs\ufffd", "judgement": j.ID(), "stratum": "s",
		},
		"predictions": []any{object{"model_version": "groundmill", "score": 0.5, "result": []any{
			object{"id": j.ID() + "-box", "type": "rectanglelabels", "from_name": "box", "to_name": "image",
				"original_width": 200.0, "original_height": 50.0, "image_rotation": 0.0,
				"value": object{"x": 10.0, "y": 10.0, "width": 50.0, "height": 50.0, "rotation": 0.0, "rectanglelabels": []any{"box"}}},
			object{"id": j.ID() + "-phrase", "type": "labels", "from_name": "phrase", "to_name": "caption",
				"value": object{"start": 5.0, "end": 16.0, "text": "two <b>dogs", "labels": []any{"phrase"}}}, // the dog's face has two units
		}}},
	}
	if diff := cmp.Diff(any(want), value); diff != "" {
		t.Errorf("task differs (-want +got):\n%s", diff)
	}
	if strings.ContainsAny(string(got), "<>\u202e") {
		t.Errorf("the task has marks that are not escaped: %s", got)
	}
}

// TestLabellingNamesWhatRegionsReferTo walks the XML.
func TestLabellingNamesWhatRegionsReferTo(t *testing.T) {
	var got []string
	for dec := xml.NewDecoder(bytes.NewReader(labelling)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			attr := map[string]string{}
			for _, a := range start.Attr {
				attr[a.Name.Local] = a.Value
			}
			if attr["name"] != "" {
				got = append(got, strings.TrimSuffix(start.Name.Local+" "+attr["name"]+" "+attr["toName"], " "))
			}
		}
	}
	want := []string{"Choices " + tagVerdict + " " + tagImage, "Image " + tagImage, "Labels " + tagPhrase + " " + tagCaption,
		"RectangleLabels " + tagBox + " " + tagImage, "Text " + tagCaption}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tags differ (-want +got):\n%s", diff)
	}
}

func TestFiftyOneGroupsByImage(t *testing.T) {
	a, b, c := judgement("two dogs", "two dogs", 0), judgement("two dogs", "dogs", 4), judgement("a cat", "a cat", 0)
	c.ImageSHA256 = strings.Repeat("c", 64)
	samples := fiftyoneSamples([]*verdict.Judgement{&a, &c, &b}, func(j *verdict.Judgement) string { return j.ImageSHA256[:1] })
	var got []string
	for _, s := range samples {
		for _, d := range s.Detections.Detections {
			got = append(got, fmt.Sprint(s.Path, " ", d.Label, " ", d.Box))
		}
	}
	want := []string{"a two dogs [0.1 0.1 0.5 0.5]", "a dogs [0.1 0.1 0.5 0.5]", "c a cat [0.1 0.1 0.5 0.5]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("samples differ (-want +got):\n%s", diff)
	}
}

// file returns a sample of three boxes.
func file() *verdict.File {
	f := verdict.New("", 1, filter.Config{})
	for i, text := range []string{"two dogs", "dogs", "two"} {
		f.Judgements = append(f.Judgements, judgement("two dogs", text, int32(4*(i%2))))
	}
	return f
}

// answered is a task of an export with one choice of each judge.
func answered(id string, choices ...string) string {
	var annotations []string
	for i, choice := range choices {
		annotations = append(annotations, fmt.Sprintf(`{"id":%d,"completed_by":%d,"was_cancelled":false,"result":[
			{"type":"rectanglelabels","from_name":"box","value":{"x":1}},
			{"type":"choices","from_name":"verdict","to_name":"image","value":{"choices":["%s"]}}]}`, i, i+1, choice))
	}
	return fmt.Sprintf(`{"id":9,"data":{"judgement":"%s","image":"x"},"annotations":[%s],"predictions":[]}`, id, strings.Join(annotations, ","))
}

func TestImport(t *testing.T) {
	f := file()
	ids := []string{f.Judgements[0].ID(), f.Judgements[1].ID(), f.Judgements[2].ID()}
	email := strings.Replace(answered(ids[0], "correct"), `"completed_by":1`, `"completed_by":{"id":1,"email":"ann@example.com"}`, 1)
	export := "[" + email + "," + answered(ids[1], "wrong", "correct") + "," + answered(ids[2]) + "]"
	done, err := Import(f, strings.NewReader(export), "x")
	if err != nil {
		t.Fatal(err)
	}
	if want := (Imported{Tasks: 3, Judged: 2, Disagreed: 1, Skipped: 1}); *done != want {
		t.Errorf("counts are %+v, want %+v", *done, want)
	}
	var got []string
	for _, j := range f.Judgements {
		got = append(got, string(j.Verdict)+" by "+j.Who)
	}
	if diff := cmp.Diff([]string{"correct by ann@example.com", "unsure by 1, 2", " by "}, got); diff != "" {
		t.Errorf("verdicts differ (-want +got):\n%s", diff)
	}
}

func TestImportErrors(t *testing.T) {
	f := file()
	id := f.Judgements[0].ID()
	tests := map[string]string{
		`{}`:                                  "x: is no list of tasks; export from Label Studio as JSON",
		``:                                    "x: is no list of tasks; export from Label Studio as JSON\nEOF",
		`[{"image":"x","verdict":"correct"}]`: "x: task 1: data.judgement is missing; export as JSON, not JSON-MIN, tasks that runner review export wrote",
		"[" + answered("00", "wrong") + "]":   `x: task 1: data.judgement: "00" is not in the sample; give the sample that was exported`,
		"[" + answered(id, "wrong") + "," + answered(id, "wrong") + "]": "x: task 2: data.judgement: " + id + " was judged by an earlier task; keep one",
		"[" + answered(id, "yes") + "]":                                 `x: task 1: verdict: "yes" is not one of correct, wrong, unsure`,
		"[" + answered(id, "wrong"):                                     "x: EOF",
	}
	for export, want := range tests {
		if _, err := Import(file(), strings.NewReader(export), "x"); err == nil || err.Error() != want {
			t.Errorf("%s: error is %v, want %s", export, err, want)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add([]byte("[" + answered("00", "wrong") + "]"))
	f.Add([]byte(`[{"annotations":[{"completed_by":null,"result":[{"from_name":"verdict"}]}]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		sample := file()
		if _, err := Import(sample, bytes.NewReader(data), "x"); err != nil {
			return
		}
		var b bytes.Buffer
		if err := sample.Write(&b); err != nil {
			t.Fatal(err)
		}
		if _, err := verdict.Parse(&b, "again"); err != nil {
			t.Errorf("what was imported cannot be read: %v", err)
		}
	})
}

func TestExportLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	_, err := Export(t.Context(), file(), ExportOptions{Folder: filepath.Join(dir, "review"), Input: dir})
	if !errors.Is(err, ErrNoPictures) {
		t.Errorf("error is %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	if err := os.WriteFile(filepath.Join(dir, "x"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Export(t.Context(), file(), ExportOptions{Folder: dir}); !errors.Is(err, ErrExists) {
		t.Errorf("into a folder that is not empty: %v", err)
	}
}
