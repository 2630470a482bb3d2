package glip

import (
	"github.com/groundmill/groundmill/teacher/onnx"
)

// opset of the graph: 19 brought DeformConv, 20 Gelu.
const opset = 20

// Names of the graph's inputs and outputs. I is the number of images, H and W
// their padded size, B the number of texts, L the longest of them, N the
// positions of all levels. With OptimizeFull, M is the number of tokens that are
// scored, K that of phrases, and C that of candidates: of each level the best
// 1000 pairs of position and phrase, or all if there are fewer, level after level.
const (
	inputPixels = "pixels"         // uint8 [I,H,W,3], RGB; whatever lies outside sizes is ignored
	inputSizes  = "sizes"          // int64 [I,2], height and width of each image without padding
	inputImages = "images"         // int64 [B], the image of each text
	inputIDs    = "input_ids"      // int64 [B,L]
	inputMask   = "attention_mask" // int64 [B,L], 1 at tokens and 0 at padding

	inputColumns   = "columns"   // int64 [B,M], tokens to score
	inputPhrases   = "phrases"   // float32 [B,M,K], share of a scored token in the mean of a phrase
	inputThreshold = "threshold" // float32 [1], Parameters.InferenceThreshold

	outputLogits     = "logits"     // float32 [B,N,M]; M is L with OptimizeNone
	outputBoxes      = "bbox"       // float32 [B,N,4], deltas dx, dy, dw, dh
	outputCenterness = "centerness" // float32 [B,N], before the sigmoid

	outputScores = "scores" // float32 [B,C], of candidates, falling within a level; -1 where there are none left
	outputPlaces = "places" // int32 [B,C], position within the level · K + phrase
	outputEdges  = "edges"  // float32 [B,C,4], x1, y1, x2, y2 in inclusive pixels of the resized image
	outputBest   = "best"   // float32 [B,K], highest score of a phrase at any position
	outputSound  = "sound"  // float32 [B], NaN if any score is
)

// graphOptions say which of its forms a graph has.
type graphOptions struct {
	optimize  Optimization
	precision Precision
	debug     bool // the tensors between its parts become outputs too, named as in reference files
}

// buildGraph writes the whole model as one graph.
func buildGraph(a Architecture, weights tensorSource, o graphOptions) (*onnx.Graph, error) {
	b := newBuilder(a, weights, o)
	batch, tokens := onnx.Free("batch"), onnx.Free("tokens")
	ids := b.Input(inputIDs, onnx.Int64, batch, tokens)
	mask := b.Input(inputMask, onnx.Int64, batch, tokens)
	pixels := b.Input(inputPixels, onnx.Uint8, onnx.Free("image"), onnx.Free("height"), onnx.Free("width"), onnx.Fixed(3))
	sizes := b.Input(inputSizes, onnx.Int64, onnx.Free("image"), onnx.Fixed(2))
	images := b.Input(inputImages, onnx.Int64, batch)

	image := b.enterHalf(b.normalize(pixels, sizes))
	pyramid := b.fpn(b.swin(image), images)
	text := b.bert(ids, mask)
	b.head(pyramid, text)
	return b.Graph, b.err
}

// text is what the head knows of the caption.
type text struct {
	hidden onnx.Value // [B,L,D]
	mask   onnx.Value // float32 [B,L,1], 1 at tokens and 0 at padding
	bias   onnx.Value // float32 [B,1,1,L], added to attention scores of BERT layers
	absent onnx.Value // float32 [B,1,1,L], added to those of fusions
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
