package scene

import "image"

// A Scene is one picture with its caption and the truth about both.
type Scene struct {
	Index int         // the number the scene was made from
	Image *image.RGBA // opaque, corner at the origin
	Sample
	Objects []Object // everything in the picture, the backmost first
}

// A Sample is what KEY.json holds.
type Sample struct {
	Caption     string   `json:"caption"`
	Width       int      `json:"width"`        // pixels
	Height      int      `json:"height"`       // pixels
	PictureSets []string `json:"picture_sets"` // sorted names of the sets drawn from
	Phrases     []Phrase `json:"phrases"`      // in caption order
}

// A Phrase is a noun phrase of the caption with all objects of which it is true.
type Phrase struct {
	Start int    `json:"start"` // code points of the caption, half-open
	End   int    `json:"end"`
	Text  string `json:"text"`
	Noun  string `json:"noun"`  // Label of the noun
	Boxes []Box  `json:"boxes"` // empty, never nil, where the thing isn't in the picture
}

// A Box is x1, y1, x2, y2 in pixels, exclusive: the width is x2 - x1.
type Box [4]int

func boxOf(r image.Rectangle) Box { return Box{r.Min.X, r.Min.Y, r.Max.X, r.Max.Y} }

// An Object is one drawing in a scene.
type Object struct {
	Noun    Noun
	Drawing Drawing
	Set     string          // name of the picture set
	Box     image.Rectangle // tight, before other objects cover it
}

// side is the longer side of the object's box, in pixels.
func (o Object) side() int { return max(o.Box.Dx(), o.Box.Dy()) }
