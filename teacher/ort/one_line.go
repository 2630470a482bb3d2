package ort

import (
	"regexp"
	"strings"
)

// cudaCall is what the runtime says of a failed call of an NVIDIA library: the
// source line and signature of its checker, the failure, the place.
var cudaCall = regexp.MustCompile(`(?:\S+\.(?:cc|cu|h):\d+ .*? )?((?:CUDA|CUBLAS|CUDNN|CURAND|CUFFT) failure \d+: [^;]+?) ;.*$`)

// oneLine keeps an error's chain, joins the lines of its text and leaves out
// what only the runtime's developers can read.
func oneLine(err error) error {
	text := strings.Join(strings.Fields(err.Error()), " ")
	text = cudaCall.ReplaceAllString(text, "$1")
	if text == err.Error() {
		return err
	}
	return flatError{text, err}
}

type flatError struct {
	text string
	err  error
}

func (e flatError) Error() string { return e.text }
func (e flatError) Unwrap() error { return e.err }
