package coco

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/groundmill/groundmill/internal/bootstrap"
)

// draw returns a set of images of one imaginary world, in some of which a detector
// is worse than in others.
func draw(random *rand.Rand, images, categories int) (*Dataset, *Results) {
	data := &Dataset{Images: make([]Image, images), Categories: make([]Category, categories)}
	results := &Results{}
	detect := func(image, category int, box Box, score float64) {
		results.Detections = append(results.Detections, Detection{image, category, box, score})
	}
	for i := range images {
		hard := random.Float64()
		for range 1 + random.IntN(8) {
			box := Box{400 * random.Float64(), 280 * random.Float64(), 10 + 190*random.Float64(), 10 + 190*random.Float64()}
			category := int(float64(categories) * random.Float64() * random.Float64()) // some are rare
			data.Truths = append(data.Truths, Truth{Image: i, Category: category, Box: box, Area: box.W * box.H})
			if random.Float64() > 0.6*hard {
				box.X, box.Y = box.X+6*random.NormFloat64(), box.Y+6*random.NormFloat64()
				detect(i, category, box, math.Sqrt(random.Float64()))
			}
		}
		for range random.IntN(1 + int(8*hard)) {
			detect(i, random.IntN(categories), Box{400 * random.Float64(), 280 * random.Float64(), 50, 50}, random.Float64()*random.Float64())
		}
	}
	return data, results
}

// TestIntervalsCover draws many sets of one world and counts whose intervals hold
// the mean over all of them: nearly 95 of 100. An interval from twice as many images
// would not.
func TestIntervalsCover(t *testing.T) {
	if testing.Short() {
		t.Skip("evaluates 20,000 resamples")
	}
	const sets, images, categories = 200, 50, 3
	random := rand.New(rand.NewPCG(2026, 11))
	var reports []*Report
	means := make([]float64, len(Names))
	for range sets {
		data, results := draw(random, images, categories)
		r, err := Evaluate(t.Context(), data, results, bootstrap.Config{Resamples: 100, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		reports = append(reports, r)
		for i, f := range r.Figures {
			means[i] += float64(f.Value) / sets
		}
	}
	for i, name := range Names {
		held, narrow := 0, 0
		for _, r := range reports {
			f := r.Figures[i]
			held += one(float64(f.Low) <= means[i] && means[i] <= float64(f.High))
			middle, half := float64(f.Low+f.High)/2, float64(f.High-f.Low)/2/math.Sqrt2
			narrow += one(math.Abs(means[i]-middle) <= half)
		}
		t.Logf("%-9s %.4f: held by %d of %d", name, means[i], held, sets)
		if i < 3 && (held < 176 || held > 198 || narrow > held-10) {
			t.Errorf("%s: %d of %d intervals hold the mean, %d of narrower ones", name, held, sets, narrow)
		}
	}
}
