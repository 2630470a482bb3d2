package main

import (
	"context"
	"fmt"

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
		if same(location, page) {
			return nil, fmt.Errorf("the page %s is one of the inputs: choose another name", page)
		}
	}
	return pictures, nil
}
