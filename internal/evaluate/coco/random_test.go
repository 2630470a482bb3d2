package coco

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
)

// randomCase is a way to make annotations and results at random.
type randomCase struct {
	name       string
	seed       uint64
	images     int
	categories int
	truths     int     // most truths an image and category
	found      int     // most false detections an image and category
	crowds     float64 // share of truths
	steps      int     // different scores; 0 is any score
	grid       float64 // coordinates are multiples of it; 0 is any coordinate
	unused     int     // of the categories, how many have no truth
	bare       float64 // share of images without truths
	missing    float64 // share of truths that no detection is near
}

var randomCases = []randomCase{
	{name: "plain", seed: 1, images: 40, categories: 5, truths: 4, found: 5, missing: 0.2},
	{name: "ties", seed: 2, images: 40, categories: 3, truths: 6, found: 6, steps: 4, grid: 10, missing: 0.1},
	{name: "crowds", seed: 3, images: 30, categories: 3, truths: 6, found: 8, crowds: 0.4, missing: 0.2},
	{name: "crowds and ties", seed: 4, images: 30, categories: 2, truths: 8, found: 8, crowds: 0.3, steps: 3, grid: 8},
	{name: "empty categories", seed: 5, images: 20, categories: 9, truths: 3, found: 4, unused: 4, missing: 0.5},
	{name: "more than a hundred detections", seed: 6, images: 4, categories: 2, truths: 90, found: 150, missing: 0.1},
	{name: "more than a hundred ties", seed: 7, images: 4, categories: 2, truths: 90, found: 150, steps: 5, missing: 0.1},
	{name: "images without truths", seed: 8, images: 40, categories: 3, truths: 3, found: 4, bare: 0.6},
	{name: "no truth", seed: 9, images: 5, categories: 2, truths: 3, found: 4, bare: 1},
	{name: "all found exactly", seed: 10, images: 10, categories: 2, truths: 3, grid: 1},
	{name: "many images", seed: 11, images: 300, categories: 8, truths: 3, found: 4, crowds: 0.05, steps: 50, bare: 0.2, missing: 0.3},
}

// files returns the annotations and the results.
func (c randomCase) files(t *testing.T) (annotations, results []byte) {
	t.Helper()
	m := &maker{randomCase: c, random: rand.New(rand.NewPCG(c.seed, 0))}
	truth := map[string]any{"info": map[string]any{}, "images": m.listImages(), "categories": m.listCategories()}
	for i := range c.images {
		bare := m.random.Float64() < c.bare
		for k := range c.categories {
			m.fill(i, k, bare || k < c.unused)
		}
	}
	m.random.Shuffle(len(m.found), func(i, j int) { m.found[i], m.found[j] = m.found[j], m.found[i] })
	truth["annotations"] = m.truths
	return marshal(t, truth), marshal(t, m.found)
}

type object map[string]any

type maker struct {
	randomCase
	random        *rand.Rand
	truths, found []object
}

func (m *maker) imageID(i int) int    { return 1000 - 3*i } // falling: order is by id
func (m *maker) categoryID(k int) int { return 7*k + 1 }

func (m *maker) listImages() (out []object) {
	for i := range m.images {
		out = append(out, object{"id": m.imageID(i), "width": 640, "height": 480, "file_name": "x.jpg"})
	}
	return out
}

func (m *maker) listCategories() (out []object) {
	for k := range m.categories {
		out = append(out, object{"id": m.categoryID(k), "name": string(rune('a' + k))})
	}
	return out
}

func (m *maker) fill(i, k int, bare bool) {
	if m.truths == nil {
		m.truths = []object{} // [] rather than null in JSON
	}
	n := m.random.IntN(m.randomCase.truths + 1)
	for range n {
		box := m.box()
		crowd := m.random.Float64() < m.crowds
		if !bare {
			area := round(box[2] * box[3] * (0.4 + 0.6*m.random.Float64()))
			m.truths = append(m.truths, object{"id": len(m.truths) + 1, "image_id": m.imageID(i), "category_id": m.categoryID(k),
				"bbox": box, "area": area, "iscrowd": one(crowd), "segmentation": []any{}})
		}
		for range 1 + 2*one(crowd) {
			if m.random.Float64() >= m.missing {
				m.detect(i, k, m.near(box))
			}
		}
	}
	if m.randomCase.found > 0 {
		for range m.random.IntN(m.randomCase.found + 1) {
			m.detect(i, k, m.box())
		}
	}
}

func (m *maker) detect(i, k int, box [4]float64) {
	score := m.random.Float64()
	if m.steps > 0 {
		score = float64(m.random.IntN(m.steps)) / float64(m.steps)
	}
	m.found = append(m.found, object{"image_id": m.imageID(i), "category_id": m.categoryID(k), "bbox": box, "score": score})
}

// box has sides of 8 to 250 pixels, evenly on a logarithmic scale.
func (m *maker) box() [4]float64 {
	side := func() float64 { return m.snap(8 * math.Pow(32, m.random.Float64())) }
	return [4]float64{m.snap(400 * m.random.Float64()), m.snap(300 * m.random.Float64()), max(side(), 1), max(side(), 1)}
}

// near moves a box a little, on a grid by whole steps so that overlaps are simple
// fractions.
func (m *maker) near(b [4]float64) [4]float64 {
	if m.grid == 1 {
		return b
	}
	for i := range b {
		b[i] = m.snap(b[i] + 0.3*(m.random.Float64()-0.5)*min(b[2], b[3]))
	}
	b[2], b[3] = max(b[2], 1), max(b[3], 1)
	return b
}

func (m *maker) snap(v float64) float64 {
	if m.grid > 0 {
		return m.grid * math.Round(v/m.grid)
	}
	return round(v)
}

func round(v float64) float64 { return math.Round(v*100) / 100 }

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
