package scene

import (
	"sync"
	"testing"
)

var openSets = sync.OnceValues(func() ([]*PictureSet, error) {
	return OpenPictureSets("../../testdata/pictures", "noto", "fluent", "twemoji")
})

func newGenerator(tb testing.TB, cfg Config) *Generator {
	tb.Helper()
	sets, err := openSets()
	if err != nil {
		tb.Fatal(err)
	}
	g, err := New(cfg, sets[:2])
	if err != nil {
		tb.Fatal(err)
	}
	return g
}
