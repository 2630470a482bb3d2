package chunk

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// TestShared reads leaves of one struct by cursors that share their levels, in and
// out of step and with pages of other lengths, and wants what cursors apart read.
func TestShared(t *testing.T) {
	s := shapes[len(shapes)-1]
	rng := rand.New(rand.NewPCG(4, 4))
	one := s.random(rng, 1000, func(v *Values) { v.Int32s = append(v.Int32s, int32(len(v.Int32s))) })
	leaf := Leaf{Type: format.Int32, Compression: Entropy}
	footer := s.footer(t, &leaf)
	var files []*parquet.File
	for _, pageRows := range []int{130, 130, 170} {
		chunks, err := NewEncoder().Encode(s.levels(one, pageRows), Column{&leaf, one.values})
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, openFile(t, write(t, footer, chunks...)))
	}
	var shared Shared
	var together, apart [3]Cursor[int32]
	for i, file := range files {
		for c, levels := range map[*Cursor[int32]]*Shared{&together[i]: &shared, &apart[i]: {}} {
			if err := c.Open(Source{File: file}, 0, 0, s.maxRep, s.maxDef, levels); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 60 {
		i, n := rng.IntN(len(files)), rng.IntN(60)
		got, err := together[i].Rows(n)
		if err != nil {
			t.Fatal(err)
		}
		want, err := apart[i].Rows(n)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("leaf %d: rows differ (-apart +together):\n%s", i, diff)
		}
	}
}
