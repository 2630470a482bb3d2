package scene

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDefaultIsValid(t *testing.T) {
	if err := Default().Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidateNamesTheField(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(*Config)
	}{
		{"Canvases: at least one", func(c *Config) { c.Canvases = nil }},
		{"Canvases[1].Width: 192-100 is not", func(c *Config) { c.Canvases[1].Width = Span{192, 100} }},
		{"Canvases[0].Height: 4 is not", func(c *Config) { c.Canvases[0].Height = Span{4, 4} }},
		{"Object: 2-40 is not", func(c *Config) { c.Object = Span{2, 40} }},
		{"Kinds: 0-3 is not", func(c *Config) { c.Kinds = Span{0, 3} }},
		{"Kinds: 2-4 asks for more than MaxObjects, 3", func(c *Config) { c.MaxObjects = 3 }},
		{"MaxObjects: 65 is not", func(c *Config) { c.MaxObjects = 65 }},
		{"MaxOverlap: 1.5 is not", func(c *Config) { c.MaxOverlap = 1.5 }},
		{"MaxTurn: -1 is not", func(c *Config) { c.MaxTurn = -1 }},
		{"MixSets: NaN is not", func(c *Config) { c.MixSets = math.NaN() }},
		{"Nouns: 5 is not", func(c *Config) { c.Nouns = 5 }},
		{"Absent: 2 is not", func(c *Config) { c.Absent = 2 }},
		{"Omit: -0.1 is not", func(c *Config) { c.Omit = -0.1 }},
	} {
		cfg := Default()
		c.change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

func TestValidateReportsAllProblems(t *testing.T) {
	var got []string
	for _, line := range strings.Split(Config{}.Validate().Error(), "\n") {
		field, _, _ := strings.Cut(line, ":")
		got = append(got, field)
	}
	if diff := cmp.Diff([]string{"Canvases", "Object", "MaxObjects", "Kinds"}, got); diff != "" {
		t.Errorf("fields of the zero configuration (-want +got):\n%s", diff)
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := New(Config{}, nil); err == nil {
		t.Error("New took an empty configuration")
	}
	if _, err := New(Default(), nil); err == nil {
		t.Error("New took no picture set")
	}
}

func TestSomeNounsSpreadOverTheList(t *testing.T) {
	all, some := Nouns(), someNouns(60)
	if len(some) != 60 || some[0].Label() != all[0].Label() {
		t.Fatalf("%d nouns from %q on, want 60 from %q on", len(some), some[0].Label(), all[0].Label())
	}
	seen := map[string]bool{}
	for _, n := range some {
		seen[n.Label()] = true
	}
	if len(seen) != 60 {
		t.Errorf("%d distinct nouns, want 60", len(seen))
	}
}
