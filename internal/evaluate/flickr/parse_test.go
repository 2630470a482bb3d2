package flickr

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/schema"
)

func phrase(start, end int32, text, entity string, types ...string) Phrase {
	return Phrase{Span: schema.Span{Start: start, End: end}, Text: text, Entity: entity, Types: types}
}

func TestParseSentence(t *testing.T) {
	tests := []struct {
		name, in string
		want     Sentence
	}{
		{"phrases and words", "[/EN#1/people A man] in [/EN#2/clothing/other a blue hat] .\r\n",
			Sentence{Caption: "A man in a blue hat .", Phrases: []Phrase{phrase(0, 5, "A man", "1", "people"), phrase(9, 19, "a blue hat", "2", "clothing", "other")}}},
		{"code points, not bytes", "A café [/EN#7/people zoë ]  x",
			Sentence{Caption: "A café zoë x", Phrases: []Phrase{phrase(7, 10, "zoë", "7", "people")}}},
		{"not visual", "[/EN#0/notvisual it] [ a ] b]", Sentence{Caption: "it [ a ] b]", Phrases: []Phrase{phrase(0, 2, "it", "0", "notvisual")}}},
		{"no phrase", "Nothing here", Sentence{Caption: "Nothing here"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got, err := ParseSentence(tc.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseSentenceRefuses(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"not closed", "[/EN#1/people A man", "phrase 1 is not closed by ]"},
		{"inside another", "[/EN#1/people A [/EN#2/people man] x]", "phrase 2 begins inside another"},
		{"no words", "[/EN#1/people ] x", "phrase 1 has no words"},
		{"no type", "[/EN#1 A man]", `phrase 1: "1" is not ENTITY/TYPE`},
		{"no entity", "[/EN#/people A man]", `phrase 1: "/people" is not ENTITY/TYPE`},
		{"nothing", " ", "it has no words"},
		{"not UTF-8", "A \xff man", "it is not UTF-8"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := ParseSentence(tc.in); err == nil || err.Error() != tc.want {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

const annotationText = `<annotation><filename>a.jpg</filename><size><width>100</width><height>80</height><depth>3</depth></size>
<object><name>1</name><name>4</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox></object>
<object><name>1</name><bndbox><xmin>5</xmin><ymin>5</ymin><xmax>6</xmax><ymax>6</ymax></bndbox></object>
<object><name>2</name><scene>1</scene><nobndbox>1</nobndbox></object></annotation>`

func TestParseAnnotation(t *testing.T) {
	got, err := ParseAnnotation(strings.NewReader(annotationText))
	if err != nil {
		t.Fatal(err)
	}
	want := &Annotation{Width: 100, Height: 80, Boxes: map[string][]Box{"1": {{1, 2, 30, 40}, {5, 5, 6, 6}}, "4": {{1, 2, 30, 40}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseAnnotationRefuses(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"inverted", "<xmax>30<", "<xmax>0<", "object[0].bndbox.xmax: [1 2 0 40] is inverted"},
		{"no number", "<ymin>2<", "<ymin>two<", `object[0].bndbox.ymin: "two" is no number of pixels`},
		{"a side is missing", "<ymax>6</ymax>", "", `object[1].bndbox.ymax: "" is no number of pixels`},
		{"not finite", "<ymin>2<", "<ymin>NaN<", `object[0].bndbox.ymin: "NaN" is no number of pixels`},
		{"no name", "<name>2</name>", "", "object[2].name: is missing"},
		{"no size", "<width>100</width>", "", `size.width: "" is no number of pixels`},
		{"cut off", "</object></annotation>", "", "XML syntax error"},
		{"another root", "<annotation>", "<html>", "expected element type <annotation> but have <html>"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ParseAnnotation(strings.NewReader(strings.Replace(annotationText, tc.old, tc.new, 1)))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q in it", err, tc.want)
			}
		})
	}
}

func TestReadResults(t *testing.T) {
	const good = `{"image_id": 12, "sent": 1, "phrases": [{"boxes": [[1, 2, 3, 4], [0, 0, 1, 1]], "scores": [0.25, 0.5]}, {}]}`
	var got []Prediction
	err := ReadResults(strings.NewReader(good+"\n"), "f", func(p Prediction) error {
		got = append(got, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Prediction{{Image: "12", Sentence: 1, Phrases: []Found{{[]Box{{1, 2, 3, 4}, {0, 0, 1, 1}}, []float64{0.25, 0.5}}, {}}}}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]Box{{{0, 0, 1, 1}}, nil}, got[0].ranked(1)); diff != "" {
		t.Errorf("ranked (-want +got):\n%s", diff)
	}
}

func TestReadResultsRefuses(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"scores", `{"image_id": "1", "sent": 0, "phrases": [{}, {"boxes": [[1,2,3,4]]}]}`, "f: line 1: phrases[1]: 1 boxes but 0 scores"},
		{"three numbers", `{"image_id": "1", "sent": 0, "phrases": [{"boxes": [[1,2,3]], "scores": [1]}]}`, "f: line 1: phrases[0].boxes[0]: [1 2 3] has not the four numbers"},
		{"inverted", `{"image_id": "1", "sent": 0, "phrases": [{"boxes": [[5,2,3,4]], "scores": [1]}]}`, "f: line 1: phrases[0].boxes[0]: [5 2 3 4] is inverted"},
		{"no sentence", `{"image_id": "1", "phrases": []}`, "f: line 1: sent: is missing or negative"},
		{"no image", `{"sent": 0}`, "f: line 1: image_id: is missing"},
		{"image of another type", `{"image_id": [1], "sent": 0}`, "f: line 1: image_id: [1] is neither a string nor a number"},
		{"second line", "{\"image_id\": 1, \"sent\": 0}\n{", "f: line 2: unexpected end of JSON input"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			err := ReadResults(strings.NewReader(tc.in), "f", func(Prediction) error { return nil })
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q in it", err, tc.want)
			}
		})
	}
}

func FuzzParseSentence(f *testing.F) {
	f.Add("[/EN#1/people A man] in [/EN#2/clothing/other a blue hat] .")
	f.Add("[ a ] [/EN#0/notvisual ü] b]")
	f.Fuzz(func(t *testing.T, line string) {
		s, err := ParseSentence(line)
		if err != nil {
			return
		}
		last := int32(0)
		for _, p := range s.Phrases {
			if text, ok := p.Slice(s.Caption); !ok || text != p.Text || text == "" || p.Start < last {
				t.Fatalf("phrase %+v of %q", p, s.Caption)
			}
			last = p.End
		}
	})
}

func FuzzParseAnnotation(f *testing.F) {
	f.Add(annotationText)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAnnotation(strings.NewReader(text))
		if err != nil {
			return
		}
		g := &Gold{}
		if err := g.addImage("1", a.Width, a.Height, a.Boxes); err != nil {
			t.Fatalf("%v in what was read", err)
		}
	})
}

func FuzzReadResults(f *testing.F) {
	f.Add(`{"image_id": "a", "sent": 0, "phrases": [{"boxes": [[1,2,3,4]], "scores": [0.5]}, {"boxes": [], "scores": []}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		e := NewEvaluator(twoDogs(t), Options{})
		err := ReadResults(strings.NewReader(text), "f", e.Add)
		if err != nil {
			return
		}
		for _, row := range e.counts {
			for i, n := range row {
				if n < 0 || n > row[i-i%columnsPerType] {
					t.Fatalf("counts %v", row)
				}
			}
		}
	})
}
