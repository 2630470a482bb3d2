package wordpiece_test

import (
	"fmt"

	"github.com/groundmill/groundmill/teacher/wordpiece"
)

func Example() {
	caption := []rune("Two croissants, crème brûlée")
	vocab := wordpiece.UncasedVocab()
	for _, p := range wordpiece.Uncased().Encode(string(caption)) {
		fmt.Println(p.ID, vocab[p.ID], string(caption[p.Start:p.End]))
	}
	// Output:
	// 2048 two Two
	// 13675 cr cr
	// 10054 ##ois ois
	// 22341 ##sant sant
	// 2015 ##s s
	// 1010 , ,
	// 13675 cr cr
	// 21382 ##eme ème
	// 7987 br br
	// 9307 ##ule ûlé
	// 2063 ##e e
}
