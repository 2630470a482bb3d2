package glip

import (
	"github.com/groundmill/groundmill/teacher/onnx"
)

// opset of the graph: 19 brought DeformConv, 20 Gelu.
const opset = 20

// Names of the graph's inputs and outputs. B is the batch, H and W the padded
// image size, L the longest text, N the positions of all levels.
const (
	inputPixels = "pixels"         // uint8 [B,H,W,3], RGB; whatever lies outside sizes is ignored
	inputSizes  = "sizes"          // int64 [B,2], height and width of each image without padding
	inputIDs    = "input_ids"      // int64 [B,L]
	inputMask   = "attention_mask" // int64 [B,L], 1 at tokens and 0 at padding

	outputLogits     = "logits"     // float32 [B,N,L]
	outputBoxes      = "bbox"       // float32 [B,N,4], deltas dx, dy, dw, dh
	outputCenterness = "centerness" // float32 [B,N], before the sigmoid
)

// buildGraph writes the whole model as one graph. With debug, the tensors
// between its parts become outputs too, named as in reference files.
func buildGraph(a Architecture, weights tensorSource, debug bool) (*onnx.Graph, error) {
	b := newBuilder(a, weights, debug)
	ids := b.Input(inputIDs, onnx.Int64, onnx.Free("batch"), onnx.Free("tokens"))
	mask := b.Input(inputMask, onnx.Int64, onnx.Free("batch"), onnx.Free("tokens"))
	pixels := b.Input(inputPixels, onnx.Uint8, onnx.Free("batch"), onnx.Free("height"), onnx.Free("width"), onnx.Fixed(3))
	sizes := b.Input(inputSizes, onnx.Int64, onnx.Free("batch"), onnx.Fixed(2))

	image := b.normalize(pixels, sizes)
	pyramid := b.fpn(b.swin(image))
	text := b.bert(ids, mask)
	b.head(pyramid, text)
	return b.Graph, b.err
}

// text is what the head knows of the caption.
type text struct {
	hidden onnx.Value // [B,L,D]
	mask   onnx.Value // float32 [B,L,1], 1 at tokens and 0 at padding
	bias   onnx.Value // float32 [B,1,1,L], added to attention scores
}

// pyramid holds the feature maps P3..P7, each [B,C,H,W], and what is derived
// from their sizes once.
type pyramid struct {
	maps   [levels]onnx.Value
	shapes [levels]onnx.Value // int64 [4]; one per level holds for every block
	cells  [levels]onnx.Value // int64 [1], H·W
}

// with returns the pyramid with other maps of the same sizes.
func (p pyramid) with(maps [levels]onnx.Value) pyramid {
	p.maps = maps
	return p
}
