package annotate

import (
	"errors"
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
)

const fox = "a red fox near the river"

// TestSamples runs every kind of good and bad sample through the whole job,
// between two good ones that must not suffer.
func TestSamples(t *testing.T) {
	good := jpegOf(64, 48, 1)
	long := strings.TrimSpace(strings.Repeat("a red fox and ", 60)) // 60 phrases
	tests := []struct {
		name    string
		members map[string]string
		reason  schema.Reason // "" for a row
	}{
		{"txt", map[string]string{"jpg": good, "txt": fox}, ""},
		{"json", map[string]string{"jpg": good, "json": `{"caption": "` + fox + `"}`}, ""},
		{"60 phrases", map[string]string{"jpg": good, "txt": long}, ""},
		{"invalid UTF-8", map[string]string{"jpg": good, "txt": "a red \xff fox"}, ""},
		{"1×1", map[string]string{"png": pngOf(picture(1, 1, 0)), "txt": fox}, ""},
		{"grey", map[string]string{"png": pngOf(image.NewGray(image.Rect(0, 0, 9, 9))), "txt": fox}, ""},
		{"16 bit", map[string]string{"png": pngOf(image.NewRGBA64(image.Rect(0, 0, 9, 9))), "txt": fox}, ""},
		{"palette", map[string]string{"png": pngOf(image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.White, color.Black})), "txt": fox}, ""},
		{"one caption in a list", map[string]string{"jpg": good, "json": `{"captions": ["` + fox + `"]}`}, ""},
		{"null beside a list", map[string]string{"jpg": good, "json": `{"captions": ["` + fox + `"], "caption": null}`}, ""},
		{"empty list beside txt", map[string]string{"jpg": good, "json": `{"captions": []}`, "txt": fox}, ""},
		{"other members", map[string]string{"jpg": good, "txt": fox, "cls": "7", "seg.png": "?"}, ""},

		{"no image", map[string]string{"txt": fox}, schema.ReasonMissingImage},
		{"no caption", map[string]string{"jpg": good}, schema.ReasonMissingCaption},
		{"json without caption", map[string]string{"jpg": good, "json": `{"url": "x"}`}, schema.ReasonMissingCaption},
		{"json with null caption", map[string]string{"jpg": good, "json": `{"caption": null}`}, schema.ReasonMissingCaption},
		{"json with an empty list", map[string]string{"jpg": good, "json": `{"captions": []}`}, schema.ReasonMissingCaption},
		{"nothing known", map[string]string{"cls": "7"}, schema.ReasonMissingImage},
		{"empty caption", map[string]string{"jpg": good, "txt": ""}, schema.ReasonEmptyCaption},
		{"white caption", map[string]string{"jpg": good, "txt": " \t\r\n"}, schema.ReasonEmptyCaption},
		{"empty caption in json", map[string]string{"jpg": good, "txt": fox, "json": `{"caption": ""}`}, schema.ReasonEmptyCaption},
		{"100 kB caption", map[string]string{"jpg": good, "txt": strings.Repeat("fox ", 25_000)}, schema.ReasonCaptionTooLong},
		{"no phrases", map[string]string{"jpg": good, "txt": "of and to"}, schema.ReasonNoPhrases},
		{"other script", map[string]string{"jpg": good, "txt": "рыжая лиса"}, schema.ReasonOtherScript},
		{"other language", map[string]string{"jpg": good, "txt": "ein Fuchs und eine Katze"}, schema.ReasonOtherLanguage},
		{"json is cut off", map[string]string{"jpg": good, "txt": fox, "json": `{"caption": `}, schema.ReasonBadMetadata},
		{"json is a list", map[string]string{"jpg": good, "txt": fox, "json": `[]`}, schema.ReasonBadMetadata},
		{"json is null", map[string]string{"jpg": good, "txt": fox, "json": `null`}, schema.ReasonBadMetadata},
		{"json is empty", map[string]string{"jpg": good, "txt": fox, "json": ``}, schema.ReasonBadMetadata},
		{"caption is a number", map[string]string{"jpg": good, "json": `{"caption": 7}`}, schema.ReasonBadMetadata},
		{"caption and captions", map[string]string{"jpg": good, "json": `{"caption": "a fox", "captions": ["a fox"]}`}, schema.ReasonBadMetadata},
		{"captions is a string", map[string]string{"jpg": good, "json": `{"captions": "a fox"}`}, schema.ReasonBadMetadata},
		{"captions is an object", map[string]string{"jpg": good, "json": `{"captions": {}}`}, schema.ReasonBadMetadata},
		{"a number among captions", map[string]string{"jpg": good, "json": `{"captions": ["a fox", 7]}`}, schema.ReasonBadMetadata},
		{"null among captions", map[string]string{"jpg": good, "json": `{"captions": [null, "a fox"]}`}, schema.ReasonBadMetadata},
		{"too many captions", map[string]string{"jpg": good, "json": `{"captions": ["a"` + strings.Repeat(`, "a fox"`, 64) + `]}`}, schema.ReasonTooManyCaptions},
		{"deep json", map[string]string{"jpg": good, "json": strings.Repeat("[", 100_000)}, schema.ReasonBadMetadata},
		{"no image data", map[string]string{"jpg": "", "txt": fox}, schema.ReasonCorruptImage},
		{"truncated jpeg", map[string]string{"jpg": good[:len(good)/2], "txt": fox}, schema.ReasonCorruptImage},
		{"corrupt jpeg", map[string]string{"jpg": good[:30] + strings.Repeat("\xff\x00\x13", 99), "txt": fox}, schema.ReasonCorruptImage},
		{"text as jpeg", map[string]string{"jpg": "no image at all", "txt": fox}, schema.ReasonUnsupportedImage},
		{"too many pixels", map[string]string{"png": pngOf(image.NewGray(image.Rect(0, 0, 1200, 1000))), "txt": fox}, schema.ReasonImageTooLarge},
		{"too many bytes", map[string]string{"jpg": good + strings.Repeat("x", 1<<20), "txt": fox}, schema.ReasonImageTooLarge},
		{"txt over the member limit", map[string]string{"jpg": good, "txt": strings.Repeat("fox ", 1<<18)}, schema.ReasonCaptionTooLong},
		{"json over the member limit", map[string]string{"jpg": good, "json": strings.Repeat(" ", 1<<21)}, schema.ReasonBadMetadata},
		{"1×4000", map[string]string{"png": pngOf(image.NewGray(image.Rect(0, 0, 1, 4000))), "txt": fox}, schema.ReasonImageTooExtreme},
	}
	var samples []sample
	want := map[string]schema.Reason{}
	for _, tt := range tests {
		key := strings.ReplaceAll(tt.name, ".", "_")
		samples = append(samples, sample{"before " + key, pairOf(1, fox).members}, sample{key, tt.members})
		want["before "+key], want[key] = "", tt.reason
	}
	opts := testOptions(t, shards(t, tarOf(t, samples...)))
	opts.Input.MaxImageBytes, opts.Input.MaxImagePixels = 1<<20, 1_000_000
	opts.Extract.MaxCodePoints = 4096
	r := mustRun(t, opts)
	got := map[string]schema.Reason{}
	for _, row := range r.data {
		got[row.Key] = ""
	}
	for _, reject := range r.rejects {
		got[reject.Key] = reject.Reason
		if reject.Detail == "" || strings.Contains(reject.Detail, "\n") || len(reject.Detail) > 500 {
			t.Errorf("%s: detail %q", reject.Key, reject.Detail)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

func TestDuplicateMember(t *testing.T) {
	first, again := pairOf(1, fox), pairOf(1, "a blue cat")
	delete(again.members, "jpg")
	r := mustRun(t, testOptions(t, shards(t, tarOf(t, first, again, pairOf(2, fox)))))
	if len(r.data) != 1 || len(r.rejects) != 1 || r.rejects[0].Reason != schema.ReasonDuplicateMember {
		t.Errorf("%d rows, rejects %+v", len(r.data), r.rejects)
	}
}

// TestReadContent checks where captions, url and meta come from.
func TestReadContent(t *testing.T) {
	tests := []struct {
		name     string
		members  map[string]string
		captions []string
		url      string
		meta     map[string]string
	}{
		{name: "txt", members: map[string]string{"txt": "T"}, captions: []string{"T"}},
		{name: "line break at the end of txt", members: map[string]string{"txt": " T \r\n"}, captions: []string{" T "}},
		{name: "only one line break", members: map[string]string{"txt": "T\n\n"}, captions: []string{"T\n"}},
		{name: "byte order mark", members: map[string]string{"txt": "\xef\xbb\xbfT"}, captions: []string{"T"}},
		{name: "json wins", members: map[string]string{"txt": "T", "json": `{"caption":"J"}`}, captions: []string{"J"}},
		{name: "json without caption", members: map[string]string{"txt": "T", "json": `{}`}, captions: []string{"T"}},
		{name: "json with null captions", members: map[string]string{"txt": "T", "json": `{"caption":null,"captions":null}`}, captions: []string{"T"}},
		{name: "list", members: map[string]string{"txt": "T", "json": `{"captions":["b","","b"],"id":1}`}, captions: []string{"b", "", "b"}, meta: map[string]string{"id": "1"}},
		{
			name:     "meta",
			members:  map[string]string{"json": `{"caption":"J","url":"http://x","n":1e400,"id":12345678901234567890,"ok":true,"no":null,"l":[1],"o":{},"s":"é\u0000"}`},
			captions: []string{"J"}, url: "http://x",
			meta: map[string]string{"n": "1e400", "id": "12345678901234567890", "ok": "true", "s": "é\x00"},
		},
		{name: "caption that is no UTF-8 in json", members: map[string]string{"json": "{\"caption\":\"a \xff\"}"}, captions: []string{"a \uFFFD (replaced)"}},
		{name: "half a surrogate pair in json", members: map[string]string{"json": `{"captions":["a","a \ud800"]}`}, captions: []string{"a", "a \uFFFD (replaced)"}},
		{name: "replacement characters of the user's", members: map[string]string{"json": `{"caption":"\uFFFD \ufffd"}`}, captions: []string{"\uFFFD \uFFFD"}},
		{name: "url that is no string", members: map[string]string{"json": `{"caption":"J","url":7}`}, captions: []string{"J"}, meta: map[string]string{"url": "7"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := webdataset.Sample{Members: []webdataset.Member{{Ext: "png"}, {Ext: "jpeg"}}}
			for ext, data := range tt.members {
				s.Members = append(s.Members, webdataset.Member{Ext: ext, Data: []byte(data)})
			}
			c, err := readContent(&s, 64)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.captions, captionTexts(c.captions)); diff != "" {
				t.Errorf("captions (-want +got):\n%s", diff)
			}
			if c.image.Ext != "jpeg" || c.url != tt.url {
				t.Errorf("image .%s, url %q", c.image.Ext, c.url)
			}
			if diff := cmp.Diff(tt.meta, c.meta); diff != "" {
				t.Errorf("meta (-want +got):\n%s", diff)
			}
		})
	}
}

func captionTexts(captions []caption) []string {
	var texts []string
	for _, c := range captions {
		if c.replaced {
			c.text += " (replaced)"
		}
		texts = append(texts, c.text)
	}
	return texts
}

func FuzzReadContent(f *testing.F) {
	f.Add([]byte(`{"caption":"a fox","url":"u","n":1,"b":true,"l":[],"x":null}`), []byte("text"))
	f.Add([]byte(`{"captions":["a","b\ud800",""],"caption":null}`), []byte{})
	f.Add([]byte(`{"captions":["a","b","c","d","e"]}`), []byte{})
	f.Add([]byte(`[]`), []byte{})
	f.Add([]byte(`{"caption":{}}`), []byte("\xff"))
	f.Fuzz(func(t *testing.T, json, text []byte) {
		s := webdataset.Sample{Members: []webdataset.Member{{Ext: "json", Data: json}, {Ext: "txt", Data: text}, {Ext: "jpg"}}}
		c, err := readContent(&s, 4)
		var why *rejection
		switch {
		case err != nil && !errors.As(err, &why):
			t.Fatalf("error %v is no rejection", err)
		case err == nil && (len(c.captions) < 1 || len(c.captions) > 4):
			t.Fatalf("%d captions", len(c.captions))
		}
	})
}
