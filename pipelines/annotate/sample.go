package annotate

import (
	"bytes"
	"encoding/json"
	"errors"
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

// pair is what a sample holds for the job.
type pair struct {
	image   *webdataset.Member
	caption string
	url     string
	meta    map[string]string
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

// readPair finds image and caption. The error is a *rejection.
func readPair(s *webdataset.Sample) (pair, error) {
	if len(s.Duplicates) > 0 {
		return pair{}, rejectf(schema.ReasonDuplicateMember, "more than one .%s", strings.Join(s.Duplicates, ", more than one ."))
	}
	var p pair
	caption, err := p.readJSON(s.Find("json"))
	if err != nil {
		return pair{}, err
	}
	if p.image = s.Find(imageExts...); p.image == nil {
		return pair{}, rejectf(schema.ReasonMissingImage, "there is no .%s%s", strings.Join(imageExts, ", ."), instead(s))
	}
	if caption == nil {
		if caption, err = readText(s.Find("txt")); err != nil {
			return pair{}, err
		}
	}
	if caption == nil {
		return pair{}, rejectf(schema.ReasonMissingCaption, "there is no .txt and no caption in .json%s", instead(s))
	}
	p.caption = *caption
	return p, nil
}

// instead names the members that nobody wanted. They often tell what is wrong,
// such as a key with a dot: the image of photo.v2.jpg is the .v2.jpg of photo.
func instead(s *webdataset.Sample) string {
	if len(s.Unread) == 0 {
		return ""
	}
	return fmt.Sprintf(", but %.100q; a key ends at the first dot of the file name", s.Unread)
}

// readText returns the content of KEY.txt, nil when there is none.
func readText(m *webdataset.Member) (*string, error) {
	switch {
	case m == nil:
		return nil, nil
	case m.TooLarge:
		return nil, rejectf(schema.ReasonCaptionTooLong, ".txt has %d bytes", m.Size)
	}
	text := string(bytes.TrimPrefix(m.Data, []byte("\xef\xbb\xbf")))
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	return &text, nil
}

// readJSON reads url and meta from KEY.json and returns its caption, nil when it
// has none.
func (p *pair) readJSON(m *webdataset.Member) (caption *string, err error) {
	switch {
	case m == nil:
		return nil, nil
	case m.TooLarge:
		return nil, rejectf(schema.ReasonBadMetadata, ".json has %d bytes", m.Size)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(m.Data, &fields); err != nil || fields == nil {
		return nil, rejectf(schema.ReasonBadMetadata, ".json is no object: %v", describeJSON(err))
	}
	rawCaption := fields["caption"]
	if caption, err = captionOf(rawCaption); err != nil {
		return nil, err
	}
	delete(fields, "caption")
	for name, raw := range fields {
		p.addField(name, raw)
	}
	if caption != nil && replaced(rawCaption, *caption) {
		p.addMeta(metaSanitized, "true")
	}
	return caption, nil
}

// replaced reports whether decoding put a U+FFFD into text that its JSON does not
// have: package encoding/json does so, silently, for bytes that are no UTF-8 and
// for half a surrogate pair.
func replaced(raw json.RawMessage, text string) bool {
	const mark = "\uFFFD"
	if !strings.Contains(text, mark) {
		return false
	}
	written := strings.Count(string(raw), mark) + strings.Count(strings.ToLower(string(raw)), `\ufffd`)
	return strings.Count(text, mark) > written
}

func describeJSON(err error) string {
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return "it is null"
	case errors.As(err, &wrongType):
		return "it is of type " + wrongType.Value
	}
	return err.Error()
}

// captionOf decodes the caption field; null counts as absent.
func captionOf(raw json.RawMessage) (*string, error) {
	if raw == nil {
		return nil, nil
	}
	var caption *string
	if err := json.Unmarshal(raw, &caption); err != nil {
		return nil, rejectf(schema.ReasonBadMetadata, "the caption in .json is of type %s, not string", kindOf(raw))
	}
	return caption, nil
}

// addField puts a scalar into url or meta.
func (p *pair) addField(name string, raw json.RawMessage) {
	text, ok := scalar(raw)
	switch {
	case !ok:
	case name == "url" && kindOf(raw) == "string":
		p.url = text
	default:
		p.addMeta(name, text)
	}
}

func (p *pair) addMeta(name, text string) {
	if p.meta == nil {
		p.meta = map[string]string{}
	}
	p.meta[name] = text
}

// scalar returns a JSON string, number or truth value as text.
func scalar(raw json.RawMessage) (text string, ok bool) {
	switch kindOf(raw) {
	case "string":
		err := json.Unmarshal(raw, &text)
		return text, err == nil
	case "number", "bool":
		return string(raw), true
	}
	return "", false
}

// kindOf names the type of a valid JSON value.
func kindOf(raw json.RawMessage) string {
	switch raw[0] {
	case '"':
		return "string"
	case '{':
		return "object"
	case '[':
		return "array"
	case 't', 'f':
		return "bool"
	case 'n':
		return "null"
	}
	return "number"
}
