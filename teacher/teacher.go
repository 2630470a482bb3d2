// Package teacher defines what the pipeline asks of a grounding model: given
// an image, its caption and the phrases of the caption, where in the image is
// each phrase.
//
// The work is cut in two so that a device never waits for a decoder: Prepare
// is CPU work on one example and may run on any number of goroutines; Ground
// runs the model on a batch of prepared examples of one Shape. Package
// teacher/glip implements both with a GLIP on ONNX Runtime.
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

// Example is one image with its caption and the spans to ground.
type Example struct {
	Image   *RGB
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

// Prepared is an Example turned into model input. Only the Teacher that made it
// knows what is inside. It may be used in one Ground call only.
type Prepared interface {
	// Shape is the padded size that the batch must share.
	Shape() Shape
	// CaptionTruncated says that the model cannot read all of the caption, not
	// even in several parts: phrases may be BeyondPrompt.
	CaptionTruncated() bool
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
	// Prepare resizes and tokenises one example. It does not keep ex.Image. An
	// error concerns this example alone and wraps ErrExample.
	Prepare(ex Example) (Prepared, error)
	// Ground runs one batch of prepared examples of equal Shape. out[i][p]
	// belongs to phrase p of batch[i]. The result of an example depends on the
	// batch only within float rounding.
	Ground(ctx context.Context, batch []Prepared) (out [][]Grounding, err error)
	// Info identifies the model for manifests.
	Info() Info
	// Close releases the model. No call may follow or be in flight.
	Close() error
}

// Info identifies a teacher: what a run must hold constant to be reproducible.
type Info struct {
	Name    string // from the model file, such as "glip-t"
	SHA256  string // hex digest of the model file and its external data
	Runtime string // such as "onnxruntime 1.29.0"
	Device  string // such as "cpu"
}
