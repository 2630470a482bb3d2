package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/groundmill/groundmill/internal/scene"
)

func TestParse(t *testing.T) {
	o, err := parse(strings.Fields("-o - -canvas 128,256x192,96-160 -objects 40 -kinds 1-3 -sets twemoji -seed 7 -count 0 -from 5"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	want := scene.Default()
	want.Seed = 7
	want.Canvases = []scene.Canvas{
		{Width: scene.Span{Min: 128, Max: 128}, Height: scene.Span{Min: 128, Max: 128}},
		{Width: scene.Span{Min: 256, Max: 256}, Height: scene.Span{Min: 192, Max: 192}},
		{Width: scene.Span{Min: 96, Max: 160}, Height: scene.Span{Min: 96, Max: 160}},
	}
	want.Object, want.Kinds = scene.Span{Min: 40, Max: 40}, scene.Span{Min: 1, Max: 3}
	if diff := cmp.Diff(want, o.config); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"twemoji"}, o.sets); diff != "" {
		t.Errorf("sets (-want +got):\n%s", diff)
	}
	if o.scenes != (scene.Range{From: 5}) {
		t.Errorf("scenes %+v, want all from 5 on", o.scenes)
	}
	if got, want := (*canvasFlag)(&o.config.Canvases).String(), "128,256x192,96-160"; got != want {
		t.Errorf("canvases print as %q, want %q", got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"":                       "no output",
		"-o d more":              `unexpected argument "more"`,
		"-o d -count 0":          "-count 0 never ends",
		"-o d -count -1":         "can't be negative",
		"-o d -quality 0":        "-quality 0",
		"-o d -per-shard 0":      "-per-shard 0",
		"-o d -canvas 12y":       `"12y" is not N, WxH or A-B`,
		"-o d -objects big":      "want a number or a range",
		"-o d -overlap 3":        "MaxOverlap: 3 is not within",
		"-o d -no-such-flag yes": "not defined",
	} {
		var stderr bytes.Buffer
		if _, err := parse(strings.Fields(args), &stderr); err == nil || !strings.Contains(stderr.String(), want) {
			t.Errorf("%q: error %v, printed %q; want %q", args, err, stderr.String(), want)
		}
	}
	if _, err := parse([]string{"-help"}, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-help: %v", err)
	}
}

func TestRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	const small = " -pictures ../../../testdata/pictures -count 3 -canvas 64 -objects 16-32 -kinds 1-2"
	var piped bytes.Buffer
	for _, args := range []string{"-o " + dir + " -per-shard 2" + small, "-o -" + small} {
		o, err := parse(strings.Fields(args), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if err := run(t.Context(), o, &piped); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for r := tar.NewReader(&piped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
	want := []string{"000000000.jpg", "000000000.json", "000000001.jpg", "000000001.json", "000000002.jpg", "000000002.json"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
		t.Errorf("files %v (%v), want two shards", files, err)
	}
}

func TestRunWords(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), options{words: true}, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(scene.Words(), strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

func TestRunWithoutPictures(t *testing.T) {
	o, err := parse(strings.Fields("-o - -pictures nowhere"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), o, io.Discard); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want that the pictures don't exist", err)
	}
}
