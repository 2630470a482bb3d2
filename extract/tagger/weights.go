package tagger

import "strings"

// A row is the sparse weight vector of one feature: a class in the low
// classBits of each entry and its weight, in units of 0.001, above them.
type row []int32

const classBits = 6

// A vector holds one score per class.
type vector [classCount]int32

func (v *vector) add(r row) {
	for _, e := range r {
		v[e&(1<<classBits-1)] += e >> classBits
	}
}

func (v *vector) addAll(o *vector) {
	for i := range v {
		v[i] += o[i]
	}
}

// best returns the first class with the largest score. A class that no feature
// mentions scores 0; prose leaves it out, which could differ only where all 38
// classes of the bias feature are negative.
func (v *vector) best() Tag {
	best, at := v[0], 0
	for i, s := range v {
		if s > best {
			best, at = s, i
		}
	}
	return Tag(at)
}

// features holds the rows of the model by kind of feature and value. The kinds
// are the prefixes of the feature names in prose's tag.go (featurize).
type features map[string]map[string]row

const (
	kindBias       = "bias"
	kindSuffix     = "i suffix "
	kindFirst      = "i pref1 "
	kindTag1       = "i-1 tag "
	kindTag2       = "i-2 tag "
	kindTags       = "i tag+i-2 tag "
	kindWord       = "i word "
	kindTagWord    = "i-1 tag+i word "
	kindPrev1      = "i-1 word "
	kindPrevSuffix = "i-1 suffix "
	kindPrev2      = "i-2 word "
	kindNext1      = "i+1 word "
	kindNextSuffix = "i+1 suffix "
	kindNext2      = "i+2 word "
)

var kinds = []string{
	kindBias, kindSuffix, kindFirst, kindTag1, kindTag2, kindTags, kindWord,
	kindTagWord, kindPrev1, kindPrevSuffix, kindPrev2, kindNext1, kindNextSuffix, kindNext2,
}

// splitFeature cuts a feature's name into its kind and value.
func splitFeature(name string) (kind, value string, ok bool) {
	for _, k := range kinds {
		if v, found := strings.CutPrefix(name, k); found {
			return k, v, true
		}
	}
	return "", "", false
}

// merge returns the sum of rows as one row.
func merge(rows ...row) row {
	var sum vector
	entries := 0
	for _, r := range rows {
		sum.add(r)
		entries += len(r)
	}
	if entries == 0 {
		return nil
	}
	out := make(row, 0, entries)
	for class, w := range sum {
		if w != 0 {
			out = append(out, w<<classBits|int32(class))
		}
	}
	return out
}
