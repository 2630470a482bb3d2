package coco

// Box is a rectangle in pixels: its top left corner, width and height.
type Box struct{ X, Y, W, H float64 }

// Image is an image of a dataset.
type Image struct {
	ID   int64
	File string
}

// Category is a class of objects.
type Category struct {
	ID   int64
	Name string
}

// Truth is one annotated object.
type Truth struct {
	Image, Category int // positions in the Dataset
	Box             Box
	Area            float64 // square pixels, of the segmentation where there is one
	Crowd           bool    // a region of many objects: whatever is found in it is ignored
}

// Dataset is a set of annotated images. Images and Categories are by rising ID,
// without repeats.
type Dataset struct {
	Images     []Image
	Categories []Category
	Truths     []Truth // in the order of the file

	images, categories map[int64]int // positions by ID
}

// Detection is one found object.
type Detection struct {
	Image, Category int // positions in the Dataset
	Box             Box
	Score           float64
}

// Results are detections in the order of their file.
type Results struct {
	Detections []Detection
	// OtherCategories counts those of categories that the dataset does not have,
	// which are left out.
	OtherCategories int
}

// iou is the intersection over union; over the detection's area alone when the
// truth is a crowd. The conversions forbid fused multiply-adds, which would make
// exact thresholds a matter of the processor.
func (d Box) iou(truth Box, crowd bool) float64 {
	w := min(d.W+d.X, truth.W+truth.X) - max(d.X, truth.X)
	h := min(d.H+d.Y, truth.H+truth.Y) - max(d.Y, truth.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	inter := float64(w * h)
	if crowd {
		return inter / d.area()
	}
	return inter / (d.area() + truth.area() - inter)
}

func (d Box) area() float64 { return float64(d.W * d.H) }
