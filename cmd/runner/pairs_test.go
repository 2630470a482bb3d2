package main

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/groundmill/groundmill/internal/webdataset"
)

// writePairs is the script command
//
//	pairs OUT.tar [KEY IMAGE CAPTION]...
//
// It writes a tar with a sample for each triple. IMAGE is a kind of picture, or
// none; CAPTION is a text, @FILE for the content of a file, or none.
func writePairs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args)%3 != 1 {
		ts.Fatalf("usage: pairs OUT.tar [KEY IMAGE CAPTION]...")
	}
	var out bytes.Buffer
	w := webdataset.NewWriter(&out)
	for triple := args[1:]; len(triple) > 0; triple = triple[3:] {
		members := append(pictureMember(ts, triple[1]), captionMember(ts, triple[2])...)
		ts.Check(w.Write(triple[0], members...))
	}
	ts.Check(w.Close())
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	ts.Check(os.WriteFile(path, out.Bytes(), 0o644))
}

func captionMember(ts *testscript.TestScript, caption string) []webdataset.Member {
	if caption == "none" {
		return nil
	}
	data := []byte(caption)
	if file, ok := strings.CutPrefix(caption, "@"); ok {
		data = []byte(ts.ReadFile(file))
	}
	return []webdataset.Member{{Ext: "txt", Data: data}}
}

func pictureMember(ts *testscript.TestScript, kind string) []webdataset.Member {
	if kind == "none" {
		return nil
	}
	draw, ok := pictures[kind]
	if !ok {
		ts.Fatalf("unknown picture %q", kind)
	}
	ext, data := draw()
	return []webdataset.Member{{Ext: ext, Data: data}}
}

// pictures makes each kind of picture file.
var pictures = map[string]func() (ext string, data []byte){
	"jpeg": func() (string, []byte) { return "jpg", encodeJPEG(scenery(image.Rect(0, 0, 96, 64))) },
	"grey": func() (string, []byte) { return "jpg", encodeJPEG(image.NewGray(image.Rect(0, 0, 64, 64))) },
	"truncated": func() (string, []byte) {
		d := encodeJPEG(scenery(image.Rect(0, 0, 96, 64)))
		return "jpg", d[:len(d)/2]
	},
	"corrupt": func() (string, []byte) { return "jpg", []byte("\xff\xd8\xff\xe0 no picture at all") },
	"text":    func() (string, []byte) { return "jpg", []byte("a page that says 404") },
	"sixteen": func() (string, []byte) { return "png", encodePNG(image.NewGray16(image.Rect(0, 0, 64, 64))) },
	"palette": func() (string, []byte) {
		clear := color.Palette{color.NRGBA{200, 10, 10, 0}, color.NRGBA{10, 200, 10, 255}}
		return "png", encodePNG(image.NewPaletted(image.Rect(0, 0, 64, 64), clear))
	},
	"point": func() (string, []byte) { return "png", encodePNG(image.NewGray(image.Rect(0, 0, 1, 1))) },
	"pole":  func() (string, []byte) { return "png", encodePNG(image.NewGray(image.Rect(0, 0, 1, 4000))) },
	"bomb": func() (string, []byte) {
		pixel := color.Palette{color.Black}
		return "png", encodePNG(image.NewPaletted(image.Rect(0, 0, 10_000, 9_000), pixel))
	},
}

func scenery(bounds image.Rectangle) image.Image {
	m := image.NewRGBA(bounds)
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	return m
}

func encodeJPEG(m image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func encodePNG(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// truncateFile is the script command
//
//	truncate FROM TO SIZE
//
// It writes the first SIZE bytes of FROM to TO.
func truncateFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: truncate FROM TO SIZE")
	}
	size, err := strconv.Atoi(args[2])
	ts.Check(err)
	data := ts.ReadFile(args[0])
	to := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(filepath.Dir(to), 0o755))
	ts.Check(os.WriteFile(to, []byte(data[:size]), 0o644))
}
