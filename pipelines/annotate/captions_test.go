package annotate

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/synthetic"
)

// captioned is a sample whose image has several captions.
func captioned(i int, captions ...string) sample {
	data, err := json.Marshal(map[string]any{"captions": captions, "id": i})
	if err != nil {
		panic(err)
	}
	s := pairOf(i, "")
	s.members["json"] = string(data)
	delete(s.members, "txt")
	return s
}

// manyCaptioned returns n samples with 0, 1, 2, ... captions each, most at most;
// some captions are rejects.
func manyCaptioned(n, most int) []sample {
	samples := pairs(n)
	for i := range samples {
		var captions []string
		for c := range i % (most + 1) {
			captions = append(captions, fmt.Sprintf("a red fox and %d dogs near the river", c))
			if c%7 == 3 {
				captions[c] = "of and to"
			}
		}
		if i%(most+1) > 0 {
			samples[i] = captioned(i, captions...)
		}
	}
	return samples
}

// TestSeveralCaptions checks keys, order and contents of the records of an image.
func TestSeveralCaptions(t *testing.T) {
	several := captioned(1, "a red fox", "", "of and to", "an old dog and a red fox")
	embedded := testOptions(t, shards(t, tarOf(t, pairOf(0, fox), several, pairOf(2, fox))))
	embedded.Output.EmbedImages = true
	r := mustRun(t, embedded)
	var got []string
	for _, row := range r.data {
		got = append(got, fmt.Sprintf("%d %s %q %s", row.Source.Index, row.Key, row.Caption, row.Image.Path))
	}
	for _, reject := range r.rejects {
		got = append(got, fmt.Sprintf("%d %s %s", reject.Source.Index, reject.Key, reject.Reason))
	}
	want := []string{
		`0 000000000 "a red fox near the river" 000000000.jpg`,
		`1 000000001#0 "a red fox" 000000001.jpg`,
		`1 000000001#3 "an old dog and a red fox" 000000001.jpg`,
		`2 000000002 "a red fox near the river" 000000002.jpg`,
		"1 000000001#1 empty_caption",
		"1 000000001#2 no_phrases",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	first, second := r.data[1], r.data[2]
	if first.ImageSHA256 != second.ImageSHA256 || first.Meta["id"] != "1" || second.Meta["id"] != "1" {
		t.Errorf("rows of one image are %+v and %+v", first, second)
	}
	if diff := cmp.Diff(first.Phrases[0].Boxes, second.Phrases[1].Boxes); diff != "" {
		t.Errorf("one phrase in one image (-first caption +second):\n%s", diff)
	}
}

// TestImageFaultsRejectEveryCaption keeps the reason of a caption that has one.
func TestImageFaultsRejectEveryCaption(t *testing.T) {
	missing, broken := captioned(0, "a fox", "of and to"), captioned(1, "a fox", "of and to", "a dog")
	delete(missing.members, "jpg")
	broken.members["jpg"] = broken.members["jpg"][:200]
	r := mustRun(t, testOptions(t, shards(t, tarOf(t, missing, broken))))
	var got []string
	for _, reject := range r.rejects {
		got = append(got, reject.Key+" "+string(reject.Reason))
	}
	want := []string{
		"000000000#0 missing_image", "000000000#1 missing_image",
		"000000001#0 corrupt_image", "000000001#1 no_phrases", "000000001#2 corrupt_image",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
}

// TestCaptionsOfOneImageSanitized marks the caption that was changed, not its
// neighbours.
func TestCaptionsOfOneImageSanitized(t *testing.T) {
	s := captioned(0)
	s.members["json"] = `{"captions": ["a red fox", "a \ud800 red fox"]}`
	r := mustRun(t, testOptions(t, shards(t, tarOf(t, s))))
	if got := []string{r.data[0].Meta[metaSanitized], r.data[1].Meta[metaSanitized]}; !slices.Equal(got, []string{"", "true"}) {
		t.Errorf("marks are %q", got)
	}
}

// TestMoreCaptionsThanPermits would hang if the captions of one image had to wait
// for each other.
func TestMoreCaptionsThanPermits(t *testing.T) {
	captions := make([]string, 500)
	for i := range captions {
		captions[i] = fmt.Sprintf("a red fox and %d dogs", i)
	}
	opts := testOptions(t, shards(t, tarOf(t, captioned(0, captions...), pairOf(1, fox), captioned(2, captions...))))
	opts.Input.MaxCaptions = len(captions)
	opts.Teacher.Batch, opts.Teacher.Window, opts.Teacher.InFlight, opts.Teacher.Workers = 3, 3, 1, 1
	if n := opts.Teacher.permits(); n >= len(captions) {
		t.Fatalf("%d permits are no test", n)
	}
	if r := mustRun(t, opts); len(r.data) != 1001 || r.data[999].Key != "000000002#498" {
		t.Errorf("%d rows, number 999 is %s", len(r.data), r.data[999].Key)
	}
}

func TestCaptionsInTheSameBytes(t *testing.T) {
	input := shards(t, tarOf(t, manyCaptioned(40, 9)...), tarOf(t, manyCaptioned(25, 3)...))
	var want map[string]string
	for _, workers := range []int{1, 2, 5} {
		opts := testOptions(t, input)
		opts.Teacher.Batch, opts.Teacher.Window = 4, 8
		opts.Beam.Lanes, opts.Teacher.Workers, opts.Teacher.InFlight = workers, workers, workers
		mustRun(t, opts)
		got := digests(t, opts.Output.Dir)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d workers (-first run +this):\n%s", workers, diff)
		}
	}
}

// counted tells its teacher of every Release.
type counted struct {
	teacher.Prepared
	model *countingTeacher
	times atomic.Int64
}

func (c *counted) Release() {
	c.model.released.Add(1)
	if c.times.Add(1) > 1 {
		c.model.again.Add(1)
	}
}

// countingTeacher counts preparations and releases, and unwraps its texts.
type countingTeacher struct {
	*synthetic.Teacher
	images, texts, released, again atomic.Int64
}

func (c *countingTeacher) Prepare(ex teacher.Example) ([]teacher.Prepared, error) {
	out, err := c.Teacher.Prepare(ex)
	c.images.Add(1)
	c.texts.Add(int64(len(out)))
	for i := range out {
		out[i] = &counted{Prepared: out[i], model: c}
	}
	return out, err
}

func (c *countingTeacher) Ground(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
	inner := make([]teacher.Prepared, len(batch))
	for i, p := range batch {
		inner[i] = p.(*counted).Prepared
	}
	answers, err := c.Teacher.Ground(ctx, inner)
	for i := 0; err == nil && i < len(answers); i += 3 {
		answers[i] = teacher.Answer{Err: fmt.Errorf("%w: the model answered NaN", teacher.ErrExample)}
	}
	return answers, err
}

// TestImagesArePreparedOnce counts preparations, and releases: one for each
// prepared text, whether it becomes a row or a reject.
func TestImagesArePreparedOnce(t *testing.T) {
	samples := manyCaptioned(60, 9)
	model := &countingTeacher{Teacher: synthetic.New(synthetic.Options{})}
	store, dir := openStore(t)
	summary, err := runUnit(t.Context(), t, testOptions(t, "x"), model, store, tarOf(t, samples...))
	if err != nil {
		t.Fatal(err)
	}
	texts := summary.Rows + summary.Rejects[schema.ReasonTeacherFailed]
	if got := model.images.Load(); got != int64(len(samples)) {
		t.Errorf("%d images were prepared, want %d", got, len(samples))
	}
	if model.texts.Load() != texts || model.released.Load() != texts || model.again.Load() != 0 || texts <= int64(len(samples)) {
		t.Errorf("%d rows and failures; %d texts prepared, %d released, %d of them again",
			texts, model.texts.Load(), model.released.Load(), model.again.Load())
	}
	for _, reject := range rejectsOf(t, filepath.Join(dir, filepath.FromSlash(schema.FileName(schema.KindRejects, "train", 0, 1)))) {
		if reject.Reason == schema.ReasonTeacherFailed && !strings.HasSuffix(reject.Detail, ": the model answered NaN") {
			t.Errorf("detail is %q", reject.Detail)
		}
	}
}
