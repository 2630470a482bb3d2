package machine

import (
	"runtime"
	"testing"
)

func TestModelName(t *testing.T) {
	for cpuinfo, want := range map[string]string{
		"processor\t: 0\nmodel name\t: AMD EPYC\nflags\t: fpu\nmodel name\t: another\n": "AMD EPYC",
		"processor\t: 0\nBogoMIPS\t: 50.00\n":                                           runtime.GOARCH, // as on arm64
		"":                                                                              runtime.GOARCH,
	} {
		if got := modelName(cpuinfo); got != want {
			t.Errorf("%q: got %q, want %q", cpuinfo, got, want)
		}
	}
}
