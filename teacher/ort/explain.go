package ort

import (
	"errors"
	"fmt"
	"strings"
)

// explanations pairs a phrase of the runtime's message with what it means for
// the user. The runtime has one status code for several of these, so its text
// is all there is to go by. Where the text names something the user needs (a
// path, an operator), detail keeps it.
var explanations = []struct {
	phrase  string
	meaning string
	detail  bool
}{
	{"Protobuf parsing failed", "not an ONNX model (or larger than 2 GiB without external data)", false},
	{"ModelProto does not have a graph", "not an ONNX model: it has no graph", false},
	{"No Op registered", "the model uses an operator that this ONNX Runtime lacks", true},
	{"Could not find an implementation", "the model uses an operator that this ONNX Runtime lacks", true},
	{"are out of bounds or can not be read in full", "its external data is short; copy the data file again", true},
	{"External data path", "its external data is missing; keep the data file beside the model", true},
}

// explain puts the meaning of a runtime error before its text.
func explain(err error) error {
	for _, e := range explanations {
		switch {
		case !strings.Contains(err.Error(), e.phrase):
		case e.detail:
			return fmt.Errorf("%s: %w", e.meaning, oneLine(err))
		default:
			return errors.New(e.meaning)
		}
	}
	return oneLine(err)
}
