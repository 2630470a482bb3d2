package jsonlines

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// MaxLine is the longest line that is read, in bytes.
const MaxLine = 64 << 20

// Read decodes each line of r and calls each with it and its number. It ends at
// the first error, of each too, and puts name and line before it.
func Read[T any](r io.Reader, name string, each func(line int, v T) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), MaxLine)
	n := 0
	for lines.Scan() {
		n++
		text := lines.Bytes()
		if n == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		if text = bytes.TrimSpace(text); len(text) == 0 {
			continue
		}
		var v T
		err := json.Unmarshal(text, &v)
		if err == nil {
			err = each(n, v)
		}
		if err != nil {
			return fmt.Errorf("%s: line %d: %w", name, n, err)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("%s: line %d: longer than %d MiB", name, n+1, MaxLine>>20)
	} else if err != nil {
		return fmt.Errorf("%s: line %d: %w", name, n+1, err)
	}
	return nil
}

// ReadFile is Read of the file at path.
func ReadFile[T any](path string, each func(line int, v T) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return Read(f, path, each)
}

// All returns the values of the file at path.
func All[T any](path string) (values []T, err error) {
	err = ReadFile(path, func(_ int, v T) error {
		values = append(values, v)
		return nil
	})
	return values, err
}
