// Command pictures rebuilds the picture sets in testdata/pictures from the npm packages
// that they come from.
//
// Each set is one zip of PNG files, one for every drawing of internal/scene's nouns.tsv,
// cropped to what is visible and at most 96 pixels wide and high. The
// packages are pinned: a tarball with another SHA-512 than the registry's is refused.
// Download them, then run the command from the root of the repository:
//
//	npm pack emoji-datasource-google@16.0.0 emoji-datasource-twitter@16.0.0 @lobehub/fluent-emoji-3d@1.1.0
//	go run ./teacher/tiny/pictures -o testdata/pictures .
//
// The output is the same, byte for byte, for the same nouns.tsv and the same Go release.
// testdata/NOTICE names authors and licences; change both when a set changes.
//
// EXIT STATUS: 0 all sets were written; 1 a tarball is missing, altered or lacks a drawing;
// 2 wrong usage.
package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/scene"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("pictures: ")
	out := flag.String("o", "testdata/pictures", "folder to write the archives into")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: pictures [-o FOLDER] FOLDER-OF-TARBALLS")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	for _, s := range sources {
		if err := build(s, flag.Arg(0), *out); err != nil {
			log.Fatalf("%s: %v", s.set, err)
		}
	}
}

// build writes the archive of one set, under its final name only once it is whole.
func build(s source, from, to string) error {
	files, err := s.read(from)
	if err != nil {
		return err
	}
	pack, err := pack(s, files)
	if err != nil {
		return err
	}
	final := filepath.Join(to, s.set+".zip")
	if err := os.WriteFile(final+".tmp", pack, 0o644); err != nil {
		return err
	}
	if err := os.Rename(final+".tmp", final); err != nil {
		return err
	}
	log.Printf("%s: %d bytes", final, len(pack))
	return nil
}

// pack returns the zip of all drawings of a set, sorted by name.
func pack(s source, files map[string][]byte) ([]byte, error) {
	var drawings []scene.Drawing
	for _, n := range scene.Nouns() {
		drawings = append(drawings, n.Drawings...)
	}
	slices.SortFunc(drawings, func(a, b scene.Drawing) int { return cmp.Compare(a.Name, b.Name) })
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, d := range drawings {
		raw := find(files, d.Code)
		if raw == nil {
			return nil, fmt.Errorf("no picture for %s (%s)", d.Name, d.Code)
		}
		img, err := s.decode(bytes.NewReader(raw))
		if err != nil {
			return nil, fmt.Errorf("%s (%s): %w", d.Name, d.Code, err)
		}
		if err := store(z, d.Name+".png", shrink(img, s.levels)); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// find looks a drawing up; sets differ in whether they write the variation selector FE0F.
func find(files map[string][]byte, code string) []byte {
	bare := strings.ReplaceAll(code, "-fe0f", "")
	for _, name := range []string{code, bare, bare + "-fe0f"} {
		if raw, ok := files[name]; ok {
			return raw
		}
	}
	return nil
}

func store(z *zip.Writer, name string, img image.Image) error {
	var buf bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&buf, img); err != nil {
		return err
	}
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, &buf)
	return err
}
