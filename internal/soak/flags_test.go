package soak

import (
	"cmp"
	"flag"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"
)

var (
	killCount = flag.Int("soak.kills", 20, "how many times processes are killed at random moments")
	seedFlag  = flag.Uint64("soak.seed", 0, "draws the attacks; 0 draws a seed, too")
)

// drawn is the seed of this process where none is given.
var drawn = 1 + rand.Uint64N(1<<32)

// seed draws all attacks of this process.
func seed() uint64 { return cmp.Or(*seedFlag, drawn) }

// draw returns what draws the attacks of a test, whichever other tests run. What
// fails says how to draw them again.
func draw(t *testing.T) *rand.Rand {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() || testing.Verbose() {
			pattern := "'^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$'"
			t.Logf("to repeat: go test ./internal/soak -run %s -soak.seed=%d -soak.kills=%d", pattern, seed(), *killCount)
		}
	})
	name := fnv.New64a()
	name.Write([]byte(t.Name()))
	return rand.New(rand.NewPCG(seed(), name.Sum64()))
}
