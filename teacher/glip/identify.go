package glip

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/onnx"
)

// Identify says which model a file is, name and digest, without ONNX Runtime:
// what Info says of it, but for what runs it. Errors wrap ErrNotTeacher where the
// file is no model that Import wrote.
func Identify(path string) (teacher.Info, error) {
	meta, err := identify(path)
	if err != nil {
		return teacher.Info{}, fmt.Errorf("teacher %s: %w", path, err)
	}
	info := teacher.Info{Name: meta.name}
	if info.SHA256, err = digest(path, meta.data); err != nil {
		return teacher.Info{}, fmt.Errorf("teacher %s: %w", path, err)
	}
	return info, nil
}

// ExternalData returns the name of the file beside a model file that holds its
// weights, "" if they are in the model file. Errors are those of Identify.
func ExternalData(path string) (string, error) {
	meta, err := identify(path)
	switch {
	case err != nil:
		return "", fmt.Errorf("teacher %s: %w", path, err)
	case meta.data == "":
		return "", nil
	}
	return filepath.Base(meta.data), nil
}

func identify(path string) (metadata, error) {
	file, err := os.Open(path)
	if err != nil {
		return metadata{}, err
	}
	defer file.Close()
	props, err := onnx.ReadProperties(file)
	if err != nil {
		return metadata{}, fmt.Errorf("%w: %w; make one with `runner teacher import`", ErrNotTeacher, err)
	}
	return parseMetadata(props)
}
