package coco

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/bootstrap"
)

// truth has one category, two images and a truth of 10×10 pixels in each.
const truth = `{"info": {"year": 2026}, "images": [{"id": 2, "file_name": "b.jpg"}, {"id": 1}],
 "annotations": [{"id": 1, "image_id": 1, "category_id": 5, "bbox": [0, 0, 10, 10], "area": 100, "iscrowd": 0, "segmentation": [[1, 2]]},
                 {"id": 2, "image_id": 2, "category_id": 5, "bbox": [0, 0, 10, 10]}],
 "categories": [{"id": 5, "name": "dog"}, {"id": 9, "name": "cat"}]}`

func found(image int, score float64, box string) string {
	return fmt.Sprintf(`{"image_id": %d, "category_id": 5, "bbox": [%s], "score": %v}`, image, box, score)
}

// TestByHand checks numbers that can be worked out on paper.
func TestByHand(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		name    string
		results []string
		ap50    float64
		ap, ar1 float64
		medium  float64
	}{
		{"both found", []string{found(1, 0.9, "0,0,10,10"), found(2, 0.8, "0,0,10,10")}, 1, 1, 1, nan},
		{"none found", []string{found(1, 0.9, "20,20,10,10")}, 0, 0, 0, nan},
		// Precision 1 up to a recall of 0.5: 51 of 101 points.
		{"one of two", []string{found(1, 0.9, "0,0,10,10")}, 51. / 101, 51. / 101, 0.5, nan},
		// The overlap is 0.7: found at 0.50, 0.55, 0.60, 0.65 and 0.70.
		{"overlap of exactly 0.7", []string{found(1, 0.9, "0,0,10,7"), found(2, 0.8, "0,0,10,7")}, 1, 0.5, 0.5, nan},
		// A miss first: precision 1/2 up to 0.5, then 2/3 up to 1, so 2/3 everywhere.
		{"a better miss", []string{found(1, 0.9, "50,50,5,5"), found(1, 0.8, "0,0,10,10"), found(2, 0.7, "0,0,10,10")}, 2. / 3, 2. / 3, 0.5, nan},
		{"found twice", []string{found(1, 0.9, "0,0,10,10"), found(1, 0.8, "0,0,10,10")}, 51. / 101, 51. / 101, 0.5, nan},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			r := evaluateFiles(t, []byte(truth), []byte("["+strings.Join(tc.results, ",")+"]"))
			for i, want := range map[int]float64{0: tc.ap, 1: tc.ap50, 6: tc.ar1, 4: tc.medium} {
				if got := float64(r.Figures[i].Value); math.Abs(got-want) > 1e-12 || math.IsNaN(got) != math.IsNaN(want) {
					t.Errorf("%s is %v, want %v", Names[i], got, want)
				}
			}
		})
	}
}

func TestReadDatasetRefuses(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(truth, old, new, 1) }
	tests := []struct{ name, in, want string }{
		{"no object", "[]", "f: byte 1: [ stands where { must"},
		{"cut off", truth[:300], "f: annotations[1].unexpected EOF"},
		{"no array", `{"images": []}`, `f: there is no "annotations" in it`},
		{"unknown image", change(`"image_id": 2`, `"image_id": 3`), "f: annotations[1].image_id: there is no image 3"},
		{"unknown category", change(`"category_id": 5`, `"category_id": 6`), "f: annotations[0].category_id: there is no category 6"},
		{"three numbers", change("[0, 0, 10, 10]", "[0, 0, 10]"), "f: annotations[0].bbox: [0 0 10] has not the four numbers"},
		{"negative size", change("[0, 0, 10, 10]", "[0, 0, -10, 10]"), "f: annotations[0].bbox: [0 0 -10 10] has a negative size"},
		{"words for numbers", change("[0, 0, 10, 10]", `[0, 0, "a", 10]`), "f: annotations[0].json: cannot unmarshal string into Go struct field annotation.bbox"},
		{"id twice", change(`"id": 2, "image_id"`, `"id": 1, "image_id"`), "f: annotations[1].id: 1 is used twice"},
		{"id zero", change(`"id": 2, "image_id"`, `"id": 0, "image_id"`), "f: annotations[1].id: 0 is not 1 or more"},
		{"image twice", change(`{"id": 1}`, `{"id": 2}`), "f: images: id 2 is used twice"},
		{"crowd of two", change(`"iscrowd": 0`, `"iscrowd": 2`), "f: annotations[0].iscrowd: 2 is not 0 or 1"},
		{"more behind", truth + "x", "f: byte "},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ReadDataset(strings.NewReader(tc.in), "f")
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q in it", err, tc.want)
			}
		})
	}
}

func TestReadResultsRefuses(t *testing.T) {
	data, err := ReadDataset(strings.NewReader(truth), "truth")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, in, want string }{
		{"no array", "{}", "f: results: byte 1: { stands where [ must"},
		{"unknown image", "[" + found(1, 1, "0,0,1,1") + "," + found(7, 1, "0,0,1,1") + "]", "f: results[1].image_id: the annotations have no image 7"},
		{"no score", `[{"image_id": 1, "category_id": 5, "bbox": [0,0,1,1]}]`, "f: results[0].score: is missing"},
		{"cut off", `[{"image_id": 1, "cat`, "f: results[0].unexpected EOF"},
		{"not closed", "[" + found(1, 1, "0,0,1,1"), "f: results"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ReadResults(strings.NewReader(tc.in), "f", data)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q in it", err, tc.want)
			}
		})
	}
	other, err := ReadResults(strings.NewReader(`[{"image_id": 1, "category_id": 77, "bbox": [0,0,1,1], "score": 1}]`), "f", data)
	if err != nil || other.OtherCategories != 1 || len(other.Detections) != 0 {
		t.Errorf("another category: %+v, %v", other, err)
	}
}

// TestWeightsAreRepeatedImages guards the bootstrap: an image that is drawn twice
// counts as if the dataset had it twice.
func TestWeightsAreRepeatedImages(t *testing.T) {
	for _, tc := range randomCases[:5] {
		if tc.steps > 0 {
			continue // equal scores of an image have no order to keep
		}
		annotations, results := tc.files(t)
		data, err := ReadDataset(strings.NewReader(string(annotations)), "truth")
		if err != nil {
			t.Fatal(err)
		}
		found, err := ReadResults(strings.NewReader(string(results)), "results", data)
		if err != nil {
			t.Fatal(err)
		}
		counts := make([]int32, len(data.Images))
		for i := range counts {
			counts[i] = int32(i * 7 % 4)
		}
		weighted := rank(data, found.Detections).figures(counts)
		repeated, detections := repeat(data, found.Detections, counts)
		want := rank(repeated, detections).figures(nil)
		if diff := cmp.Diff(want, weighted, cmp.Comparer(same)); diff != "" {
			t.Errorf("%s: (-repeated +weighted):\n%s", tc.name, diff)
		}
	}
}

func same(a, b float64) bool {
	return a == b || math.Abs(a-b) < 1e-12 || math.IsNaN(a) && math.IsNaN(b)
}

// repeat returns a dataset that has image i counts[i] times.
func repeat(data *Dataset, detections []Detection, counts []int32) (*Dataset, []Detection) {
	out := &Dataset{Categories: data.Categories}
	var found []Detection
	for i := range data.Images {
		for range counts[i] {
			image := len(out.Images)
			out.Images = append(out.Images, Image{ID: int64(image)})
			for _, t := range data.Truths {
				if t.Image == i {
					t.Image = image
					out.Truths = append(out.Truths, t)
				}
			}
			for _, d := range detections {
				if d.Image == i {
					d.Image = image
					found = append(found, d)
				}
			}
		}
	}
	return out, found
}

func TestReportHasIntervalsAndCategories(t *testing.T) {
	annotations, results := randomCases[4].files(t)
	data, err := ReadDataset(strings.NewReader(string(annotations)), "truth")
	if err != nil {
		t.Fatal(err)
	}
	found, err := ReadResults(strings.NewReader(string(results)), "results", data)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Evaluate(t.Context(), data, found, bootstrap.Config{Resamples: 200, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Figures[:3] {
		if !(f.Low < f.Value && f.Value < f.High) {
			t.Errorf("%s: %v is not inside %v-%v", f.Name, f.Value, f.Low, f.High)
		}
	}
	if r.Categories != 5 || len(r.ByCategory) != 9 || !math.IsNaN(float64(r.ByCategory[0].AP)) {
		t.Errorf("%d categories with truths, %d in all, the first has AP %v", r.Categories, len(r.ByCategory), r.ByCategory[0].AP)
	}
	var text strings.Builder
	r.WriteText(&text)
	if !strings.Contains(text.String(), "percentile bootstrap, 200 resamples, seed 3") {
		t.Errorf("text does not state the bootstrap:\n%s", text.String())
	}
}

func FuzzReadDataset(f *testing.F) {
	f.Add([]byte(truth))
	f.Add([]byte(`{"images":[],"annotations":[],"categories":[]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		data, err := ReadDataset(strings.NewReader(string(in)), "f")
		if err != nil {
			return
		}
		for _, truth := range data.Truths {
			if truth.Image >= len(data.Images) || truth.Category >= len(data.Categories) || !(truth.Area >= 0) {
				t.Fatalf("truth %+v of %d images", truth, len(data.Images))
			}
		}
	})
}

func FuzzReadResults(f *testing.F) {
	data, err := ReadDataset(strings.NewReader(truth), "truth")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("[" + found(1, 0.5, "0,0,1,1") + "]"))
	f.Add([]byte("[]"))
	f.Fuzz(func(t *testing.T, in []byte) {
		results, err := ReadResults(strings.NewReader(string(in)), "f", data)
		if err != nil {
			return
		}
		// What is read can be evaluated, and rates are rates.
		for _, v := range rank(data, results.Detections).figures(nil) {
			if !math.IsNaN(v) && (v < 0 || v > 1+1e-9) {
				t.Fatalf("figures %v", v)
			}
		}
		if slices.ContainsFunc(results.Detections, func(d Detection) bool { return d.Image > 1 }) {
			t.Fatal("a detection of no image")
		}
	})
}
