package glip

import "regexp"

// Part is a part of a model, as far as work and time are accounted for.
type Part string

// The parts of a run, in order. PartOther is what belongs to none of them.
const (
	PartPixels   Part = "pixels"    // normalisation and padding
	PartBackbone Part = "backbone"  // Swin
	PartFPN      Part = "fpn"       // P3 to P7
	PartBERT     Part = "bert"      // the text encoder
	PartFusion   Part = "fusion"    // attention between image and text, of all blocks
	PartHeadBERT Part = "head bert" // text layers of all blocks
	PartDyConv   Part = "dyconv"    // dynamic convolutions of all blocks
	PartOutputs  Part = "outputs"   // logits, boxes, and the choice of candidates
	PartOther    Part = "other"
)

// Parts lists the parts in order.
var Parts = []Part{
	PartPixels, PartBackbone, PartFPN, PartBERT, PartFusion,
	PartHeadBERT, PartDyConv, PartOutputs, PartOther,
}

// scopes are what the names of a part's nodes begin with. Blocks of the head have
// a number between "head" and the part, and no part at all without early fusion.
var scopes = []struct {
	name *regexp.Regexp
	part Part
}{
	{regexp.MustCompile(`head/\d+/fusion/`), PartFusion},
	{regexp.MustCompile(`head/\d+/bert/`), PartHeadBERT},
	{regexp.MustCompile(`head/\d+/`), PartDyConv},
	{regexp.MustCompile(`(head/outputs|head/candidates|output)/`), PartOutputs},
	{regexp.MustCompile(`pixels/`), PartPixels},
	{regexp.MustCompile(`swin/`), PartBackbone},
	{regexp.MustCompile(`fpn/`), PartFPN},
	{regexp.MustCompile(`bert/`), PartBERT},
}

// PartOf returns the part that a graph node belongs to, by its name. Runtimes
// lengthen the names of some nodes that they fuse or insert, such as
// "fused swin/0/1/MatMul_7", and give others a new one, which are PartOther.
func PartOf(node string) Part {
	for _, s := range scopes {
		if s.name.MatchString(node) {
			return s.part
		}
	}
	return PartOther
}

// Workload is what a model does for one image with one text.
type Workload struct {
	Height, Width int // of the padded image, in pixels
	Tokens        int // of the padded text
	Columns       int // tokens that are scored; OptimizeNone scores all
	Phrases       int // in the choice of candidates; OptimizeNone makes none
}

// PartWork is the work of one part.
type PartWork struct {
	Part Part
	// MACs counts the multiply-adds of matrix products and convolutions, two
	// floating point operations each. Element-wise work is left out.
	MACs int64
}

// Work returns what a model does for one image with one text, for the parts
// that multiply, in order.
func Work(a Architecture, o Optimization, w Workload) []PartWork {
	m := counter{a, w, grids(padded(w.Width, w.Height))}
	work := []PartWork{
		{PartBackbone, m.swin()},
		{PartFPN, m.fpn()},
		{PartBERT, int64(a.BERT.Layers) * m.bertLayer()},
	}
	blocks := int64(a.Blocks)
	if a.EarlyFusion() {
		fusion := m.fusion()
		if o == OptimizeNone {
			fusion = m.plainFusion()
		}
		work = append(work, PartWork{PartFusion, blocks * fusion}, PartWork{PartHeadBERT, blocks * m.bertLayer()})
	}
	return append(work, PartWork{PartDyConv, blocks * m.dyConv()}, PartWork{PartOutputs, m.outputs(o)})
}

// counter counts the multiply-adds of one model's parts.
type counter struct {
	a     Architecture
	w     Workload
	grids [levels]grid
}

// swin counts the patch embedding and the stages. Windows cover the map, so a
// block projects and attends over the padding too: 3C²+C² per padded cell for
// the projections, 2·area·C for the scores and their sum, and 2·mlpRatio·C² for
// the MLP, which sees the map alone. Merging makes 2C of 4C channels in a
// quarter of the cells.
func (m counter) swin() int64 {
	s := m.a.Swin
	height, width := m.w.Height/patch, m.w.Width/patch
	total := int64(height*width) * int64(3*patch*patch*s.Embed)
	for stage := range swinStages {
		c, area := int64(s.Channels(stage)), int64(s.Window*s.Window)
		cells := int64(height * width)
		covered := int64(wholeWindows(height, s.Window) * wholeWindows(width, s.Window))
		block := covered*(4*c*c+2*area*c) + cells*2*mlpRatio*c*c
		total += int64(s.Depths[stage]) * block
		if stage < swinStages-1 {
			height, width = (height+1)/2, (width+1)/2
			total += int64(height*width) * 8 * c * c
		}
	}
	return total
}

// wholeWindows rounds a length up to whole windows.
func wholeWindows(n, window int) int { return (n + window - 1) / window * window }

// fpn counts a 1×1 convolution from each stage's channels to those of P3, P4 and
// P5, and a 3×3 convolution at every level.
func (m counter) fpn() int64 {
	c := int64(m.a.Channels)
	var total int64
	for level, g := range m.grids {
		n := int64(g.positions())
		total += n * taps * c * c
		if level < 3 {
			total += n * c * int64(m.a.Swin.Channels(level+1))
		}
	}
	return total
}

// bertLayer counts four projections, the MLP, and the scores and their sum:
// L·(4D²+2DI+2LD).
func (m counter) bertLayer() int64 {
	l, d, i := int64(m.w.Tokens), int64(m.a.BERT.Hidden), int64(m.a.BERT.Intermediate)
	return l * (4*d*d + 2*d*i + 2*l*d)
}

// plainFusion counts a block in the official order, for N positions of C
// channels, L tokens of width D, and an attention of width E over all heads: the
// three projections between C and E of every position, the three between D and E
// of every token, and N·L·E for the scores, the sum over tokens and the sum over
// positions (mb/utils/fuse_helper.py, BiMultiHeadAttention).
func (m counter) plainFusion() int64 {
	n, c, l, d, e := m.dims()
	return 3*n*c*e + 3*l*d*e + 3*n*l*e
}

// fusion counts a block in the order of graph_fusion.go, whose heads attend over
// C channels instead of E/heads: no projection has a row for each position.
func (m counter) fusion() int64 {
	n, c, l, d, e := m.dims()
	return 3*l*d*e + 3*l*e*c + 3*n*l*fusionHeads*c
}

func (m counter) dims() (n, c, l, d, e int64) {
	return m.positions(), int64(m.a.Channels), int64(m.w.Tokens), int64(m.a.BERT.Hidden), int64(m.a.FusionEmbed)
}

func (m counter) positions() (n int64) {
	for _, g := range m.grids {
		n += int64(g.positions())
	}
	return n
}

// dyConv counts a block: at each level a convolution for 27 offsets and masks,
// and one deformable convolution of the level itself, of the finer level with
// stride 2, and of the coarser level at its own size. Sampling is left out.
func (m counter) dyConv() int64 {
	c := int64(m.a.Channels)
	var total int64
	for level, g := range m.grids {
		n := int64(g.positions())
		convolutions := int64(1)
		if level > 0 {
			convolutions += 2 // of the finer level, and by the finer level
		}
		total += n * taps * c * (3*taps + convolutions*c)
	}
	return total
}

// outputs counts the scored tokens' projection and bias, the logits, the deltas
// and the centerness, and for candidates the means of phrases.
func (m counter) outputs(o Optimization) int64 {
	n, c, columns, d, _ := m.dims()
	if o != OptimizeNone {
		columns = int64(m.w.Columns)
	}
	total := columns*d*(c+1) + n*c*(columns+4+1)
	if o != OptimizeNone {
		total += n * columns * int64(m.w.Phrases)
	}
	return total
}
