package glip

import (
	"fmt"

	"github.com/groundmill/groundmill/teacher/onnx"
)

// fpn builds P3..P7 from C3..C5 (mb/modeling/backbone/fpn.py), and from here on
// has a pyramid per text: images holds the image of each. P6 comes from P5, not
// from C5.
func (b *builder) fpn(c [3]onnx.Value, images onnx.Value) pyramid {
	b.Scope("fpn")
	var p pyramid
	var above onnx.Value
	for i := 2; i >= 0; i-- {
		x := b.conv(c[i], fmt.Sprintf("%sfpn_inner%d", fpnPrefix, i+2), 1, 1, 0)
		if above != "" {
			x = b.op("Add", x, b.nearest(above, x))
		}
		above = x
		p.maps[i] = b.conv(x, fmt.Sprintf("%sfpn_layer%d", fpnPrefix, i+2), 3, 1, 1)
	}
	p.maps[3] = b.conv(p.maps[2], fpnPrefix+"top_blocks.p6", 3, 2, 1)
	p.maps[4] = b.conv(b.op("Relu", p.maps[3]), fpnPrefix+"top_blocks.p7", 3, 2, 1)
	for i, m := range p.maps {
		m = b.leaveHalf(m)
		b.tap(fmt.Sprintf("p%d", i+3), m, 4)
		m = b.gather(m, images, 0)
		p.maps[i] = m
		p.shapes[i] = b.shape(m, 0)
		p.cells[i] = b.Op("ReduceProd", []onnx.Value{b.shape(m, 2)}, onnx.Int("keepdims", 1))
	}
	return p
}

// nearest enlarges x to the size of target: source index floor(i·in/out).
func (b *builder) nearest(x, target onnx.Value) onnx.Value {
	return b.Op("Resize", []onnx.Value{x, "", "", b.shape(target, 0)},
		onnx.String("mode", "nearest"), onnx.String("nearest_mode", "floor"),
		onnx.String("coordinate_transformation_mode", "asymmetric"))
}

// bilinear enlarges x to a shape. The corners of both maps coincide, as in
// F.upsample_bilinear.
func (b *builder) bilinear(x, shape onnx.Value) onnx.Value {
	return b.Op("Resize", []onnx.Value{x, "", "", shape},
		onnx.String("mode", "linear"), onnx.String("coordinate_transformation_mode", "align_corners"))
}
