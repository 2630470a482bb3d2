package verdict

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/schema"
)

// The first line of every file says this.
const (
	Format  = "groundmill-verdicts"
	Version = 1
)

// Header is the first line of a file.
type Header struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	// SourceSHA256 is the hex digest of the manifest of the run that was sampled,
	// "" when there was none.
	SourceSHA256 string `json:"source_sha256,omitempty"`
	Seed         uint64 `json:"seed"`
	// Rules are what the boxes had passed when they were drawn: only of such boxes
	// do the verdicts speak.
	Rules filter.Config `json:"rules"`
}

// Answer is what a judge says of a box.
type Answer string

// The answers. The empty one means that nobody has judged yet.
const (
	Correct Answer = "correct" // the box is that of a thing the phrase names
	Wrong   Answer = "wrong"
	Unsure  Answer = "unsure"
)

// Judgement is one line: a box of a phrase and what a judge says of it.
type Judgement struct {
	Key         string `json:"key"`
	ImageSHA256 string `json:"image_sha256"`
	Caption     string `json:"caption,omitempty"`
	Width       int32  `json:"width,omitempty"`  // of the image in pixels, 0 when unknown
	Height      int32  `json:"height,omitempty"` // likewise
	Shard       string `json:"shard,omitempty"`  // input file of the image, as schema.Source has it
	Index       int64  `json:"index,omitempty"`  // of the record in it
	Start       int32  `json:"start"`
	End         int32  `json:"end"`
	Text        string `json:"text"`
	// Box is x1, y1, x2, y2. Without one the judgement is of the phrase: whether it
	// is right as a phrase to ground. Package calibrate reads boxes alone.
	Box     *Corners `json:"box,omitempty"`
	Score   float32  `json:"score"` // of the box, else the phrase's best
	Stratum string   `json:"stratum"`
	Weight  float64  `json:"weight"`
	Verdict Answer   `json:"verdict,omitempty"`
	Who     string   `json:"who,omitempty"` // the judge
}

// Corners are x1, y1, x2, y2 in pixels, the last two exclusive.
type Corners [4]float32

// UnmarshalJSON takes exactly four numbers; an array of package encoding/json would
// take any number of them.
func (c *Corners) UnmarshalJSON(data []byte) error {
	var numbers []float32
	if err := json.Unmarshal(data, &numbers); err != nil || len(numbers) != len(c) {
		return fmt.Errorf("box: %.80s is not four numbers", data)
	}
	copy(c[:], numbers)
	return nil
}

// File is a whole file.
type File struct {
	Header
	Judgements []Judgement
}

// New returns an empty file of this format's version.
func New(source string, seed uint64, rules filter.Config) *File {
	return &File{Header: Header{Format: Format, Version: Version, SourceSHA256: source, Seed: seed, Rules: rules}}
}

// ID names the thing that is judged: the first 16 hex digits of a digest over key,
// image, span and box. Equal boxes of one dataset have equal ids in every file.
func (j *Judgement) ID() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %s %d %d", j.Key, j.ImageSHA256, j.Start, j.End)
	if j.Box != nil {
		for _, v := range j.Box {
			fmt.Fprintf(h, " %08x", math.Float32bits(v))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// SchemaBox returns the box, the zero Box when there is none.
func (j *Judgement) SchemaBox() schema.Box {
	if j.Box == nil {
		return schema.Box{}
	}
	return schema.Box{X1: j.Box[0], Y1: j.Box[1], X2: j.Box[2], Y2: j.Box[3]}
}

// check records what is wrong with the values of a judgement.
func (j *Judgement) check(c *schema.Check) {
	if j.Key == "" {
		c.Addf("key", "is empty")
	}
	if j.Index < 0 {
		c.Addf("index", "%d is negative", j.Index)
	}
	if b, err := hex.DecodeString(j.ImageSHA256); err != nil || len(b) != sha256.Size || hex.EncodeToString(b) != j.ImageSHA256 {
		c.Addf("image_sha256", "%.80q is not 64 lower-case hex digits", j.ImageSHA256)
	}
	j.checkText(c)
	j.checkBox(c)
	if !(j.Score >= 0 && j.Score <= 1) { // NaN too
		c.Addf("score", "%v is not in [0, 1]", j.Score)
	}
	if !(j.Weight > 0 && j.Weight <= 1e15) {
		c.Addf("weight", "%v is not in (0, 1e15]", j.Weight)
	}
	switch j.Verdict {
	case "", Correct, Wrong, Unsure:
	default:
		c.Addf("verdict", "%.80q is not one of correct, wrong, unsure", j.Verdict)
	}
}

func (j *Judgement) checkText(c *schema.Check) {
	span := schema.Span{Start: j.Start, End: j.End}
	switch n := len([]rune(j.Text)); {
	case j.Text == "":
		c.Addf("text", "is empty")
	case j.Start < 0 || int64(j.End)-int64(j.Start) != int64(n):
		c.Addf("end", "the span [%d, %d) is not of the %d code points of text", j.Start, j.End, n)
	case j.Caption != "":
		if got, ok := span.Slice(j.Caption); !ok || got != j.Text {
			c.Addf("text", "%.80q is not caption[%d:%d]", j.Text, j.Start, j.End)
		}
	}
}

func (j *Judgement) checkBox(c *schema.Check) {
	if j.Width < 0 || j.Height < 0 || (j.Width == 0) != (j.Height == 0) {
		c.Addf("width", "%d×%d is no size", j.Width, j.Height)
		return
	}
	if j.Box == nil {
		return
	}
	b := j.SchemaBox()
	switch inside := b.X1 >= 0 && b.Y1 >= 0 && b.X1 < b.X2 && b.Y1 < b.Y2; { // false for NaN
	case !inside:
		c.Addf("box", "%v is not x1,y1,x2,y2 with an area", *j.Box)
	case j.Width > 0 && (b.X2 > float32(j.Width) || b.Y2 > float32(j.Height)):
		c.Addf("box", "%v is not inside %d×%d", *j.Box, j.Width, j.Height)
	}
}
