package scene

import (
	"archive/zip"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io/fs"
	"path/filepath"
	"sort"
	"strings"
)

// maxPicture is the largest side, in pixels, of a picture in a set. Packs are made of 64 and
// 96 px pictures; the limit keeps a broken pack from asking for gigabytes.
const maxPicture = 512

// A PictureSet holds one artist's drawings of the nouns, cropped to what is visible.
// It is read-only and may be shared.
type PictureSet struct {
	Name     string // file name of the archive without extension: "noto"
	pictures map[string]picture
}

// picture is a drawing with premultiplied alpha, as is and mirrored.
type picture struct{ plain, mirrored *image.RGBA }

// OpenPictureSets reads the archives NAME.zip in dir. Every one of them must hold a
// NAME.png for every drawing of [Nouns].
func OpenPictureSets(dir string, names ...string) ([]*PictureSet, error) {
	var sets []*PictureSet
	for _, name := range names {
		path := filepath.Join(dir, name+".zip")
		z, err := zip.OpenReader(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("no picture set %q: %w", name, err)
		} else if err != nil {
			return nil, fmt.Errorf("picture set %s: %w", path, err)
		}
		set, err := ReadPictureSet(name, &z.Reader)
		if err := errors.Join(err, z.Close()); err != nil {
			return nil, fmt.Errorf("picture set %s: %w", path, err)
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// ReadPictureSet decodes a picture set from an archive of PNG files. Drawings that are
// missing are refused by name; files that no noun mentions are ignored.
func ReadPictureSet(name string, z *zip.Reader) (*PictureSet, error) {
	files := map[string]*zip.File{}
	for _, f := range z.File {
		files[f.Name] = f
	}
	set := &PictureSet{Name: name, pictures: map[string]picture{}}
	var missing []string
	for _, n := range Nouns() {
		for _, d := range n.Drawings {
			f := files[d.Name+".png"]
			if f == nil {
				missing = append(missing, d.Name+".png")
				continue
			}
			img, err := readPicture(f)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
			set.pictures[d.Name] = picture{plain: img, mirrored: mirror(img)}
		}
	}
	if missing != nil {
		sort.Strings(missing)
		return nil, fmt.Errorf("%d pictures are missing: %s", len(missing), strings.Join(missing, ", "))
	}
	return set, nil
}

func readPicture(f *zip.File) (*image.RGBA, error) {
	header, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer header.Close()
	cfg, err := png.DecodeConfig(header)
	if err != nil {
		return nil, err
	}
	if cfg.Width > maxPicture || cfg.Height > maxPicture {
		return nil, fmt.Errorf("picture of %dx%d pixels, more than %d", cfg.Width, cfg.Height, maxPicture)
	}
	body, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	img, err := png.Decode(body)
	if err != nil {
		return nil, err
	}
	rgba := image.NewRGBA(image.Rect(0, 0, cfg.Width, cfg.Height))
	draw.Draw(rgba, rgba.Bounds(), img, img.Bounds().Min, draw.Src)
	box := VisibleBox(rgba)
	if box.Empty() {
		return nil, fmt.Errorf("picture shows nothing")
	}
	return crop(rgba, box), nil
}

// minAlpha is the opacity, of 255, from which a pixel counts as visible in a tight box.
const minAlpha = 24

// VisibleBox returns the smallest rectangle that holds all visible pixels of img.
func VisibleBox(img *image.RGBA) image.Rectangle {
	var box image.Rectangle
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		first, last := -1, -1
		row := img.Pix[img.PixOffset(b.Min.X, y):]
		for x := range b.Dx() {
			if row[4*x+3] >= minAlpha {
				if first < 0 {
					first = x
				}
				last = x
			}
		}
		if first >= 0 {
			box = box.Union(image.Rect(b.Min.X+first, y, b.Min.X+last+1, y+1))
		}
	}
	return box
}

// crop returns a copy of the part of img inside box, with its corner at the origin.
func crop(img *image.RGBA, box image.Rectangle) *image.RGBA {
	if box == img.Bounds() && box.Min == (image.Point{}) {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, box.Dx(), box.Dy()))
	draw.Draw(out, out.Bounds(), img, box.Min, draw.Src)
	return out
}

func mirror(img *image.RGBA) *image.RGBA {
	b := img.Bounds()
	out := image.NewRGBA(b)
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.SetRGBA(b.Dx()-1-x, y, img.RGBAAt(x, y))
		}
	}
	return out
}
