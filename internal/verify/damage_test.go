package verify

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

// unitOfName returns the unit of a file of the test's run, -1 for a document.
func unitOfName(name string) int {
	if _, _, unit, _, ok := schema.ParseFileName(name); ok {
		return unit
	}
	return -1
}

// damagedKind is what a file that is cut or changed is found to be.
func damagedKind(name string, otherwise Kind) Kind {
	switch {
	case name == schema.RunName:
		return KindBadRunRecord
	case name == schema.ManifestName:
		return KindBadManifest
	case name == schema.SuccessName:
		return KindBadSuccess
	case strings.HasPrefix(name, string(schema.KindUnits)):
		return KindBadSummary
	}
	return otherwise
}

// TestEveryFlip flips single bits all over every file. Each must be found, and
// where it is in a unit's file, the unit must be the only one to redo.
func TestEveryFlip(t *testing.T) {
	store := newRun(t)
	rng := rand.New(rand.NewPCG(5, 7))
	for _, name := range slices.Sorted(maps.Keys(store)) {
		data := store[name]
		for range 20 {
			at, bit := rng.IntN(len(data)), rng.IntN(8)
			checkFlip(t, store, name, at, bit)
		}
	}
}

func checkFlip(t *testing.T, store memory, name string, at, bit int) {
	t.Helper()
	flipped := bytes.Clone(store[name])
	flipped[at] ^= 1 << bit
	report := mustCheck(t, store.with(name, flipped), Options{Workers: 1})
	where := fmt.Sprintf("bit %d of byte %d of %s", bit, at, name)
	if report.OK() {
		t.Errorf("%s: not found; around it: %q", where, flipped[max(at-20, 0):min(at+20, len(flipped))])
	}
	unit := unitOfName(name)
	if unit >= 0 && !slices.Equal(report.Redo, []int{unit}) {
		t.Errorf("%s: redo %v, want %d; problems %v", where, report.Redo, unit, report.Problems)
	}
	if damagedKind(name, KindWrongDigest) == KindWrongDigest {
		wantProblems(t, report, problem(KindWrongDigest, name, unit, "sha256"))
	}
}

// FuzzFlip is TestEveryFlip without end.
func FuzzFlip(f *testing.F) {
	store := newRun(f)
	names := slices.Sorted(maps.Keys(store))
	f.Add(uint(0), uint(17), uint(3))
	f.Add(uint(9), uint(1000), uint(0))
	f.Fuzz(func(t *testing.T, which, at, bit uint) {
		name := names[which%uint(len(names))]
		checkFlip(t, store, name, int(at%uint(len(store[name]))), int(bit%8))
	})
}

// TestQuickSurvivesFlips: a quick check looks for no flips, and must not fall
// over them.
func TestQuickSurvivesFlips(t *testing.T) {
	store := newRun(t)
	name := file(schema.KindData, 1)
	for at := 0; at < len(store[name]); at += 19 {
		flipped := bytes.Clone(store[name])
		flipped[at] ^= 1 << (at % 8)
		mustCheck(t, store.with(name, flipped), Options{Quick: true, Workers: 1})
	}
}

func TestTruncated(t *testing.T) {
	store := newRun(t)
	for name, data := range store {
		for _, size := range []int{0, 1, len(data) / 2, len(data) - 8, len(data) - 1} {
			t.Run(fmt.Sprintf("%s to %d bytes", name, size), func(t *testing.T) {
				cut := store.with(name, data[:size])
				for _, quick := range []bool{false, true} {
					report := mustCheck(t, cut, Options{Quick: quick})
					if len(report.Problems) != 1 {
						t.Fatalf("problems are %v", report.Problems)
					}
					got := report.Problems[0]
					want := problem(damagedKind(name, KindWrongSize), name, unitOfName(name), got.Field)
					wantProblems(t, report, want)
				}
			})
		}
	}
}

func TestMissing(t *testing.T) {
	store := newRun(t)
	for name := range store {
		want := problem(KindMissingFile, name, unitOfName(name), "")
		if name == schema.SuccessName {
			want.Kind = KindNoSuccess
		}
		for _, quick := range []bool{false, true} {
			report := mustCheck(t, store.without(name), Options{Quick: quick})
			wantProblems(t, report, want)
		}
	}
}

func TestSwapped(t *testing.T) {
	store := newRun(t)
	swapped := func(a, b string) []Problem {
		return []Problem{problem(KindSwapped, a, unitOfName(a), ""), problem(KindSwapped, b, unitOfName(b), "")}
	}
	tests := []struct {
		name, a, b string
		want       []Problem
		redo       []int
	}{
		{"data of two units", file(schema.KindData, 0), file(schema.KindData, 2), swapped(file(schema.KindData, 0), file(schema.KindData, 2)), []int{0, 2}},
		{"rejects of two units", file(schema.KindRejects, 1), file(schema.KindRejects, 2), swapped(file(schema.KindRejects, 1), file(schema.KindRejects, 2)), []int{1, 2}},
		{"data and raw", file(schema.KindData, 1), file(schema.KindRaw, 1), swapped(file(schema.KindData, 1), file(schema.KindRaw, 1)), []int{1}},
		{"summaries", file(schema.KindUnits, 1), file(schema.KindUnits, 0), swapped(file(schema.KindUnits, 0), file(schema.KindUnits, 1)), []int{0, 1}},
		{"documents", schema.ManifestName, schema.RunName, []Problem{problem(KindBadManifest, schema.ManifestName, -1, ""), problem(KindBadRunRecord, schema.RunName, -1, "")}, []int{}},
		{"rejects and a summary", file(schema.KindRejects, 1), file(schema.KindUnits, 1),
			[]Problem{problem(KindWrongSize, file(schema.KindRejects, 1), 1, "bytes"), problem(KindBadSummary, file(schema.KindUnits, 1), 1, "")}, []int{1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := mustCheck(t, store.with(tt.a, store[tt.b]).with(tt.b, store[tt.a]), Options{})
			wantProblems(t, report, tt.want...)
			if diff := cmp.Diff(tt.redo, report.Redo); diff != "" {
				t.Errorf("redo (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAdded(t *testing.T) {
	store := newRun(t)
	other := schema.FileName(schema.KindData, "train", 3, 4)
	for name, kind := range map[string]Kind{
		"thesis.tex":                            KindUnlistedFile,
		"data/train-00000-of-00003.parquet.bak": KindUnlistedFile,
		"data/a\x1b[2J":                         KindUnlistedFile,
		"retries/notes.txt":                     KindUnlistedFile,
		"units/train-00003-of-00003.json":       KindUnlistedFile,
		other:                                   KindUnlistedFile,
		"data/.train-00000-of-00003.parquet.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp": KindLeftoverTemp,
		".manifest.json.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp":                     KindLeftoverTemp,
	} {
		for _, quick := range []bool{false, true} {
			report := mustCheck(t, store.with(name, []byte("x")), Options{Quick: quick})
			wantProblems(t, report, problem(kind, name, -1, ""))
			if len(report.Redo) > 0 {
				t.Errorf("%s: redo %v", name, report.Redo)
			}
		}
	}
}

// A file of a unit that no document lists is told apart from foreign ones.
func TestUnlistedFileOfUnit(t *testing.T) {
	units := newUnits(3)
	for u := range units {
		units[u].summary = func(s *schema.UnitSummary) { s.Files = s.Files[:2] }
	}
	store := memory{}
	writeRun(t, store, "", testIdentity, units)
	delete(store, file(schema.KindRejects, 0))
	delete(store, file(schema.KindRejects, 2))
	report := mustCheck(t, store, Options{})
	wantProblems(t, report, problem(KindUnlistedFile, file(schema.KindRejects, 1), 1, ""))
	if len(report.Redo) > 0 {
		t.Errorf("redo %v", report.Redo)
	}
}
