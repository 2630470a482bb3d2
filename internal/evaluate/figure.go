package evaluate

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/groundmill/groundmill/internal/bootstrap"
)

// Number is a float64 that JSON shows as null where it is NaN.
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// Percent prints a rate for people, with one decimal.
func (n Number) Percent() string {
	if math.IsNaN(float64(n)) {
		return "-"
	}
	return fmt.Sprintf("%.1f", 100*float64(n))
}

// Figure is a rate with the ends of its interval.
type Figure struct {
	Name  string `json:"name"`
	Value Number `json:"value"`
	Low   Number `json:"low"`  // NaN without an interval
	High  Number `json:"high"` // NaN without an interval
}

// Figures joins names, values and intervals; intervals may be nil.
func Figures(names []string, values []float64, intervals []bootstrap.Interval) []Figure {
	out := make([]Figure, len(names))
	for i, name := range names {
		interval := bootstrap.None()
		if intervals != nil {
			interval = intervals[i]
		}
		out[i] = Figure{name, Number(values[i]), Number(interval.Low), Number(interval.High)}
	}
	return out
}

// String prints the figure in percent, such as "87.5 [86.1, 88.9]".
func (f Figure) String() string {
	if math.IsNaN(float64(f.Low)) || math.IsNaN(float64(f.Value)) {
		return f.Value.Percent()
	}
	return fmt.Sprintf("%s [%s, %s]", f.Value.Percent(), f.Low.Percent(), f.High.Percent())
}

// Ratio is n/of, NaN when of is 0.
func Ratio(n, of int64) float64 {
	if of == 0 {
		return math.NaN()
	}
	return float64(n) / float64(of)
}

// WriteTable prints rows of cells as columns two spaces apart; the first row is
// the head.
func WriteTable(w io.Writer, rows [][]string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(t, "  "+strings.Join(row, "\t"))
	}
	t.Flush() // w keeps its error: the caller's buffer reports it
}
