package teacherbench

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// Photos returns n samples that are always the same: images of the given size in
// pixels that are as hard on a decoder as photographs (4:2:0 JPEGs of about 1.7
// bits a pixel), with captions of 24 tokens and four to six phrases.
func Photos(n, width, height int) ([]Sample, error) {
	samples := make([]Sample, n)
	for i := range samples {
		random := rand.New(rand.NewPCG(uint64(i), 1))
		data, err := photo(random, width, height)
		if err != nil {
			return nil, fmt.Errorf("make a photo of %d×%d pixels: %w", width, height, err)
		}
		samples[i] = Sample{data, caption(random)}
	}
	return samples, nil
}

// photoQuality gives 1.7 bits a pixel.
const photoQuality = 90

// photo is noise with the spectrum of photographs: as strong in each octave from
// the image's size down to two pixels as that is wide.
func photo(random *rand.Rand, width, height int) ([]byte, error) {
	picture := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	for _, p := range []struct {
		pix           []byte
		stride, scale int
		contrast      float32
	}{{picture.Y, picture.YStride, 1, 1}, {picture.Cb, picture.CStride, 2, 0.4}, {picture.Cr, picture.CStride, 2, 0.4}} {
		plane := newPlane(p.stride, len(p.pix)/p.stride)
		for cell := float32(256); cell >= 2; cell /= 2 {
			plane.add(random, cell/float32(p.scale), p.contrast*64*float32(math.Pow(float64(cell)/256, 0.5)))
		}
		plane.bytes(p.pix)
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: photoQuality})
	return out.Bytes(), err
}

// plane is one channel of an image around zero.
type plane struct {
	width, height int
	values        []float32
}

func newPlane(width, height int) *plane {
	return &plane{width, height, make([]float32, width*height)}
}

// add adds uniform noise of the given amplitude: a value for each cell, and
// straight lines between them.
func (p *plane) add(random *rand.Rand, cell, amplitude float32) {
	columns := int(float32(p.width)/cell) + 2
	above, below := noiseRow(random, columns, amplitude), noiseRow(random, columns, amplitude)
	row := 0
	for y := range p.height {
		at := float32(y) / cell
		for row < int(at) {
			above, below = below, noiseRow(random, columns, amplitude)
			row++
		}
		down := at - float32(row)
		line := p.values[y*p.width:][:p.width]
		for x := range line {
			at := float32(x) / cell
			i := int(at)
			right := at - float32(i)
			left := above[i] + (below[i]-above[i])*down
			line[x] += left + (above[i+1]+(below[i+1]-above[i+1])*down-left)*right
		}
	}
}

func noiseRow(random *rand.Rand, n int, amplitude float32) []float32 {
	row := make([]float32, n)
	for i := range row {
		row[i] = (random.Float32()*2 - 1) * amplitude
	}
	return row
}

// bytes rounds the plane to bytes around the middle of their range.
func (p *plane) bytes(out []byte) {
	for i, v := range p.values {
		out[i] = byte(max(0, min(255, v+128)))
	}
}
