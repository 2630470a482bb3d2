package storage

import (
	"crypto/rand"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxElement is the length in bytes of the longest name that common file systems
// take.
const maxElement = 255

// lockName is the file at the root of a local store that its lock is on. It is
// no part of the store: listings leave it out.
const lockName = ".groundmill.lock"

// CheckName returns an error unless name can be that of a published file.
func CheckName(name string) error {
	switch {
	case !fs.ValidPath(name) || name == ".":
		return fmt.Errorf("storage: %q is no valid name: it must be a relative path with single slashes, without . and .. elements", name)
	case strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("storage: %q is no valid name: it has control characters", name)
	case isTemp(name) || path.Base(name) == lockName:
		return fmt.Errorf("storage: %q is no valid name: it is kept for this program's own files", name)
	}
	for element := range strings.SplitSeq(name, "/") {
		if len(element) > maxElement {
			return fmt.Errorf("storage: %q is no valid name: %q is longer than %d bytes", name, element, maxElement)
		}
	}
	return nil
}

// checkPrefix returns an error unless names can begin with prefix.
func checkPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	if whole := strings.TrimSuffix(prefix, "/"); !fs.ValidPath(whole) || prefix == "./" {
		return fmt.Errorf("storage: %q is no valid prefix of names", prefix)
	}
	return nil
}

// tempPattern is what newTempName makes: rand.Text has 26 characters of RFC
// 4648's base32 alphabet.
var tempPattern = regexp.MustCompile(`^\.(?s:.+)\.[A-Z2-7]{26}\.tmp$`)

// isTemp reports whether the base name is one of newTempName's.
func isTemp(name string) bool {
	return strings.HasSuffix(name, ".tmp") && tempPattern.MatchString(path.Base(name))
}

// newTempName returns a base name for an attempt at a file of the given base
// name. It begins with a dot, which the usual readers of data folders ignore.
// Long names are cut, so that the result fits wherever base does.
func newTempName(base string) string {
	cut := min(len(base), 64)
	for cut > 0 && cut < len(base) && !utf8.RuneStart(base[cut]) {
		cut--
	}
	return "." + base[:cut] + "." + rand.Text() + ".tmp"
}
