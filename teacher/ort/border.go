package ort

import (
	"fmt"
	"slices"

	onnx "github.com/yalue/onnxruntime_go"
)

// elementNames gives the supported types the names that Tensor.Type uses.
var elementNames = map[onnx.TensorElementDataType]string{
	onnx.TensorElementDataTypeFloat: "float32",
	onnx.TensorElementDataTypeInt64: "int64",
	onnx.TensorElementDataTypeInt32: "int32",
	onnx.TensorElementDataTypeUint8: "uint8",
}

// readBorder fills in the model's inputs and outputs; fetch is as
// Options.Outputs. The binding wants their names before it opens a session, so
// this opens one more, on the CPU, that neither optimises nor repacks.
func (s *Session) readBorder(fetch []string) error {
	settings, err := Options{DisablePrepacking: true}.settings()
	if err != nil {
		return err
	}
	defer settings.Destroy()
	if err := settings.SetGraphOptimizationLevel(onnx.GraphOptimizationLevelDisableAll); err != nil {
		return err
	}
	inputs, outputs, err := onnx.GetInputOutputInfoWithOptions(s.model, settings)
	if err != nil {
		return err
	}
	if len(inputs) == 0 || len(outputs) == 0 {
		return fmt.Errorf("the model has %d inputs and %d outputs, at least one of each is needed", len(inputs), len(outputs))
	}
	if s.inputs, err = describe("input", inputs); err != nil {
		return err
	}
	if s.allOutputs, err = describe("output", outputs); err != nil {
		return err
	}
	s.outputs = fetched(s.allOutputs, fetch)
	return nil
}

// fetched picks the named outputs in the model's order, all if it has none.
func fetched(all []ValueInfo, fetch []string) []ValueInfo {
	var some []ValueInfo
	for _, info := range all {
		if slices.Contains(fetch, info.Name) {
			some = append(some, info)
		}
	}
	if some == nil {
		return all
	}
	return some
}

func describe(kind string, values []onnx.InputOutputInfo) ([]ValueInfo, error) {
	infos := make([]ValueInfo, len(values))
	for i, v := range values {
		if v.OrtValueType != onnx.ONNXTypeTensor {
			return nil, fmt.Errorf("%s %q is no tensor (%v)", kind, v.Name, v.OrtValueType)
		}
		typ, ok := elementNames[v.DataType]
		if !ok {
			return nil, fmt.Errorf("%s %q has element type %v; cast it to float32, int64, int32 or uint8 inside the model", kind, v.Name, v.DataType)
		}
		infos[i] = ValueInfo{Name: v.Name, Type: typ, Shape: v.Dimensions}
	}
	return infos, nil
}

func names(infos []ValueInfo) []string {
	list := make([]string, len(infos))
	for i, info := range infos {
		list[i] = info.Name
	}
	return list
}

func readMetadata(session *onnx.DynamicAdvancedSession) (map[string]string, error) {
	source, err := session.GetModelMetadata()
	if err != nil {
		return nil, err
	}
	defer source.Destroy()
	keys, err := source.GetCustomMetadataMapKeys()
	if err != nil {
		return nil, err
	}
	metadata := make(map[string]string, len(keys))
	for _, key := range keys {
		value, _, err := source.LookupCustomMetadataMap(key)
		if err != nil {
			return nil, err
		}
		metadata[key] = value
	}
	return metadata, nil
}
