package ort

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// Fields of onnx.proto on the way from a ModelProto to the file of a tensor's
// external data.
const (
	modelGraph         protowire.Number = 7
	graphInitializer   protowire.Number = 5
	tensorExternalData protowire.Number = 13
	entryKey           protowire.Number = 1
	entryValue         protowire.Number = 2
)

var errMalformed = errors.New("not an ONNX model")

// externalFiles returns the locations of the external data of a model's
// initializers, as often as they occur.
func externalFiles(model []byte) (locations []string, err error) {
	entry := func(b []byte) error {
		var key, value string
		err := errors.Join(
			each(b, entryKey, func(b []byte) error { key = string(b); return nil }),
			each(b, entryValue, func(b []byte) error { value = string(b); return nil }),
		)
		if key == "location" {
			locations = append(locations, value)
		}
		return err
	}
	tensor := func(b []byte) error { return each(b, tensorExternalData, entry) }
	graph := func(b []byte) error { return each(b, graphInitializer, tensor) }
	err = each(model, modelGraph, graph)
	return locations, err
}

// each visits the embedded messages (or strings) of one field of a message.
func each(message []byte, field protowire.Number, visit func([]byte) error) error {
	for len(message) > 0 {
		number, wire, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return errMalformed
		}
		size := protowire.ConsumeFieldValue(number, wire, message[tag:])
		if size < 0 {
			return errMalformed
		}
		if number == field && wire == protowire.BytesType {
			body, _ := protowire.ConsumeBytes(message[tag:])
			if err := visit(body); err != nil {
				return err
			}
		}
		message = message[tag+size:]
	}
	return nil
}
