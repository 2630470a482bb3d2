package checkpoint

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDamaged(t *testing.T) {
	whole := simpleZip(t)
	flipped := bytes.Clone(whole)
	flipped[bytes.Index(flipped, make([]byte, 32))+5] = 1 // in the floats
	for name, c := range map[string]struct {
		data []byte
		want []string
	}{
		"whole":       {whole, nil},
		"flipped bit": {flipped, []string{"a/data/0"}},
	} {
		f, err := newFile(bytes.NewReader(c.data), int64(len(c.data)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := f.Damaged(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if _, err := f.Damaged(stopped); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: cancelled, error %v", name, err)
		}
	}
}
