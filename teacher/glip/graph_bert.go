package glip

import (
	"fmt"
	"math"

	"github.com/groundmill/groundmill/teacher/onnx"
)

// What is added to attention scores of padding tokens, so that their probability
// becomes exactly zero: in BERT layers, and in fusions, whose scores may be large
// (mb/utils/fuse_helper.py).
const (
	maskedScore  = -10000
	maskedFusion = -9e15
)

// bert runs the text encoder (Devlin et al., arXiv 1810.04805, post-norm, no
// pooler) on ids and mask, both int64 [B,L].
func (b *builder) bert(ids, mask onnx.Value) text {
	b.Scope("bert/embeddings")
	present := b.cast(mask, onnx.Float32)
	padding := b.unsqueeze(b.op("Sub", b.Floats(1), present), 1, 2)
	t := text{
		mask:   b.unsqueeze(present, 2),
		bias:   b.op("Mul", padding, b.Floats(maskedScore)),
		absent: b.op("Mul", padding, b.Floats(maskedFusion)),
	}
	t.hidden = b.embed(ids)
	for layer := range b.arch.BERT.Layers {
		b.Scope(fmt.Sprintf("bert/%d", layer))
		t.hidden = b.bertLayer(t, fmt.Sprintf("%sencoder.layer.%d.", bertPrefix, layer))
	}
	b.tap("bert_hidden", t.hidden, 3)
	return t
}

// embed adds up word, position and token type embeddings. All tokens are of
// type 0.
func (b *builder) embed(ids onnx.Value) onnx.Value {
	prefix := bertPrefix + "embeddings."
	words := b.gather(b.weight(prefix+"word_embeddings.weight"), ids, 0)
	kind := b.sliceAt(b.weight(prefix+"token_type_embeddings.weight"), 0, 0, 1)
	positions := b.slice(b.weight(prefix+"position_embeddings.weight"), 0, b.Ints(0), b.dim(ids, 1))
	x := b.op("Add", b.op("Add", words, kind), positions)
	return b.layerNorm(x, prefix+"LayerNorm", bertEpsilon)
}

// bertLayer is one transformer layer, of the encoder or of the head.
func (b *builder) bertLayer(t text, prefix string) onnx.Value {
	attention := prefix + "attention."
	y := b.linear(b.selfAttention(t, attention+"self."), attention+"output.dense")
	x := b.layerNorm(b.op("Add", y, t.hidden), attention+"output.LayerNorm", bertEpsilon)
	y = b.gelu(b.linear(x, prefix+"intermediate.dense"))
	y = b.linear(y, prefix+"output.dense")
	return b.layerNorm(b.op("Add", y, x), prefix+"output.LayerNorm", bertEpsilon)
}

func (b *builder) selfAttention(t text, prefix string) onnx.Value {
	heads := int64(b.arch.BERT.Heads())
	split := func(name string, perm ...int64) onnx.Value {
		return b.transpose(b.reshape(b.linear(t.hidden, prefix+name), 0, 0, heads, bertHead), perm...)
	}
	query, key, value := split("query", 0, 2, 1, 3), split("key", 0, 2, 3, 1), split("value", 0, 2, 1, 3)
	scores := b.op("Mul", b.op("MatMul", query, key), b.Floats(float32(1/math.Sqrt(bertHead))))
	context := b.op("MatMul", b.softmax(b.op("Add", scores, t.bias)), value)
	return b.reshape(b.transpose(context, 0, 2, 1, 3), 0, 0, heads*bertHead)
}
