package glip

import (
	"fmt"
	"sync/atomic"

	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/raster"
)

// pixmap is an image turned into model input, shared by its texts.
type pixmap struct {
	frame
	image *teacher.RGB // resized, without padding
	users atomic.Int32 // texts that were not released
}

// prepared is a pixmap with one of its texts.
type prepared struct {
	*pixmap
	prompts   []prompt // one, or the windows of a long caption, maybe none
	phrases   int      // of the text
	truncated bool
}

// Shape implements teacher.Prepared.
func (p *prepared) Shape() teacher.Shape { return p.shape }

// CaptionTruncated implements teacher.Prepared.
func (p *prepared) CaptionTruncated() bool { return p.truncated }

// Release implements teacher.Prepared. The last text of an image gives its pixels
// back.
func (p *prepared) Release() {
	if p.users.Add(-1) == 0 {
		raster.Recycle(p.image)
	}
}

// prepareImage resizes an image to the model's sizes. The result shares no
// memory with it.
func prepareImage(s sizes, image *teacher.RGB) (*pixmap, error) {
	if image == nil || image.Width < 1 || image.Height < 1 || len(image.Pix) != 3*image.Width*image.Height {
		return nil, fmt.Errorf("%w: the image is empty or not RGB", teacher.ErrExample)
	}
	width, height, err := s.target(image.Width, image.Height)
	if err != nil {
		return nil, err
	}
	return &pixmap{
		frame: frame{
			shape:        padded(width, height),
			resizedWidth: width, resizedHeight: height,
			originalWidth: image.Width, originalHeight: image.Height,
		},
		image: raster.Resize(image, width, height),
	}, nil
}
