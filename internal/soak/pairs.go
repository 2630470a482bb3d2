package soak

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/internal/webdataset"
)

// Pairs are samples, each a function of the seed and its number alone: an image
// of some hundred bytes and a caption with phrases.
type Pairs struct {
	Seed uint64
	// Varied gives the images several shapes, some samples several captions, and
	// makes some records rejects.
	Varied bool
}

// tarName has digits enough for any number of tars.
const tarName = "%06d.tar"

// WriteTars writes tars of so many samples each, one after the other, to a new
// or empty folder. Where the cuts are changes no sample.
func (p Pairs) WriteTars(dir string, sizes ...int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	first := 0
	for i, size := range sizes {
		from := first
		group.Go(func() error { return p.writeFile(filepath.Join(dir, fmt.Sprintf(tarName, i)), from, size) })
		first += size
	}
	return group.Wait()
}

func (p Pairs) writeFile(path string, first, count int) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := p.WriteTar(w, first, count); err != nil {
		return err
	}
	return w.Flush()
}

// WriteTar writes a tar of count samples from number first on.
func (p Pairs) WriteTar(w io.Writer, first, count int) error {
	tar := webdataset.NewWriter(w)
	for n := first; n < first+count; n++ {
		members, err := p.members(n)
		if err == nil {
			err = tar.Write(fmt.Sprintf("%09d", n), members...)
		}
		if err != nil {
			return fmt.Errorf("pair %d: %w", n, err)
		}
	}
	return tar.Close()
}

// members are the files of a sample.
func (p Pairs) members(n int) ([]webdataset.Member, error) {
	rng := rand.New(rand.NewPCG(p.Seed, uint64(n)))
	width, height := 24, 16
	if p.Varied {
		width, height = 16+rng.IntN(130), 16+rng.IntN(70)
	}
	picture, err := paint(rng, width, height)
	if err != nil {
		return nil, err
	}
	members := []webdataset.Member{{Ext: "jpg", Data: picture}, {Ext: "txt", Data: []byte(caption(rng))}}
	if p.Varied {
		err = vary(rng, members)
	}
	return members, err
}

// vary spoils some samples and gives others several captions.
func vary(rng *rand.Rand, members []webdataset.Member) (err error) {
	picture, text := &members[0], &members[1]
	switch rng.IntN(16) {
	case 0:
		picture.Data = picture.Data[:len(picture.Data)/2]
	case 1:
		picture.Data = []byte("no picture at all")
	case 2:
		text.Data = []byte("!!! 123")
	case 3:
		text.Data = nil
	case 4, 5:
		text.Ext = "json"
		text.Data, err = json.Marshal(map[string]any{"captions": []string{caption(rng), "", caption(rng)}, "lens": rng.IntN(9)})
	}
	return err
}

// paint makes a grey JPEG: a slope that differs from number to number.
func paint(rng *rand.Rand, width, height int) ([]byte, error) {
	m := image.NewGray(image.Rect(0, 0, width, height))
	down, right, first := rng.IntN(8), rng.IntN(8), rng.IntN(256)
	for y := range height {
		for x := range width {
			m.Pix[y*m.Stride+x] = byte((first + y*down + x*right) % 256)
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 30})
	return b.Bytes(), err
}

var (
	kinds  = []string{"red", "small", "wooden", "old", "striped", "shiny", "wet", "yellow", "broken", "tall"}
	things = []string{"fox", "bicycle", "umbrella", "teapot", "lighthouse", "dog", "guitar", "kite", "tractor", "ladder", "cat", "boat"}
	places = []string{"by the river", "in a green field", "on the kitchen table", "under a bridge", "near the harbour", "behind the school"}
)

// caption is a sentence with three phrases.
func caption(rng *rand.Rand) string {
	pick := func(from []string) string { return from[rng.IntN(len(from))] }
	return fmt.Sprintf("a %s %s and two %ss %s", pick(kinds), pick(things), pick(things), pick(places))
}

// Cut divides count samples into tars of at least one, at most of so many.
func Cut(rng *rand.Rand, count, tars int) []int {
	tars = min(tars, count)
	cuts := rng.Perm(count - 1)[:tars-1]
	slices.SortFunc(cuts, cmp.Compare)
	var sizes []int
	last := 0
	for _, c := range cuts {
		sizes = append(sizes, c+1-last)
		last = c + 1
	}
	return append(sizes, count-last)
}
