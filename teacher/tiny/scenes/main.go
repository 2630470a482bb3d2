// Command scenes writes labelled pictures for the tiny teacher: WebDataset tars of KEY.jpg
// and KEY.json with a caption, its noun phrases and their boxes, as internal/scene describes.
//
//	go run ./teacher/tiny/scenes -o scenes -count 10000 -seed 1 -per-shard 1000
//	go run ./teacher/tiny/scenes -o - -count 0 | trainer      # one endless tar
//	go run ./teacher/tiny/scenes -words > words.txt           # what captions can say
//
// Run it from the root of the repository or name the pictures with -pictures. The same flags
// give the same bytes on machines of one architecture. Scene n is the same whatever the
// range it is made in, so -from cuts a data set into parts.
//
// EXIT STATUS: 0 everything was written; 1 it was not; 2 wrong usage.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"os/signal"
	"strings"

	"github.com/groundmill/groundmill/internal/scene"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("scenes: ")
	opts, err := parse(os.Args[1:], os.Stderr)
	if err == flag.ErrHelp {
		return
	} else if err != nil {
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, opts, os.Stdout); err != nil {
		stop()
		log.Fatal(err)
	}
}

// options are the values of the command line.
type options struct {
	config   scene.Config
	output   scene.Output
	scenes   scene.Range
	sets     []string
	pictures string
	dir      string // "-" is standard output
	words    bool
}

// parse reads the command line; it prints what is wrong with it to stderr.
func parse(args []string, stderr io.Writer) (options, error) {
	o := options{config: scene.Default(), sets: []string{"noto", "fluent"}}
	c := &o.config
	f := flag.NewFlagSet("scenes", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.dir, "o", "", "folder for the shards, or - for one tar on standard output")
	f.IntVar(&o.scenes.Count, "count", 1000, "number of scenes; 0 goes on until interrupted (with -o - only)")
	f.IntVar(&o.scenes.From, "from", 0, "number of the first scene")
	f.Uint64Var(&c.Seed, "seed", 1, "seed of all choices")
	f.IntVar(&o.output.PerShard, "per-shard", 1000, "scenes per tar file")
	f.Var((*canvasFlag)(&c.Canvases), "canvas", "image sizes in pixels, each N, WxH or A-B (sides drawn independently)")
	f.Var((*spanFlag)(&c.Object), "objects", "longer side of an object in pixels, A-B")
	f.Var((*spanFlag)(&c.Kinds), "kinds", "different nouns in a scene, A-B")
	f.IntVar(&c.MaxObjects, "max-objects", c.MaxObjects, "most objects in a scene")
	f.Float64Var(&c.MaxOverlap, "overlap", c.MaxOverlap, "largest share of the smaller box that two boxes have in common")
	f.Float64Var(&c.MaxTurn, "turn", c.MaxTurn, "largest rotation in degrees")
	f.Float64Var(&c.MixSets, "mix", c.MixSets, "share of scenes that mix picture sets")
	f.Float64Var(&c.Absent, "absent", c.Absent, "share of captions that name things which aren't there")
	f.Float64Var(&c.Omit, "omit", c.Omit, "share of captions that leave a thing out")
	f.IntVar(&c.Nouns, "nouns", c.Nouns, "number of nouns, spread over the list; 0 is all")
	f.Var((*listFlag)(&o.sets), "sets", "picture sets")
	f.StringVar(&o.pictures, "pictures", "testdata/pictures", "folder of the picture sets")
	f.BoolVar(&o.output.PNG, "png", false, "write PNG instead of JPEG")
	f.IntVar(&o.output.Quality, "quality", 92, "JPEG quality")
	f.IntVar(&o.output.Workers, "workers", 0, "scenes made at once; 0 is one per processor")
	f.BoolVar(&o.words, "words", false, "print all words and marks that captions can contain, and stop")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if err := o.check(f.Args()); err != nil {
		fmt.Fprintf(stderr, "scenes: %v\n", err)
		return o, err
	}
	return o, nil
}

// check refuses what the flags' own types let pass.
func (o options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q", rest[0])
	case o.words:
		return nil
	case o.dir == "":
		return fmt.Errorf("no output: give -o FOLDER or -o -")
	case o.scenes.Count < 0 || o.scenes.From < 0:
		return fmt.Errorf("-count and -from can't be negative")
	case o.scenes.Count == 0 && o.dir != "-":
		return fmt.Errorf("-count 0 never ends: it needs -o -")
	case o.output.Quality < 1 || o.output.Quality > 100:
		return fmt.Errorf("-quality %d is not within 1-100", o.output.Quality)
	case o.output.PerShard < 1:
		return fmt.Errorf("-per-shard %d is not positive", o.output.PerShard)
	}
	return o.config.Validate()
}

func run(ctx context.Context, o options, stdout io.Writer) error {
	if o.words {
		_, err := fmt.Fprintln(stdout, strings.Join(scene.Words(), "\n"))
		return err
	}
	sets, err := scene.OpenPictureSets(o.pictures, o.sets...)
	if err != nil {
		return err
	}
	g, err := scene.New(o.config, sets)
	if err != nil {
		return err
	}
	if o.dir != "-" {
		return g.WriteShards(ctx, o.dir, o.scenes, o.output)
	}
	if o.scenes.Count == 0 {
		o.scenes.Count = math.MaxInt - o.scenes.From
	}
	w := bufio.NewWriterSize(stdout, 1<<16)
	if err := g.WriteTar(ctx, w, o.scenes, o.output); err != nil {
		return err
	}
	return w.Flush()
}
