// Package teacher defines what the pipeline asks of a grounding model: given
// an image, its caption and the phrases of the caption, where in the image is
// each phrase.
//
// The work is cut in two so that a device never waits for a decoder: Prepare
// is CPU work on one image and its texts and may run on any number of
// goroutines; Ground runs the model on a batch of prepared texts whose images
// have one Shape. Package teacher/glip implements both with a GLIP on ONNX
// Runtime, package teacher/guard goes on where single runs of a model fail.
//
// Batches decide float rounding, so their composition must depend on the order
// of the input alone, never on timing: Batcher does that.
package teacher

import (
	"context"
	"image"

	"github.com/groundmill/groundmill/schema"
)

// Shape is the padded raster size of a prepared example in pixels. Padding
// changes a GLIP's scores, so one batch holds one Shape only.
type Shape struct {
	Height, Width int
}

// Example is one image with the texts to ground in it.
type Example struct {
	Image *RGB
	Texts []Text // at least one
}

// Text is a caption and the spans to ground.
type Text struct {
	Caption string
	Phrases []schema.Span // code points of Caption, in order of Start
}

// RGB is an 8-bit raster, row-major, three bytes a pixel, no padding.
// len(Pix) == 3*Width*Height.
type RGB struct {
	Width, Height int
	Pix           []byte
}

// Bounds returns the raster's extent as the image package writes it.
func (m *RGB) Bounds() image.Rectangle { return image.Rect(0, 0, m.Width, m.Height) }

// Prepared is an image and one of its texts turned into model input. Only the
// Teacher that made it knows what is inside. Ground may be asked about it more
// than once, but not at the same time.
type Prepared interface {
	// Shape is the padded size that the batch must share.
	Shape() Shape
	// CaptionTruncated says that the model cannot read all of the caption, not
	// even in several parts: phrases may be BeyondPrompt.
	CaptionTruncated() bool
	// Release hands the memory back for later examples. It is called at most
	// once, after the last Ground; calling it is optional.
	Release()
}

// Answer is what Ground found out about one Prepared.
type Answer struct {
	Phrases []Grounding // one per phrase of the text; nil with Err
	// Err says why there is no answer for this one, such as a model that says
	// NaN. It wraps ErrExample; the rest of the batch is not concerned.
	Err error
}

// Grounding is the answer for one phrase.
type Grounding struct {
	// Best is the highest score at any position, whether or not it gave a box.
	Best float32
	// Boxes holds the detections by falling score, in pixels of Example.Image,
	// edges exclusive, inside the image.
	Boxes []schema.ScoredBox
	// BeyondPrompt says that the phrase is in no text that the model reads, so
	// it was not looked for: it is too long, too far into the caption, or
	// nothing that the tokenizer sees.
	BeyondPrompt bool
}

// Teacher grounds phrases. Implementations are safe for concurrent use.
type Teacher interface {
	// Prepare resizes the image and tokenises the texts: out[i] belongs to
	// ex.Texts[i]. All of out share the resized image, and where they are in one
	// batch, the model looks at it once. It does not keep ex.Image. An error
	// concerns this example alone and wraps ErrExample.
	Prepare(ex Example) (out []Prepared, err error)
	// Ground runs one batch of equal Shape. out[i] belongs to batch[i]; it
	// depends on the rest of the batch only within float rounding. An error
	// concerns the whole batch: a failed run of the model, which wraps
	// ErrOutOfMemory or ErrDeviceLost where these are the cause.
	Ground(ctx context.Context, batch []Prepared) (out []Answer, err error)
	// Info identifies the model for manifests.
	Info() Info
	// Close releases the model. No call may follow or be in flight.
	Close() error
}

// Info identifies a teacher: what a run must hold constant to be reproducible.
type Info struct {
	Name     string // from the model file, such as "glip-t"
	SHA256   string // hex digest of the model file and its external data
	Runtime  string // such as "onnxruntime 1.29.0"
	Provider string // of the runtime: "cpu", "cuda" or "tensorrt"
	Device   string // such as "cpu" or "cuda:0 NVIDIA H100 80GB HBM3"
}
