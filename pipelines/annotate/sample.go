package annotate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
)

// imageExts are the image members of a sample, in order of preference.
var imageExts = []string{"jpg", "jpeg", "png", "webp", "gif"}

// sampleExts are all members that the job reads.
var sampleExts = append(slices.Clone(imageExts), "txt", "json")

// content is what a sample holds for the job.
type content struct {
	image    *webdataset.Member
	captions []caption // at least one
	url      string
	meta     map[string]string
}

// caption is one of an image's captions.
type caption struct {
	text string
	// replaced says that decoding put a U+FFFD in that the sample does not have.
	replaced bool
}

// rejection is an error that makes a reject of a sample.
type rejection struct {
	reason schema.Reason
	detail string
}

func (r *rejection) Error() string { return string(r.reason) + ": " + r.detail }

func rejectf(reason schema.Reason, format string, args ...any) *rejection {
	return &rejection{reason, fmt.Sprintf(format, args...)}
}

// readContent finds the image and its captions, of which it takes so many at
// most. The error is a *rejection of the sample; captions that were read before
// are returned with it.
func readContent(s *webdataset.Sample, most int) (c content, err error) {
	if len(s.Duplicates) > 0 {
		return c, rejectf(schema.ReasonDuplicateMember, "more than one .%s", strings.Join(s.Duplicates, ", more than one ."))
	}
	if err := c.readJSON(s.Find("json"), most); err != nil {
		return c, err
	}
	if c.image = s.Find(imageExts...); c.image == nil {
		return c, rejectf(schema.ReasonMissingImage, "there is no .%s%s", strings.Join(imageExts, ", ."), instead(s))
	}
	if len(c.captions) == 0 {
		if err := c.readText(s.Find("txt")); err != nil {
			return c, err
		}
	}
	if len(c.captions) == 0 {
		return c, rejectf(schema.ReasonMissingCaption, "there is no .txt and no caption in .json%s", instead(s))
	}
	return c, nil
}

// instead names the members that nobody wanted. They often tell what is wrong,
// such as a key with a dot: the image of photo.v2.jpg is the .v2.jpg of photo.
func instead(s *webdataset.Sample) string {
	if len(s.Unread) == 0 {
		return ""
	}
	return fmt.Sprintf(", but %.100q; a key ends at the first dot of the file name", s.Unread)
}

// readText takes the caption from KEY.txt, if there is one.
func (c *content) readText(m *webdataset.Member) error {
	switch {
	case m == nil:
		return nil
	case m.TooLarge:
		return rejectf(schema.ReasonCaptionTooLong, ".txt has %d bytes", m.Size)
	}
	text := string(bytes.TrimPrefix(m.Data, []byte("\xef\xbb\xbf")))
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	c.captions = []caption{{text: text}}
	return nil
}
