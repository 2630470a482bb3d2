package glip

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/groundmill/groundmill/teacher"
)

// reference is a file of tensors that the official modules computed: JSON that
// describes the cases, and beside it a .bin file with the tensors' values.
type reference struct {
	Name   string `json:"name"`
	Config struct {
		MinSize int `json:"min_size"`
		MaxSize int `json:"max_size"`
	} `json:"config"`
	Tensors map[string]referenceTensor `json:"tensors"`
	Cases   []referenceCase            `json:"cases"`
	data    []byte
}

// referenceTensor locates little-endian values in C order.
type referenceTensor struct {
	DType  string `json:"dtype"`
	Shape  []int  `json:"shape"`
	Offset int    `json:"offset"`
	Bytes  int    `json:"bytes"`
}

// bytes returns the size of the values by their shape, -1 when a dimension is
// not positive or the size exceeds limit.
func (t referenceTensor) bytes(size, limit int) int {
	for _, d := range t.Shape {
		if d < 1 || d > limit/size {
			return -1
		}
		size *= d
	}
	return size
}

// referenceCase is one batch.
type referenceCase struct {
	Name   string           `json:"name"`
	Images []referenceImage `json:"images"`
}

// referenceImage is one example of a batch. A detection is a row of score,
// phrase, x1, y1, x2, y2 in inclusive pixels of the original image.
type referenceImage struct {
	Columns    [][]int32    `json:"phrase_tokens"`
	Detections [][6]float64 `json:"detections"`
}

// readReference reads a reference file and its values.
func readReference(path string) (*reference, error) {
	base, ok := strings.CutSuffix(path, ".json")
	if !ok {
		return nil, fmt.Errorf("glip: reference %s is no .json file", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := new(reference)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("glip: reference %s: %w", path, err)
	}
	if r.data, err = os.ReadFile(base + ".bin"); err != nil {
		return nil, err
	}
	if len(r.Cases) == 0 {
		return nil, fmt.Errorf("glip: reference %s has no cases", path)
	}
	return r, nil
}

// bytesOf returns the raw values of a tensor of the given type, and false
// without such a tensor.
func (r *reference) bytesOf(name, dtype string, size int) ([]byte, referenceTensor, bool, error) {
	t, ok := r.Tensors[name]
	if !ok {
		return nil, t, false, nil
	}
	switch {
	case t.DType != dtype || len(t.Shape) == 0:
		return nil, t, false, fmt.Errorf("glip: reference tensor %s is %s %v, want %s", name, t.DType, t.Shape, dtype)
	case t.Offset < 0 || t.Offset > len(r.data) || t.Bytes < 1 || t.Bytes != t.bytes(size, len(r.data)-t.Offset):
		return nil, t, false, fmt.Errorf("glip: reference tensor %s does not fit into the values' file", name)
	}
	return r.data[t.Offset:][:t.Bytes], t, true, nil
}

// floats returns a tensor, and false without one.
func (r *reference) floats(name string) ([]float32, bool, error) {
	raw, _, ok, err := r.bytesOf(name, "float32", 4)
	values := make([]float32, len(raw)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return values, ok, err
}

// rows returns a [B,L] tensor of integers by row.
func (r *reference) rows(name string) ([][]int64, error) {
	raw, t, ok, err := r.bytesOf(name, "int64", 8)
	if err != nil {
		return nil, err
	}
	if !ok || len(t.Shape) != 2 {
		return nil, fmt.Errorf("glip: the reference has no tensor %s of rank 2", name)
	}
	rows := make([][]int64, t.Shape[0])
	for i := range rows {
		rows[i] = make([]int64, t.Shape[1])
		for j := range rows[i] {
			rows[i][j] = int64(binary.LittleEndian.Uint64(raw[8*(i*t.Shape[1]+j):]))
		}
	}
	return rows, nil
}

// image returns an RGB tensor [H,W,3].
func (r *reference) image(name string) (*teacher.RGB, error) {
	raw, t, ok, err := r.bytesOf(name, "uint8", 1)
	if err != nil {
		return nil, err
	}
	if !ok || len(t.Shape) != 3 || t.Shape[2] != 3 {
		return nil, fmt.Errorf("glip: the reference has no image %s", name)
	}
	return &teacher.RGB{Width: t.Shape[1], Height: t.Shape[0], Pix: raw}, nil
}
