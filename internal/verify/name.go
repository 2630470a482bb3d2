package verify

import (
	"cmp"
	"maps"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// series is what the names of all files of a run share.
type series struct {
	split string
	of    int // number of units; 0 when nothing is known
}

// name returns the path of a unit's file below the run's folder.
func (s series) name(kind schema.Kind, unit int) string {
	return schema.FileName(kind, s.split, unit, s.of)
}

// unitOf returns the unit whose file has that path. Every other path, such as one
// that leaves the folder, is refused.
func (s series) unitOf(path string) (kind schema.Kind, unit int, ok bool) {
	kind, split, unit, of, ok := schema.ParseFileName(path)
	return kind, unit, ok && s == series{split, of}
}

// seriesOf returns the series that most of the paths belong to; ok is false when
// none belongs to any.
func seriesOf(paths []string) (s series, ok bool) {
	votes := map[series]int{}
	for _, path := range paths {
		if _, split, _, of, ok := schema.ParseFileName(path); ok {
			votes[series{split, of}]++
		}
	}
	if len(votes) == 0 {
		return series{}, false
	}
	return slices.MinFunc(slices.Collect(maps.Keys(votes)), func(a, b series) int {
		return cmp.Or(votes[b]-votes[a], a.of-b.of, cmp.Compare(a.split, b.split))
	}), true
}
