package teacherbench

import (
	"time"

	"github.com/groundmill/groundmill/teacher/glip"
)

// Report is what Run measured.
type Report struct {
	Model    glip.Description `json:"model"`
	Runtime  string           `json:"runtime"`
	Provider string           `json:"provider"`
	Device   string           `json:"device"`
	Threads  int              `json:"threads"` // of one run
	InFlight int              `json:"in_flight"`
	Workers  int              `json:"workers"`
	Images   int              `json:"images"` // different ones
	// Shape is what the last run had to do for each image.
	Shape glip.Workload `json:"shape"`
	// Points holds a measurement for each batch size, in the order asked for.
	Points  []Point `json:"points"`
	Profile Profile `json:"profile"`
	Host    Host    `json:"host"`
	// PeakBytes is the most resident memory of the process up to the profile, 0
	// where the system does not tell.
	PeakBytes int64 `json:"peak_bytes"`
}

// Point is what one batch size gives.
type Point struct {
	Batch int     `json:"batch"`
	Bare  float64 `json:"bare_images_per_second"`
	Fed   float64 `json:"fed_images_per_second"`
	Ratio float64 `json:"fed_to_bare"`
	// Busy is the share of the fed loop's time with a run of the session under way.
	Busy float64 `json:"device_busy_share"`
	// ModelMillis and PostMillis are the times of an image in the session and in
	// post-processing, in the bare loop.
	ModelMillis float64 `json:"model_ms_per_image"`
	PostMillis  float64 `json:"post_ms_per_image"`
	GFLOPS      float64 `json:"gflop_per_second"` // of the bare loop
	BytesIn     int64   `json:"bytes_in_per_image"`
	BytesOut    int64   `json:"bytes_out_per_image"`
}

func newPoint(size int, bare, fed pace) Point {
	images := int64(bare.images)
	return Point{
		Batch: size, Bare: bare.rate(), Fed: fed.rate(), Ratio: fed.rate() / bare.rate(),
		Busy:        fed.traffic.busy.Seconds() / fed.wall.Seconds(),
		ModelMillis: milliseconds(bare.traffic.total, bare.images),
		PostMillis:  milliseconds(bare.ground-bare.traffic.total, bare.images),
		GFLOPS:      gflops(bare.traffic.all(), bare.wall),
		BytesIn:     bare.traffic.in / images,
		BytesOut:    bare.traffic.out / images,
	}
}

// Profile is what the runtime's profiler says of one batch size.
type Profile struct {
	Batch int        `json:"batch"`
	Runs  int        `json:"runs"` // the first one, which warms up, included
	Parts []PartCost `json:"parts"`
	// BetweenMillis is the runtime's own time, between the nodes; recording them is
	// part of it.
	BetweenMillis float64 `json:"between_ms_per_image"`
	// InferredShare is the share of the nodes' time that is counted to a part by
	// the order of nodes, not by their names.
	InferredShare float64 `json:"inferred_share"`
}

// PartCost is the cost of one part of the model for one image.
type PartCost struct {
	Part   glip.Part `json:"part"`
	GMACs  float64   `json:"gmac"` // 10⁹ multiply-adds
	Millis float64   `json:"ms"`
	GFLOPS float64   `json:"gflop_per_second"`
}

func newProfile(batch int, times PartTimes, seen traffic) Profile {
	p := Profile{Batch: batch, Runs: times.Runs, BetweenMillis: milliseconds(times.Between, seen.texts)}
	if nodes := times.Sum() - times.Between; nodes > 0 {
		p.InferredShare = times.Inferred.Seconds() / nodes.Seconds()
	}
	for _, part := range glip.Parts {
		spent, macs := times.Parts[part], seen.macs[part]
		if spent == 0 && macs == 0 {
			continue
		}
		p.Parts = append(p.Parts, PartCost{
			Part: part, GMACs: float64(macs) / 1e9 / float64(seen.texts),
			Millis: milliseconds(spent, seen.texts), GFLOPS: gflops(macs, spent),
		})
	}
	return p
}

// Host is what a processor core spends on an image outside of the model.
type Host struct {
	DecodeMillis  float64 `json:"decode_ms"`
	PrepareMillis float64 `json:"prepare_ms"` // resizing and tokenising
}

func newHost(t hostTime) Host {
	return Host{milliseconds(t.decode, t.images), milliseconds(t.prepare, t.images)}
}

// milliseconds is the time of one of n images.
func milliseconds(t time.Duration, n int) float64 {
	return 1000 * t.Seconds() / float64(max(n, 1))
}

// gflops is 10⁹ floating point operations a second.
func gflops(macs int64, t time.Duration) float64 {
	if t <= 0 {
		return 0
	}
	return 2 * float64(macs) / 1e9 / t.Seconds()
}
