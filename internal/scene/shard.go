package scene

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/groundmill/groundmill/internal/webdataset"
)

// A Range is the scenes From, From+1, ... From+Count-1.
type Range struct{ From, Count int }

// Output says how scenes are written. The zero value is JPEG of quality 92, one shard.
type Output struct {
	PNG      bool // lossless; three to five times larger
	Quality  int  // of JPEG, 1-100; 0 means 92
	PerShard int  // scenes per tar file; 0 means all in one
	Workers  int  // 0 means one per processor; no effect on the bytes
}

// WriteShards writes the scenes as dir/scenes-000000.tar, scenes-000001.tar and so on. A file
// gets its final name once it is whole; one of that name is replaced.
func (g *Generator) WriteShards(ctx context.Context, dir string, scenes Range, o Output) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	per := o.PerShard
	if per <= 0 {
		per = scenes.Count
	}
	for n, done := 0, 0; done < scenes.Count; n++ {
		part := Range{From: scenes.From + done, Count: min(per, scenes.Count-done)}
		path := filepath.Join(dir, fmt.Sprintf("scenes-%06d.tar", n))
		if err := g.writeShard(ctx, path, part, o); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		done += part.Count
	}
	return nil
}

func (g *Generator) writeShard(ctx context.Context, path string, scenes Range, o Output) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".scenes-*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := errors.Join(g.WriteTar(ctx, f, scenes, o), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// WriteTar writes the scenes to w as one WebDataset tar: KEY.jpg (or KEY.png) and KEY.json of
// each, KEY being the scene's number in nine digits. Scenes are made on several processors
// and written in order. It stops at the first error and when ctx ends.
func (g *Generator) WriteTar(ctx context.Context, w io.Writer, scenes Range, o Output) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := webdataset.NewWriter(w)
	for result := range g.encodeAll(ctx, scenes, o) {
		e := <-result
		if e.err != nil {
			return e.err
		}
		if err := t.Write(e.key, e.members...); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return t.Close()
}

// encoded is a scene as its files, or why it couldn't be encoded.
type encoded struct {
	key     string
	members []webdataset.Member
	err     error
}

// encodeAll starts the scenes in order, at most two per worker ahead of the reader, and sends
// for each a channel that will hold its result. It stops early when ctx ends.
func (g *Generator) encodeAll(ctx context.Context, scenes Range, o Output) <-chan chan encoded {
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	ordered := make(chan chan encoded, 2*workers)
	slots := make(chan struct{}, workers)
	go func() {
		defer close(ordered)
		for i := range scenes.Count {
			result := make(chan encoded, 1)
			select {
			case ordered <- result:
			case <-ctx.Done():
				return
			}
			slots <- struct{}{}
			go func() {
				result <- g.encode(scenes.From+i, o)
				<-slots
			}()
		}
	}()
	return ordered
}

func (g *Generator) encode(i int, o Output) encoded {
	s := g.Scene(i)
	var img, sample bytes.Buffer
	ext, err := "jpg", error(nil)
	if o.PNG {
		ext, err = "png", png.Encode(&img, s.Image)
	} else {
		err = jpeg.Encode(&img, s.Image, &jpeg.Options{Quality: quality(o.Quality)})
	}
	enc := json.NewEncoder(&sample)
	enc.SetEscapeHTML(false)
	if err := errors.Join(err, enc.Encode(s.Sample)); err != nil {
		return encoded{err: fmt.Errorf("scene %d: %w", i, err)}
	}
	return encoded{key: fmt.Sprintf("%09d", i), members: []webdataset.Member{{Ext: ext, Data: img.Bytes()}, {Ext: "json", Data: sample.Bytes()}}}
}

func quality(q int) int {
	if q == 0 {
		return 92
	}
	return q
}
