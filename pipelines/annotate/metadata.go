package annotate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
)

// The members of KEY.json that hold captions.
const (
	oneCaption   = "caption"
	manyCaptions = "captions"
)

// readJSON takes captions, at most so many, url and meta from KEY.json, if there
// is one.
func (c *content) readJSON(m *webdataset.Member, most int) error {
	switch {
	case m == nil:
		return nil
	case m.TooLarge:
		return rejectf(schema.ReasonBadMetadata, ".json has %d bytes", m.Size)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(m.Data, &fields); err != nil || fields == nil {
		return rejectf(schema.ReasonBadMetadata, ".json is no object: %v", describeJSON(err))
	}
	if err := c.readCaptions(fields[oneCaption], fields[manyCaptions], most); err != nil {
		return err
	}
	delete(fields, oneCaption)
	delete(fields, manyCaptions)
	for name, raw := range fields {
		c.addField(name, raw)
	}
	return nil
}

// readCaptions takes the caption or the list of them. A member that is null
// counts as absent, and so does an empty list.
func (c *content) readCaptions(one, many json.RawMessage, most int) (err error) {
	switch hasOne, hasMany := given(one), given(many); {
	case hasOne && hasMany:
		return rejectf(schema.ReasonBadMetadata, ".json has both %s and %s", oneCaption, manyCaptions)
	case hasOne:
		var only caption
		if only, err = captionOf("the caption", one); err == nil {
			c.captions = []caption{only}
		}
	case hasMany:
		c.captions, err = captionsOf(many, most)
	}
	return err
}

func given(raw json.RawMessage) bool { return raw != nil && kindOf(raw) != "null" }

// captionsOf decodes a list of at most so many captions. It decodes no more of a
// longer one, which may have millions.
func captionsOf(list json.RawMessage, most int) ([]caption, error) {
	if kind := kindOf(list); kind != "array" {
		return nil, rejectf(schema.ReasonBadMetadata, "captions in .json is of type %s, not array", kind)
	}
	items := json.NewDecoder(bytes.NewReader(list))
	if _, err := items.Token(); err != nil { // the bracket
		return nil, rejectf(schema.ReasonBadMetadata, "captions in .json: %v", err)
	}
	var captions []caption
	for items.More() {
		if len(captions) == most {
			return nil, rejectf(schema.ReasonTooManyCaptions, "more than %d captions, see input.max_captions", most)
		}
		name := fmt.Sprintf("captions[%d]", len(captions))
		var raw json.RawMessage
		if err := items.Decode(&raw); err != nil {
			return nil, rejectf(schema.ReasonBadMetadata, "%s in .json: %v", name, err)
		}
		next, err := captionOf(name, raw)
		if err != nil {
			return nil, err
		}
		captions = append(captions, next)
	}
	return captions, nil
}

// captionOf decodes one caption, which messages call name.
func captionOf(name string, raw json.RawMessage) (caption, error) {
	if kind := kindOf(raw); kind != "string" {
		return caption{}, rejectf(schema.ReasonBadMetadata, "%s in .json is of type %s, not string", name, kind)
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return caption{}, rejectf(schema.ReasonBadMetadata, "%s in .json: %v", name, err)
	}
	return caption{text, replaced(raw, text)}, nil
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

// addField puts a scalar into url or meta.
func (c *content) addField(name string, raw json.RawMessage) {
	text, ok := scalar(raw)
	switch {
	case !ok:
	case name == "url" && kindOf(raw) == "string":
		c.url = text
	default:
		c.addMeta(name, text)
	}
}

func (c *content) addMeta(name, text string) {
	if c.meta == nil {
		c.meta = map[string]string{}
	}
	c.meta[name] = text
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
