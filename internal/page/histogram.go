package page

// Sizes of a histogram, in the units of the viewBox that its template sets.
const (
	chartWidth  = 460
	chartLeft   = 52 // of the axis
	chartBottom = 142
	chartTop    = 12
	tickEvery   = 64 // between two labels, at least
	digitWidth  = 7.5
)

// Histogram is a chart of counts with its numbers in a table. The template
// "histogram" draws it into a panel.
type Histogram struct {
	Title string
	Unit  string // below the axis
	Note  string // above the table
	N     int64  // values in all bins
	Bins  []Bin
	Marks []Mark
}

// Bin counts the values of one bar. From and To are what is written of its ends.
type Bin struct {
	From, To string
	N        int64
	Whole    bool // it is of one whole number: From stands below its middle
}

// Mark is a number that is told beside the chart, such as a quantile.
type Mark struct{ Name, Value string }

// Drawing is where things are.
type Drawing struct {
	Bars  []Bar
	Ticks []Tick
	Most  string // the highest bar, as the axis says it
}

// Bar is a rectangle.
type Bar struct{ X, Y, W, H float64 }

// Tick is a label of the horizontal axis.
type Tick struct {
	X      float64
	Text   string
	Middle bool // X is the middle of the label, else its left end
}

// Drawing places the bars.
func (h Histogram) Drawing() Drawing {
	most := int64(0)
	for _, b := range h.Bins {
		most = max(most, b.N)
	}
	d := Drawing{Most: Thousands(most)}
	step := float64(chartWidth-chartLeft-8) / float64(max(len(h.Bins), 1))
	stride := strideFor(step)
	for i, b := range h.Bins {
		x := chartLeft + float64(i)*step
		d.Bars = append(d.Bars, newBar(x, step, float64(b.N)/float64(max(most, 1)), b.N > 0))
		switch {
		case i%stride != 0:
		case b.Whole:
			d.Ticks = append(d.Ticks, Tick{Round(x + step/2), b.From, true})
		case x+digitWidth*float64(len(b.From)) <= chartWidth: // else it would be cut
			d.Ticks = append(d.Ticks, Tick{Round(x), b.From, false})
		}
	}
	return d
}

// newBar returns a bar of some share of the full height.
func newBar(x, step, share float64, visible bool) Bar {
	height := share * (chartBottom - chartTop)
	if visible {
		height = max(height, 1) // what is there can be seen
	}
	gap := min(step*.15, 3)
	return Bar{Round(x + gap/2), Round(chartBottom - height), Round(step - gap), Round(height)}
}

// strideFor returns how many bars of a width share a label.
func strideFor(step float64) int {
	for _, n := range []int{1, 2, 5, 10} {
		if float64(n)*step >= tickEvery {
			return n
		}
	}
	return 20
}
