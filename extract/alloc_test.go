//go:build !race

package extract_test

import "testing"

// The race detector makes pools forget at random, so this runs without it.
func TestAppendPhrasesAllocatesNothing(t *testing.T) {
	const caption = "Two men holding a red umbrella that says \"Rain\" walk past a dog in front of the café"
	for _, ex := range allExtractors(t) {
		phrases := ex.Extract(caption)
		if n := testing.AllocsPerRun(100, func() { phrases = ex.AppendPhrases(phrases[:0], caption) }); n > 1 {
			t.Errorf("%v allocations, want none but for what the collector took from the pool", n)
		}
	}
}
