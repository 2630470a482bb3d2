package gold

import (
	"slices"
	"strings"

	"github.com/groundmill/groundmill/schema"
)

// Strata of phrases. A phrase is in one or more of the flags, in one length, and,
// if it is present, in one size.
var strata = append(append([]string{"all", noFlag}, flagStrata()...),
	"small", "medium", "large", "1 word", "2 words", "3 words", "4 words or more")

const noFlag = "no flag"

func flagStrata() (names []string) {
	for _, flag := range schema.Flags() {
		names = append(names, "flag "+flag)
	}
	return names
}

// strataOf returns the strata of a gold phrase; flags are its own and those that
// the run gave the phrase that answers it.
func strataOf(p *schema.Phrase, answer *schema.Phrase) []string {
	out := []string{"all"}
	flags := slices.Clone(p.Flags)
	if answer != nil {
		flags = append(flags, answer.Flags...)
	}
	slices.Sort(flags)
	for _, flag := range slices.Compact(flags) {
		out = append(out, "flag "+flag)
	}
	if len(flags) == 0 {
		out = append(out, noFlag)
	}
	if band := sizeBand(p.Boxes); band != "" {
		out = append(out, band)
	}
	return append(out, lengthBand(p.Text))
}

// sizeBand is that of the largest box in COCO's bands: small below 32² pixels,
// large from 96² on; "" without boxes.
func sizeBand(boxes []schema.ScoredBox) string {
	if len(boxes) == 0 {
		return ""
	}
	area := float32(0)
	for _, b := range boxes {
		area = max(area, b.Area())
	}
	switch {
	case area < 32*32:
		return "small"
	case area < 96*96:
		return "medium"
	}
	return "large"
}

func lengthBand(text string) string {
	switch n := len(strings.Fields(text)); {
	case n <= 1:
		return "1 word"
	case n == 2:
		return "2 words"
	case n == 3:
		return "3 words"
	}
	return "4 words or more"
}
