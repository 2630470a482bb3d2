package glip

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Dimensions that all GLIP models share (mb/config/defaults.py,
// mb/modeling/rpn/vldyhead.py).
const (
	swinStages  = 4
	levels      = 5 // P3..P7
	fusionHeads = 8
	bertHead    = 64 // width of one attention head
	normGroups  = 16 // of every GroupNorm in the head
	mlpRatio    = 4  // Swin
	taps        = 9  // of a 3×3 kernel
	patch       = 4  // side of a Swin patch in pixels
	reduction   = 4  // squeeze of DyReLU
)

// Architecture holds the dimensions in which GLIP models differ. It is stored
// in a model file's metadata as JSON.
type Architecture struct {
	Swin     Swin `json:"swin"`
	Channels int  `json:"channels"` // of every feature map from the FPN on
	Blocks   int  `json:"blocks"`   // of the head
	// FusionEmbed is the width of the attention between image and text, 0 in
	// GLIP-T (A), which has none.
	FusionEmbed int  `json:"fusion_embed"`
	BERT        BERT `json:"bert"`
}

// Swin holds the dimensions of the image backbone, a value per stage.
type Swin struct {
	Embed  int             `json:"embed"` // channels of the first stage; each next one doubles them
	Depths [swinStages]int `json:"depths"`
	Heads  [swinStages]int `json:"heads"`
	Window int             `json:"window"` // side of an attention window in cells
}

// Channels returns the channels of a stage.
func (s Swin) Channels(stage int) int { return s.Embed << stage }

// BERT holds the dimensions of the text encoder.
type BERT struct {
	Hidden       int `json:"hidden"`
	Layers       int `json:"layers"`
	Intermediate int `json:"intermediate"`
	Vocabulary   int `json:"vocabulary"` // word pieces
	Positions    int `json:"positions"`  // longest text, in tokens
}

// Heads returns the number of attention heads, each 64 wide.
func (b BERT) Heads() int { return b.Hidden / bertHead }

// EarlyFusion says whether image and text attend to each other in the head.
func (a Architecture) EarlyFusion() bool { return a.FusionEmbed > 0 }

// Infer finds the architecture that has exactly the given tensors, apart from
// known tensors that inference does not use. The error names every tensor that
// is missing, superfluous or of another shape.
func Infer(tensors []TensorSpec) (Architecture, error) {
	s := newShapes(tensors)
	a := s.architecture()
	if err := errors.Join(s.problems...); err != nil {
		return Architecture{}, fmt.Errorf("glip: not a GLIP checkpoint%s: %w", s.origin(), err)
	}
	if err := a.validate(); err != nil {
		return Architecture{}, err
	}
	return a, s.compare(SpecFor(a))
}

// shapes answers questions about a checkpoint's tensors and collects what is
// wrong with them.
type shapes struct {
	byName   map[string][]int
	names    []string
	problems []error
}

func newShapes(tensors []TensorSpec) *shapes {
	s := &shapes{byName: make(map[string][]int, len(tensors))}
	for _, t := range tensors {
		s.byName[t.Name] = t.Shape
		s.names = append(s.names, t.Name)
	}
	return s
}

// dim returns one dimension of a tensor that must have the given rank.
func (s *shapes) dim(name string, rank, axis int) int {
	shape, ok := s.byName[name]
	switch {
	case !ok:
		s.problem("tensor %s is missing", name)
		return 0
	case len(shape) != rank:
		s.problem("tensor %s has shape %v, want %d dimensions", name, shape, rank)
		return 0
	}
	return shape[axis]
}

// problem notes what is wrong, once: a tensor may be asked for several of its
// dimensions.
func (s *shapes) problem(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.ContainsFunc(s.problems, func(err error) bool { return err.Error() == text }) {
		s.problems = append(s.problems, errors.New(text))
	}
}

// origin says where a checkpoint that is not of GLIP's authors comes from, if
// that shows: MMDetection ships GLIP too, under names of its own.
func (s *shapes) origin() string {
	for _, name := range s.names {
		if strings.HasPrefix(name, "bbox_head.") || strings.HasPrefix(name, "language_model.") {
			return " but one of MMDetection; import the file of GLIP's authors that it was converted from"
		}
	}
	return ""
}

// count returns one more than the highest number that follows prefix in a
// tensor's name.
func (s *shapes) count(prefix string) int {
	n := 0
	for _, name := range s.names {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		digits, _, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(digits); err == nil && i >= n && i < maxRepeats {
			n = i + 1
		}
	}
	return n
}

// maxRepeats bounds what numbers in names can make SpecFor enumerate.
const maxRepeats = 1000

func (s *shapes) architecture() Architecture {
	a := Architecture{
		Swin:     s.swin(),
		Channels: s.dim(fpnPrefix+"fpn_inner2.weight", 4, 0),
		BERT:     s.bert(),
		Blocks:   s.count(towerPrefix),
	}
	if _, ok := s.byName[towerPrefix+"0.b_attn.gamma_v"]; ok {
		a.FusionEmbed = s.dim(towerPrefix+"0.b_attn.attn.v_proj.weight", 2, 0)
		// A block is a fusion, a BERT layer and a DyConv.
		a.Blocks = (a.Blocks + 2) / 3
	}
	return a
}

func (s *shapes) swin() Swin {
	w := Swin{Embed: s.dim(swinPrefix+"patch_embed.proj.weight", 4, 0)}
	for stage := range swinStages {
		blocks := fmt.Sprintf("%slayers.%d.blocks.", swinPrefix, stage)
		w.Depths[stage] = s.count(blocks)
		w.Heads[stage] = s.dim(blocks+"0.attn.relative_position_bias_table", 2, 1)
	}
	rows := s.dim(swinPrefix+"layers.0.blocks.0.attn.relative_position_bias_table", 2, 0)
	w.Window = (int(math.Round(math.Sqrt(float64(rows)))) + 1) / 2 // rows = (2·window-1)²
	return w
}

func (s *shapes) bert() BERT {
	return BERT{
		Hidden:       s.dim(bertPrefix+"embeddings.word_embeddings.weight", 2, 1),
		Vocabulary:   s.dim(bertPrefix+"embeddings.word_embeddings.weight", 2, 0),
		Positions:    s.dim(bertPrefix+"embeddings.position_embeddings.weight", 2, 0),
		Intermediate: s.dim(bertPrefix+"encoder.layer.0.intermediate.dense.weight", 2, 0),
		Layers:       s.count(bertPrefix + "encoder.layer."),
	}
}

// validate refuses dimensions that no GLIP graph can have.
func (a Architecture) validate() error {
	var problems []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf("glip: "+format, args...))
		}
	}
	for stage, heads := range a.Swin.Heads {
		c := a.Swin.Channels(stage)
		check(heads > 0 && c > 0 && c%heads == 0, "%d channels of Swin stage %d cannot be split into %d heads", c, stage, heads)
	}
	check(a.Swin.Window > 0, "the Swin window is empty")
	check(a.Blocks > 0, "the head has no blocks")
	check(a.Channels > 0 && a.Channels%normGroups == 0, "%d channels of the head are no multiple of %d", a.Channels, normGroups)
	check(a.BERT.Hidden > 0 && a.BERT.Hidden%bertHead == 0, "BERT width %d is no multiple of %d", a.BERT.Hidden, bertHead)
	check(a.BERT.Positions >= 3, "BERT reads %d tokens, fewer than [CLS], a word and [SEP]", a.BERT.Positions)
	check(a.BERT.Vocabulary > 0, "the vocabulary is empty")
	check(a.FusionEmbed%fusionHeads == 0, "fusion width %d is no multiple of %d", a.FusionEmbed, fusionHeads)
	return errors.Join(problems...)
}

// compare reports every difference between the checkpoint and spec.
func (s *shapes) compare(spec []TensorSpec) error {
	var problems []error
	wanted := make(map[string]bool, len(spec))
	for _, want := range spec {
		wanted[want.Name] = true
		got, ok := s.byName[want.Name]
		switch {
		case !ok:
			problems = append(problems, fmt.Errorf("tensor %s is missing", want.Name))
		case !slices.Equal(got, want.Shape):
			problems = append(problems, fmt.Errorf("tensor %s has shape %v, want %v", want.Name, got, want.Shape))
		}
	}
	for _, name := range s.names {
		if !wanted[name] && !ignored(name) {
			problems = append(problems, fmt.Errorf("tensor %s is unknown", name))
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("glip: %d tensors do not fit the architecture: %w", len(problems), errors.Join(problems...))
}
