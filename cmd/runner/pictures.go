package main

import (
	"context"
	"fmt"
	"io"

	"github.com/groundmill/groundmill/internal/picture"
)

// openPictures opens the input tars in which the pictures of a page are looked for,
// none of which the page may replace. Without an input there is no source.
func openPictures(ctx context.Context, input, page string) (*picture.Source, error) {
	if input == "" {
		return nil, nil
	}
	pictures, err := picture.Open(ctx, input)
	if err != nil {
		return nil, fmt.Errorf("--input: %w", err)
	}
	for _, location := range pictures.Locations() {
		if sameFile(location, page) {
			return nil, fmt.Errorf("the page %s is one of the inputs: choose another name", page)
		}
	}
	return pictures, nil
}

// pageReport is a report that can be drawn as an HTML page with pictures.
type pageReport interface {
	FindPictures(context.Context, *picture.Source) error
	WritePage(io.Writer) error
}

// writePage draws the page of a report, if one is asked for.
func writePage(ctx context.Context, r pageReport, pictures *picture.Source, page string) error {
	if page == "" {
		return nil
	}
	if err := r.FindPictures(ctx, pictures); err != nil {
		return err
	}
	return replaceFile(page, r.WritePage)
}
