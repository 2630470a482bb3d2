package flickr

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// official writes the official layout with one image.
func official(t *testing.T, change map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"val.txt":           "a\n",
		"Sentences/a.txt":   "[/EN#1/animals two dogs] on [/EN#2/scene the beach]\n[/EN#4/animals dogs]\n",
		"Annotations/a.xml": annotationText,
	}
	for name, text := range change {
		files[name] = text
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestBothLayoutsAreOne reads the same data from the official folder and from the
// pair of JSON Lines files.
func TestBothLayoutsAreOne(t *testing.T) {
	folder, err := ReadFolder(official(t, nil), "val")
	if err != nil {
		t.Fatal(err)
	}
	dir := official(t, map[string]string{
		"val.jsonl": `{"image_id":"a","sent":0,"caption":"two dogs on the beach","phrases":[{"start":0,"end":8,"text":"two dogs","id":"1","types":["animals"]},{"start":12,"end":21,"text":"the beach","id":"2","types":["scene"]}]}
{"image_id":"a","sent":1,"caption":"dogs","phrases":[{"start":0,"end":4,"text":"dogs","id":"4","types":["animals"]}]}`,
		"val_boxes.jsonl": `{"image_id":"a","width":100,"height":80,"entities":{"1":{"boxes":[[1,2,30,40],[5,5,6,6]]},"4":{"boxes":[[1,2,30,40]]}}}`,
	})
	lines, err := ReadLines(filepath.Join(dir, "val.jsonl"), BoxesFile(filepath.Join(dir, "val.jsonl")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(folder, lines, cmp.AllowUnexported(Gold{}, Image{})); diff != "" {
		t.Errorf("(-folder +lines):\n%s", diff)
	}
	if asked := folder.Images[0].Sentences[0].Asked(); len(asked) != 1 || len(asked[0].Boxes) != 2 {
		t.Errorf("asked for %+v", asked)
	}
}

func TestReadFolderNamesWhatIsWrong(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"markup", "Sentences/a.txt", "A man .\n[/EN#1/people A man", "a.txt: line 2: phrase 1 is not closed by ]"},
		{"box", "Annotations/a.xml", strings.Replace(annotationText, ">30<", ">x<", 1), `a.xml: object[0].bndbox.xmax: "x" is no number of pixels`},
		{"list", "val.txt", "../a\n", `val.txt: line 1: "../a" is no image id`},
		{"missing image", "val.txt", "a\nb\n", "b.xml: no such file"},
		{"twice", "val.txt", "a\na\n", "image a is there twice"},
		{"empty list", "val.txt", "\n", "val.txt: it lists no image"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ReadFolder(official(t, map[string]string{tc.file: tc.text}), "val")
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q in it", err, tc.want)
			}
		})
	}
}

func TestReadLinesNamesWhatIsWrong(t *testing.T) {
	const boxes = `{"image_id":"a","width":100,"height":80,"entities":{"1":{"boxes":[[1,2,30,40]]}}}`
	tests := []struct{ name, boxes, sentences, want string }{
		{"inverted", strings.Replace(boxes, "[1,2", "[99,2", 1), "", "b.jsonl: line 1: entity 1: boxes[0]: [99 2 30 40] is inverted"},
		{"three numbers", strings.Replace(boxes, "[1,2", "[2", 1), "", `b.jsonl: line 1: entities["1"].boxes[0]: [2 30 40] has not four numbers`},
		{"no size", strings.Replace(boxes, `"width":100`, `"width":0`, 1), "", "b.jsonl: line 1: width, height: 0, 80 are no size"},
		{"no such image", boxes, `{"image_id":"b","sent":0,"caption":"x"}`, `s.jsonl: line 1: image_id: the file of boxes has no image "b"`},
		{"offsets", boxes, `{"image_id":"a","sent":0,"caption":"a dog","phrases":[{"start":0,"end":3,"text":"dog"}]}`, `s.jsonl: line 1: phrases[0]: caption[0:3] is "a d", not "dog"`},
		{"twice", boxes, `{"image_id":"a","sent":0,"caption":"x"}` + "\n" + `{"image_id":"a","sent":0,"caption":"x"}`, "s.jsonl: line 2: sentence a_0 is there twice"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			dir := official(t, map[string]string{"b.jsonl": tc.boxes, "s.jsonl": tc.sentences})
			_, err := ReadLines(filepath.Join(dir, "s.jsonl"), filepath.Join(dir, "b.jsonl"))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q in it", err, tc.want)
			}
		})
	}
}

func TestOddBoxesAreCounted(t *testing.T) {
	odd := strings.Replace(annotationText, "<xmax>6<", "<xmax>500<", 1)
	odd = strings.Replace(odd, "<ymax>6<", "<ymax>5<", 1)
	g, err := ReadFolder(official(t, map[string]string{"Annotations/a.xml": odd}), "val")
	if err != nil || g.OutsideImage != 1 || g.Flat != 1 {
		t.Errorf("%d outside, %d flat, %v; want 1 and 1", g.OutsideImage, g.Flat, err)
	}
}
