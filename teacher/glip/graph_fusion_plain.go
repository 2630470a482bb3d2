package glip

import (
	"math"

	"github.com/groundmill/groundmill/teacher/onnx"
)

// plain returns gamma_v·dv as [B,N,C] and dt as [B,L,D], multiplied in the order
// of mb/utils/fuse_helper.py (BiMultiHeadAttention.forward).
func (f fusion) plain(v, l onnx.Value, t text, block string) (dv, dt onnx.Value) {
	query := f.op("Mul", f.linear(v, f.prefix+"v_proj"), f.Floats(float32(1/math.Sqrt(float64(f.width)))))
	key := f.transpose(f.perHead(f.linear(l, f.prefix+"l_proj")), 0, 1, 3, 2)
	scores := f.op("MatMul", f.perHead(query), key) // [B,heads,N,L]

	image := f.softmax(f.op("Add", scores, t.absent))
	dv = f.op("MatMul", image, f.perHead(f.linear(l, f.prefix+"values_l_proj")))
	dv = f.linear(f.join(dv), f.prefix+"out_v_proj")
	dv = f.op("Mul", dv, f.weight(block+"gamma_v"))

	words := f.softmax(f.transpose(scores, 0, 1, 3, 2)) // [B,heads,L,N]
	dt = f.op("MatMul", words, f.perHead(f.linear(v, f.prefix+"values_v_proj")))
	return dv, f.linear(f.join(dt), f.prefix+"out_l_proj")
}

// join puts the heads [B,heads,R,width] side by side: [B,R,heads·width].
func (f fusion) join(x onnx.Value) onnx.Value {
	return f.reshape(f.transpose(x, 0, 2, 1, 3), 0, 0, fusionHeads*f.width)
}
