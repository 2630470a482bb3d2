package synthetic

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Prefix begins the name of a synthetic model in configurations.
const Prefix = "synthetic:"

// Options say how the teacher behaves. The zero value answers at once.
type Options struct {
	Latency  time.Duration // time of a batch, however small
	PerImage time.Duration // time of each text of a batch with its image, on top
	// Stride is what padded sides are multiples of, in pixels; it decides how
	// many shapes there are. 0 is 64.
	Stride int
	Seed   uint64 // part of every hash
}

// Parse reads the name of a synthetic model. ok is false when name is not one.
func Parse(name string) (opts Options, ok bool, err error) {
	list, ok := strings.CutPrefix(name, Prefix)
	if !ok {
		return Options{}, false, nil
	}
	for item := range strings.SplitSeq(list, ",") {
		if item == "" {
			continue
		}
		if err := opts.set(item); err != nil {
			return Options{}, true, fmt.Errorf("model %s: %w", name, err)
		}
	}
	return opts, true, nil
}

func (o *Options) set(item string) (err error) {
	key, value, _ := strings.Cut(item, "=")
	switch key {
	case "latency":
		o.Latency, err = time.ParseDuration(value)
	case "per_image":
		o.PerImage, err = time.ParseDuration(value)
	case "stride":
		o.Stride, err = strconv.Atoi(value)
	case "seed":
		o.Seed, err = strconv.ParseUint(value, 10, 64)
	default:
		return fmt.Errorf("unknown option %q; known are latency, per_image, stride, seed", key)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if o.Latency < 0 || o.PerImage < 0 || o.Stride < 0 {
		return fmt.Errorf("%s: %s is negative", key, value)
	}
	return nil
}

// id names what decides the teacher's answers: not how long it takes.
func (o Options) id() string { return fmt.Sprintf("%sseed=%d", Prefix, o.Seed) }
