// Package onnx writes ONNX model files.
//
// A Graph is built node by node and holds no weights: an initializer knows its
// size and a function that streams its bytes, so a model of any size is written
// in a few megabytes of memory. Weights go into the model file, or, past a
// threshold, into one external data file beside it, page-aligned so that a
// runtime can map them. The bytes depend on the graph alone, and a file appears
// under its final name only when it is whole.
//
//	g := onnx.NewGraph("double")
//	x := g.Input("x", onnx.Float32, onnx.Free("batch"), onnx.Fixed(3))
//	g.Output("y", g.Op("Mul", []onnx.Value{x, g.Floats(2)}), onnx.Float32, onnx.Free("batch"), onnx.Fixed(3))
//	model := &onnx.Model{Graph: g, Opset: 20}
//	report, err := model.WriteFile("double.onnx", onnx.WriteOptions{})
//
// Only what a float32 inference graph needs is here: no subgraphs, functions,
// sparse or string tensors, and no shape inference. The format is onnx.proto of
// github.com/onnx/onnx, encoded by hand over protowire. Package teacher/glip
// builds its graph with it.
package onnx
