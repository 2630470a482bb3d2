package extract

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// StreamOptions choose what Stream reads and writes.
type StreamOptions struct {
	Options
	// Plain says that a line of the input is a caption itself; otherwise it is
	// a JSON object with a string "caption".
	Plain bool
	// Spans writes only [[start,end],...] of the phrases of each caption.
	Spans bool
}

// StreamStats count what went through Stream.
type StreamStats struct {
	Captions int64 `json:"captions"`
	Phrases  int64 `json:"phrases"`
	Rejected int64 `json:"rejected"` // captions that Gate refuses; they have no phrases
}

// Stream reads one caption a line from r and writes one JSON value a line to w,
// in the same order:
//
//	{"caption":"two dogs","phrases":[{"text":"two dogs","start":0,"end":8,"phrase_id":0,"flags":[]}]}
//
// With Options.Expressions a phrase that heads a referring expression has a member
// "expression" with its text, start and end as well.
//
// Offsets are code points of the caption as written, which is the repaired one
// (see Sanitize). A caption that Gate refuses has no phrases and its reason as
// "reject". Input of any size is read in pieces and worked on by all cores; the
// output does not depend on their number.
//
// A line that is no JSON object with a caption, or longer than 64 MiB, is an
// error that names the line; what was written before is whole lines. A done ctx
// ends the stream after the Read that is under way.
func Stream(ctx context.Context, r io.Reader, w io.Writer, opts StreamOptions) (StreamStats, error) {
	ex, err := New(opts.Options)
	if err != nil {
		return StreamStats{}, err
	}
	workers := runtime.GOMAXPROCS(0)
	s := stream{
		extractor: ex,
		opts:      opts,
		work:      make(chan *batch, workers),
		order:     make(chan *batch, 2*workers),
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.read(ctx, r) })
	for range workers {
		g.Go(func() error { return s.label() })
	}
	g.Go(func() error { return s.write(ctx, w) })
	err = g.Wait()
	return s.stats, err
}

// A stream is one run of Stream. Batches go to work, where any worker takes
// them, and to order, where the writer waits for them one after the other.
type stream struct {
	extractor   *Extractor
	opts        StreamOptions
	work, order chan *batch
	stats       StreamStats // the writer's
}

const (
	batchBytes = 64 << 10
	maxLine    = 64 << 20
)

// A batch is some whole lines and what became of them.
type batch struct {
	first int64 // number of the first line, from 1
	lines []byte
	done  chan struct{}

	out   []byte
	stats StreamStats
	err   error
}

func (s *stream) read(ctx context.Context, r io.Reader) error {
	defer close(s.work)
	defer close(s.order)
	in := bufio.NewReaderSize(r, 2*batchBytes)
	skipByteOrderMark(in)
	for line := int64(1); ; {
		b, n, err := readBatch(in, line)
		if n > 0 {
			if !s.send(ctx, b) {
				return ctx.Err()
			}
			line += n
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

func (s *stream) send(ctx context.Context, b *batch) bool {
	for _, to := range []chan *batch{s.order, s.work} {
		select {
		case to <- b:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// skipByteOrderMark drops the mark that some editors put at the start.
func skipByteOrderMark(in *bufio.Reader) {
	const mark = "\ufeff"
	if start, err := in.Peek(len(mark)); err == nil && string(start) == mark {
		in.Discard(len(mark)) // can't fail: the bytes are buffered
	}
}

// readBatch reads n lines from line first on. An error refers to the line after
// them.
func readBatch(in *bufio.Reader, first int64) (b *batch, n int64, err error) {
	b = &batch{first: first, done: make(chan struct{})}
	for len(b.lines) < batchBytes {
		start := len(b.lines)
		b.lines, err = appendLine(b.lines, in)
		if err != nil && !errors.Is(err, io.EOF) {
			b.lines = b.lines[:start]
			return b, n, err
		}
		if len(b.lines) > start {
			n++
		}
		if err != nil {
			return b, n, err
		}
	}
	return b, n, nil
}

// appendLine appends one line with its end to dst; at the end of the input it
// may lack the end, and the error is io.EOF.
func appendLine(dst []byte, in *bufio.Reader) ([]byte, error) {
	start := len(dst)
	for {
		part, err := in.ReadSlice('\n')
		dst = append(dst, part...)
		if len(dst)-start > maxLine {
			return dst, fmt.Errorf("longer than %d MiB", maxLine>>20)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return dst, err
		}
	}
}

// label works on batches until there are no more.
func (s *stream) label() error {
	l := newLabeller(s.extractor, s.opts)
	for b := range s.work {
		l.batch(b)
		close(b.done)
	}
	return nil
}

func (s *stream) write(ctx context.Context, w io.Writer) error {
	for b := range s.order {
		select {
		case <-b.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if _, err := w.Write(b.out); err != nil {
			return fmt.Errorf("write phrases: %w", err)
		}
		s.stats.Captions += b.stats.Captions
		s.stats.Phrases += b.stats.Phrases
		s.stats.Rejected += b.stats.Rejected
		if b.err != nil {
			return b.err
		}
	}
	return nil
}

// each visits the lines of a batch without their ends, up to an error.
func (b *batch) each(visit func(line []byte) error) error {
	number := b.first
	for line := range bytes.Lines(b.lines) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if err := visit(line); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		number++
	}
	return nil
}
