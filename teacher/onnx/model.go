package onnx

// Property is one entry of a model's metadata.
type Property struct {
	Key, Value string
}

// Model is a graph with what a model file says about it.
type Model struct {
	Graph    *Graph
	Opset    int64 // version of the default operator set
	Producer string
	Metadata []Property // written in this order
}

// irVersion is the ONNX IR version written: 9 came with opset 20 (onnx 1.15),
// and every ONNX Runtime since 1.17 reads it.
const irVersion = 9
