package page

import (
	"fmt"
	"math"

	"github.com/groundmill/groundmill/internal/overlay"
)

// LongestText is how much of a text of the data Text shows, in code points.
const LongestText = 160

// Text makes a text of the data safe to look at.
func Text(text string) string { return overlay.Visible(overlay.Shorten(text, LongestText)) }

// Round keeps pages small and equal on every machine.
func Round(v float64) float64 { return math.Round(v*100) / 100 }

// Thousands writes a number with a narrow space between thousands.
func Thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "\u202f" + text[i:]
	}
	return text
}

// Share writes a part of a whole in percent; of nothing it is a dash.
func Share(n, of int64) string {
	switch p := 100 * float64(n) / float64(of); {
	case of == 0:
		return "–"
	case n == 0:
		return "0 %"
	case p < 0.01:
		return "<0.01 %"
	case p < 1:
		return fmt.Sprintf("%.2f %%", p)
	default:
		return fmt.Sprintf("%.1f %%", p)
	}
}
