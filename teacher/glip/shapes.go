package glip

import (
	"errors"

	"github.com/groundmill/groundmill/teacher/ort"
)

// defaultBatch is the largest batch that engines are compiled for, unless
// Options says otherwise.
const defaultBatch = 16

// profiles returns the input shapes that a compiling provider should expect: one
// profile per orientation, since the feature maps of wide and tall images have
// nothing in common. Their ranges cover every size that sizes.target gives for
// aspects up to 32 pixels on the short side, and every text.
func profiles(s sizes, form form, batch int) []ort.ShapeProfile {
	short, long := up(s.min), up(s.max)
	usual := min(long, up(s.min*4/3)) // most photographs are 4:3
	wide := ort.ShapeRange{
		Min: []int64{1, divisor, int64(short), 3},
		Opt: []int64{int64(batch), int64(short), int64(usual), 3},
		Max: []int64{int64(batch), int64(short), int64(long), 3},
	}
	tall := ort.ShapeRange{Min: turned(wide.Min), Opt: turned(wide.Opt), Max: turned(wide.Max)}
	var out []ort.ShapeProfile
	for _, pixels := range []ort.ShapeRange{wide, tall} {
		out = append(out, form.profile(pixels, int64(batch)))
	}
	return out
}

// turned exchanges height and width of a shape of pixels.
func turned(shape []int64) []int64 { return []int64{shape[0], shape[2], shape[1], shape[3]} }

// textProfile is the profile of the inputs that all forms have, for texts of
// least to most tokens.
func textProfile(pixels ort.ShapeRange, batch, least, usual, most int64) ort.ShapeProfile {
	perText := ort.ShapeRange{Min: []int64{1, least}, Opt: []int64{batch, usual}, Max: []int64{batch, most}}
	return ort.ShapeProfile{
		inputPixels: pixels,
		inputSizes:  {Min: []int64{1, 2}, Opt: []int64{batch, 2}, Max: []int64{batch, 2}},
		inputImages: {Min: []int64{1}, Opt: []int64{batch}, Max: []int64{batch}},
		inputIDs:    perText,
		inputMask:   perText,
	}
}

func (f denseForm) profile(pixels ort.ShapeRange, batch int64) ort.ShapeProfile {
	limit := int64(f.limit)
	return textProfile(pixels, batch, limit, limit, limit)
}

func (f candidateForm) profile(pixels ort.ShapeRange, batch int64) ort.ShapeProfile {
	least, usual, most := int64(textBucket(1, f.limit)), int64(textBucket(32, f.limit)), int64(f.limit)
	few, several, many := int64(phraseBuckets[0]), int64(phraseBuckets[1]), int64(phraseBuckets[len(phraseBuckets)-1])
	p := textProfile(pixels, batch, least, usual, most)
	p[inputColumns] = ort.ShapeRange{Min: []int64{1, least}, Opt: []int64{batch, least}, Max: []int64{batch, most}}
	p[inputPhrases] = ort.ShapeRange{
		Min: []int64{1, least, few}, Opt: []int64{batch, least, several}, Max: []int64{batch, most, many},
	}
	return p
}

// withProfiles completes what a compiling provider has to know in advance from
// the model's own properties.
func (o Options) withProfiles(path string) (ort.Options, error) {
	session := o.Session
	if session.Provider.Kind != ort.TensorRT || session.Provider.Profiles != nil {
		return session, nil
	}
	meta, err := readMetadata(path)
	if err != nil {
		return session, err
	}
	batch := firstOf(o.Batch, defaultBatch)
	form := newForm(meta.optimize, meta.architecture.BERT.maxTokens())
	session.Provider.Profiles = profiles(meta.sizes, form, batch)
	return session, nil
}

// readMetadata reads a model's properties on the CPU, without its weights being
// prepared for running.
func readMetadata(path string) (metadata, error) {
	s, err := ort.Open(path, ort.Options{DisablePrepacking: true})
	if err != nil {
		return metadata{}, err
	}
	meta, err := parseMetadata(s.Metadata())
	return meta, errors.Join(err, s.Close())
}
