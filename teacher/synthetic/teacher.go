package synthetic

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

const (
	defaultStride = 64
	// promptLimit is how many code points of a caption the teacher reads.
	promptLimit = 1024
	// maxAspect is the largest ratio of an image's sides that it accepts.
	maxAspect = 100
	maxBoxes  = 4 // of a phrase
)

// Teacher is a teacher.Teacher. It behaves like one device: batches that are
// grounded at the same time wait for each other.
type Teacher struct {
	opts   Options
	device sync.Mutex
}

var _ teacher.Teacher = (*Teacher)(nil)

// New returns a Teacher.
func New(opts Options) *Teacher {
	opts.Stride = cmp.Or(opts.Stride, defaultStride)
	return &Teacher{opts: opts}
}

// prepared is what Prepare makes of one text of an example.
type prepared struct {
	*picture
	truncated bool
	phrases   []phrase
}

// picture is what the texts of an example share.
type picture struct {
	shape         teacher.Shape
	width, height int
	digest        [sha256.Size]byte // of the pixels
}

// phrase is the hash that decides a phrase's boxes.
type phrase struct {
	seed   [2]uint64
	beyond bool
}

// Shape implements teacher.Prepared.
func (p *prepared) Shape() teacher.Shape { return p.shape }

// CaptionTruncated implements teacher.Prepared.
func (p *prepared) CaptionTruncated() bool { return p.truncated }

// Release implements teacher.Prepared: hashes are too small to hand back.
func (p *prepared) Release() {}

// Prepare hashes the example. It refuses images whose sides differ by more than
// a factor of 100.
func (t *Teacher) Prepare(ex teacher.Example) ([]teacher.Prepared, error) {
	w, h := ex.Image.Width, ex.Image.Height
	if max(w, h) > maxAspect*min(w, h) {
		return nil, fmt.Errorf("%w: %w: %d×%d", teacher.ErrExample, teacher.ErrExtremeAspect, w, h)
	}
	shared := &picture{shape: t.pad(w, h), width: w, height: h, digest: sha256.Sum256(ex.Image.Pix)}
	out := make([]teacher.Prepared, len(ex.Texts))
	for i, text := range ex.Texts {
		p, err := t.prepareText(shared, text)
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}

func (t *Teacher) prepareText(image *picture, text teacher.Text) (*prepared, error) {
	p := &prepared{picture: image, phrases: make([]phrase, len(text.Phrases))}
	_, p.truncated = schema.Span{End: promptLimit + 1}.Slice(text.Caption) // that many code points exist
	for i, span := range text.Phrases {
		words, ok := span.Slice(text.Caption)
		if !ok {
			return nil, fmt.Errorf("%w: span %v is not inside the caption", teacher.ErrExample, span)
		}
		p.phrases[i] = phrase{t.hash(image.digest[:], words), span.Start >= promptLimit}
	}
	return p, nil
}

func (t *Teacher) pad(w, h int) teacher.Shape {
	s := t.opts.Stride
	return teacher.Shape{Height: (h + s - 1) / s * s, Width: (w + s - 1) / s * s}
}

func (t *Teacher) hash(pixels []byte, text string) [2]uint64 {
	data := binary.LittleEndian.AppendUint64(nil, t.opts.Seed)
	sum := sha256.Sum256(append(append(data, pixels...), text...))
	return [2]uint64{binary.LittleEndian.Uint64(sum[:]), binary.LittleEndian.Uint64(sum[8:])}
}

// Ground turns the hashes into boxes, after the configured time.
func (t *Teacher) Ground(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
	if err := t.work(ctx, t.opts.Latency+time.Duration(len(batch))*t.opts.PerImage); err != nil {
		return nil, err
	}
	out := make([]teacher.Answer, len(batch))
	for i, item := range batch {
		p, ok := item.(*prepared)
		if !ok || p.shape != batch[0].Shape() {
			return nil, fmt.Errorf("synthetic: item %d of the batch is a %T of another teacher or shape", i, item)
		}
		out[i].Phrases = make([]teacher.Grounding, len(p.phrases))
		for j := range p.phrases {
			out[i].Phrases[j] = p.ground(p.phrases[j])
		}
	}
	return out, nil
}

// work occupies the device for a while.
func (t *Teacher) work(ctx context.Context, d time.Duration) error {
	if d == 0 && ctx.Err() == nil {
		return nil
	}
	t.device.Lock()
	defer t.device.Unlock()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// ground draws the boxes of one phrase.
func (p *prepared) ground(ph phrase) teacher.Grounding {
	if ph.beyond {
		return teacher.Grounding{BeyondPrompt: true}
	}
	rng := rand.New(rand.NewPCG(ph.seed[0], ph.seed[1]))
	g := teacher.Grounding{Best: rng.Float32()}
	for range rng.IntN(maxBoxes + 1) {
		x1, x2 := interval(rng, p.width)
		y1, y2 := interval(rng, p.height)
		box := schema.Box{X1: x1, Y1: y1, X2: x2, Y2: y2}
		g.Boxes = append(g.Boxes, schema.ScoredBox{Box: box, Score: g.Best * rng.Float32()})
	}
	if len(g.Boxes) > 0 {
		g.Boxes[0].Score = g.Best
	}
	slices.SortStableFunc(g.Boxes, func(a, b schema.ScoredBox) int { return cmp.Compare(b.Score, a.Score) })
	return g
}

// interval draws a range of at least half a pixel inside [0, size].
func interval(rng *rand.Rand, size int) (from, to float32) {
	length := max(0.5, rng.Float32()*float32(size))
	from = rng.Float32() * (float32(size) - length)
	return from, min(from+length, float32(size))
}

// Info identifies the teacher by its options.
func (t *Teacher) Info() teacher.Info {
	sum := sha256.Sum256([]byte(t.opts.id()))
	return teacher.Info{Name: "synthetic", SHA256: hex.EncodeToString(sum[:]), Runtime: "none", Provider: "none", Device: "none"}
}

// Close does nothing.
func (t *Teacher) Close() error { return nil }
