package soak

import (
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

// seed draws all attacks of this process.
var seed = func() func() uint64 {
	drawn := rand.Uint64() >> 32
	return func() uint64 {
		if *seedFlag != 0 {
			return *seedFlag
		}
		return drawn
	}
}()

// draw returns what draws the attacks of a test, whichever other tests run. What
// fails says how to draw them again.
func draw(t *testing.T) *rand.Rand {
	t.Helper()
	again := func() {
		pattern := "'^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$'"
		t.Logf("to repeat: go test ./internal/soak -run %s -soak.seed=%d -soak.kills=%d", pattern, seed(), *killCount)
	}
	t.Cleanup(func() {
		if t.Failed() || testing.Verbose() {
			again()
		}
	})
	name := fnv.New64a()
	name.Write([]byte(t.Name()))
	return rand.New(rand.NewPCG(seed(), name.Sum64()))
}
