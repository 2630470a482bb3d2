package glip

import "github.com/groundmill/groundmill/teacher/onnx"

// Statistics of the training pixels in BGR order on the 0-255 scale
// (mb/config/defaults.py, INPUT.PIXEL_MEAN and PIXEL_STD).
var (
	pixelMean = []float32{103.530, 116.280, 123.675}
	pixelStd  = []float32{57.375, 57.120, 58.395}
)

// normalize turns RGB bytes [B,H,W,3] into BGR floats [B,3,H,W]: (v-mean)/std,
// and zero outside each image, which pads after the normalisation.
func (b *builder) normalize(pixels, sizes onnx.Value) onnx.Value {
	b.Scope("pixels")
	x := b.transpose(pixels, 0, 3, 1, 2)
	x = b.gather(x, b.Ints(2, 1, 0), 1)
	x = b.cast(x, onnx.Float32)
	channel := []int64{3, 1, 1}
	x = b.op("Div", b.op("Sub", x, b.FloatTensor(channel, pixelMean)), b.FloatTensor(channel, pixelStd))

	rows := b.op("Less", b.count(b.dim(pixels, 1)), b.sliceAt(sizes, 1, 0, 1))    // [B,H]
	columns := b.op("Less", b.count(b.dim(pixels, 2)), b.sliceAt(sizes, 1, 1, 2)) // [B,W]
	inside := b.op("And", b.unsqueeze(rows, 1, 3), b.unsqueeze(columns, 1, 2))
	x = b.op("Where", inside, x, b.Floats(0))
	b.tap("input", x, 4)
	return x
}
