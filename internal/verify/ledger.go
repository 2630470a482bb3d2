package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/groundmill/groundmill/schema"
)

// record is a place in the input: a caption of a sample of a shard.
type record struct {
	shard   int // position among the unit's inputs
	index   int64
	caption int
}

func compareRecords(a, b record) int {
	return cmp.Or(cmp.Compare(a.shard, b.shard), cmp.Compare(a.index, b.index), cmp.Compare(a.caption, b.caption))
}

// sameSample says whether two records are captions of one image.
func (r record) sameSample(o record) bool { return r.shard == o.shard && r.index == o.index }

// ledger notes where the records of a unit are, 24 bytes each.
type ledger struct {
	inputs        []string // those expected, then others
	expected      int
	rows, rejects []record
}

// expect names the unit's inputs, in order; without any, all are welcome.
func (l *ledger) expect(inputs []string) {
	l.inputs, l.expected = slices.Clone(inputs), len(inputs)
}

// add notes a record in one of the lists and says whether it is of a known input
// and comes after the record before.
func (l *ledger) add(list *[]record, source schema.Source, key string) (known, ordered bool) {
	r := record{shard: slices.Index(l.inputs, source.Shard), index: source.Index, caption: captionNumber(key)}
	if r.shard < 0 {
		r.shard = len(l.inputs)
		l.inputs = append(l.inputs, source.Shard)
	}
	n := len(*list)
	*list = append(*list, r)
	return l.expected == 0 || r.shard < l.expected, n == 0 || compareRecords((*list)[n-1], r) < 0
}

// captionNumber returns the number after the last # of a key, 0 if there is none:
// the captions of one image have the keys KEY#0, KEY#1 and so on.
func captionNumber(key string) int {
	i := strings.LastIndexByte(key, '#')
	if i < 0 {
		return 0
	}
	n, err := strconv.Atoi(key[i+1:])
	if err != nil {
		return 0
	}
	return n
}

// check reports records that are in two places and, if the ledger is to be
// complete, gaps: samples of a shard and captions of a sample are numbered
// without any. A shard that is a unit of its own begins at 0.
func (l *ledger) check(complete bool, unit string, report func(kind Kind, text string)) {
	all := slices.Concat(l.rows, l.rejects)
	slices.SortFunc(all, compareRecords)
	first := 0 // of the records of this sample
	for i, r := range all {
		if i == 0 || !r.sameSample(all[i-1]) {
			first = i
		}
		switch {
		case i > 0 && r == all[i-1]:
			report(KindDoubledRecord, fmt.Sprintf("%s is there twice", l.text(r)))
		case !complete:
		case i > first && (all[first].caption != 0 || r.caption != all[i-1].caption+1):
			report(KindLostRecord, fmt.Sprintf("a caption before %s is nowhere", l.text(r)))
		case i == first && l.gapBefore(all, i, unit):
			report(KindLostRecord, fmt.Sprintf("what comes before %s is nowhere", l.text(r)))
		}
	}
}

// gapBefore says whether the sample that begins at i is not the next one.
func (l *ledger) gapBefore(all []record, i int, unit string) bool {
	if i > 0 && all[i-1].shard == all[i].shard {
		return all[i].index != all[i-1].index+1
	}
	return l.inputs[all[i].shard] == unit && all[i].index != 0
}

func (l *ledger) text(r record) string {
	return fmt.Sprintf("caption %d of sample %d of %q", r.caption, r.index, l.inputs[r.shard])
}
