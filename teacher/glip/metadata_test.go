package glip

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMetadataRoundTrip(t *testing.T) {
	three := glipT
	three.BERT.Vocabulary = 3
	for name, want := range map[string]metadata{
		"full": {
			name: "glip-t", architecture: three, optimize: OptimizeFull, precision: Single, sizes: sizes{800, 1333},
			vocabulary: []string{"[PAD]", "été", "##s"}, source: strings.Repeat("ab", 32), data: "glip-t.onnx.data",
		},
		"bare": {name: "x", architecture: tiny, optimize: OptimizeNone, precision: Single, sizes: sizes{1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			props, err := want.properties()
			if err != nil {
				t.Fatal(err)
			}
			got, err := parseMetadata((&fakeSession{props: props}).Metadata())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(metadata{}, sizes{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseMetadataRefuses(t *testing.T) {
	cases := map[string]struct {
		change func(map[string]string)
		want   string
	}{
		"another ONNX file": {func(m map[string]string) { clear(m) }, "no property groundmill.format; make one with `runner teacher import`"},
		"a later format":    {func(m map[string]string) { m[keyFormat] = "9" }, `format is "9"; import the checkpoint again`},
		"no sizes":          {func(m map[string]string) { delete(m, keyMinSize) }, "damaged"},
		"impossible sizes":  {func(m map[string]string) { m[keyMinSize] = "9000" }, "image sizes 9000"},
		"no architecture":   {func(m map[string]string) { m[keyArchitecture] = "{" }, "damaged"},
		"other vocabulary":  {func(m map[string]string) { m[keyVocabulary] = "a\nb" }, "2 word pieces, the word embedding 20 rows"},
		"unknown optimum":   {func(m map[string]string) { m[keyOptimize] = "best" }, `optimization "best" is unknown`},
		"empty one":         {func(m map[string]string) { m[keyArchitecture] = "{}" }, "no blocks"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			props, err := metadata{architecture: tiny, optimize: OptimizeFull, precision: Single, sizes: sizes{1, 2}}.properties()
			if err != nil {
				t.Fatal(err)
			}
			m := (&fakeSession{props: props}).Metadata()
			c.change(m)
			_, err = parseMetadata(m)
			if !errors.Is(err, ErrNotTeacher) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzParseMetadata(f *testing.F) {
	f.Add(`{"blocks":1}`, "800", "1333", "a\nb")
	f.Add(`{"swin":{"embed":1152921504606846976,"depths":[1,1,1,1],"heads":[1,2,4,8],"window":7}}`, "1", "2", "")
	f.Fuzz(func(t *testing.T, architecture, least, most, vocabulary string) {
		m, err := parseMetadata(map[string]string{
			keyFormat: format, keyArchitecture: architecture, keyMinSize: least, keyMaxSize: most, keyVocabulary: vocabulary,
		})
		if err == nil && (m.sizes.validate() != nil || m.architecture.validate() != nil) {
			t.Errorf("accepted %+v", m)
		}
	})
}
