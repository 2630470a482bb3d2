package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// Validate returns an *InvalidError that lists everything in the row that
// breaks the conventions of the package, or nil.
func (r *Row) Validate() error {
	var c rowCheck
	c.identity(r)
	c.image(r)
	c.phrases(r)
	c.meta(r.Meta)
	if len(c.problems) == 0 {
		return nil
	}
	return c.Err(fmt.Sprintf("row %q", r.Key))
}

// rowCheck holds the checks of a row. None of them allocates on a valid row.
type rowCheck struct{ Check }

func (c *rowCheck) identity(r *Row) {
	c.filled("key", r.Key)
	c.utf8("url", r.URL)
	c.filled("caption", r.Caption)
	c.filled("source.shard", r.Source.Shard)
	if r.Source.Index < 0 {
		c.Addf("source.index", "%d is negative", r.Source.Index)
	}
}

func (c *rowCheck) image(r *Row) {
	if r.Width <= 0 {
		c.Addf("width", "%d is no size", r.Width)
	}
	if r.Height <= 0 {
		c.Addf("height", "%d is no size", r.Height)
	}
	if !isSHA256(r.ImageSHA256) {
		c.Addf("image_sha256", "%q is not 64 lower-case hex digits", r.ImageSHA256)
	}
	if r.Image == nil {
		return
	}
	c.utf8("image.path", r.Image.Path)
	if sum := sha256.Sum256(r.Image.Bytes); hex.EncodeToString(sum[:]) != r.ImageSHA256 {
		c.Addf("image.bytes", "digest %x differs from image_sha256", sum)
	}
}

func (c *rowCheck) meta(meta map[string]string) {
	valid := true
	for key, value := range meta {
		valid = valid && utf8.ValidString(key) && utf8.ValidString(value)
	}
	if valid {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(meta)) {
		c.utf8(fmt.Sprintf("meta[%q] key", key), key)
		c.utf8(fmt.Sprintf("meta[%q]", key), meta[key])
	}
}

func (c *rowCheck) filled(path, s string) {
	if s == "" {
		c.Addf(path, "is empty")
	}
	c.utf8(path, s)
}

func (c *rowCheck) utf8(path, s string) {
	if !utf8.ValidString(s) {
		c.Addf(path, "%q is not UTF-8", s)
	}
}

// isSHA256 says whether s is a digest as hex.EncodeToString writes it.
func isSHA256(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for i := range len(s) {
		if !hexDigit[s[i]] {
			return false
		}
	}
	return true
}

// hexDigit marks the lower-case hex digits.
var hexDigit = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true,
	'8': true, '9': true, 'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true,
}
