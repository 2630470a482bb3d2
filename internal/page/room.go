package page

import (
	"html/template"

	"github.com/groundmill/groundmill/internal/overlay"
)

// Room draws the cards of one page as long as there is room for their pictures.
type Room struct{ left int } // bytes

// NewRoom returns the room of a page.
func NewRoom() *Room { return &Room{PictureBytes} }

// Draw draws a card, without its picture if the page has enough; its note then says
// so.
func (r *Room) Draw(c overlay.Card) (template.HTML, error) {
	if len(c.Image) > r.left {
		c.Image, c.Note = nil, "its picture is left out: the page has enough"
	}
	r.left -= len(c.Image)
	return overlay.Draw(c)
}
