package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/groundmill/groundmill/internal/scene"
)

// spanFlag reads "A-B", or "A" for A-A.
type spanFlag scene.Span

func (f *spanFlag) String() string { return scene.Span(*f).String() }

func (f *spanFlag) Set(text string) error {
	low, high, ranged := strings.Cut(text, "-")
	if !ranged {
		high = low
	}
	a, errA := strconv.Atoi(low)
	b, errB := strconv.Atoi(high)
	if errA != nil || errB != nil {
		return fmt.Errorf("want a number or a range such as 32-180")
	}
	*f = spanFlag{Min: a, Max: b}
	return nil
}

// canvasFlag reads a list of "N", "WxH" and "A-B"; W and H may be ranges as well.
type canvasFlag []scene.Canvas

func (f *canvasFlag) String() string {
	var items []string
	for _, c := range *f {
		if c.Width == c.Height {
			items = append(items, c.Width.String())
		} else {
			items = append(items, c.Width.String()+"x"+c.Height.String())
		}
	}
	return strings.Join(items, ",")
}

func (f *canvasFlag) Set(text string) error {
	var canvases []scene.Canvas
	for _, item := range strings.Split(text, ",") {
		w, h, both := strings.Cut(item, "x")
		if !both {
			h = w
		}
		var width, height spanFlag
		if width.Set(w) != nil || height.Set(h) != nil {
			return fmt.Errorf("%q is not N, WxH or A-B", item)
		}
		canvases = append(canvases, scene.Canvas{Width: scene.Span(width), Height: scene.Span(height)})
	}
	*f = canvases
	return nil
}

// listFlag reads names with commas between them.
type listFlag []string

func (f *listFlag) String() string { return strings.Join(*f, ",") }

func (f *listFlag) Set(text string) error {
	*f = strings.Split(text, ",")
	return nil
}
