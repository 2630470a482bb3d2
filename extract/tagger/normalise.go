package tagger

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// normalise returns the form under which context features know a word, as
// normalize of prose's tag.go does.
func normalise(form string) string {
	switch {
	case form == "":
		return ""
	case strings.Contains(form, "-") && form[0] != '-':
		return "!HYPHEN"
	case isYear(form):
		return "!YEAR"
	case form[0] >= '0' && form[0] <= '9':
		return "!DIGITS"
	}
	return strings.ToLower(form)
}

// isYear reports whether form is four bytes that make an integer, signs included.
func isYear(form string) bool {
	if len(form) != 4 {
		return false
	}
	_, err := strconv.Atoi(form)
	return err == nil
}

func lastBytes(form string) string { return form[max(0, len(form)-3):] }

// byRule returns the tag of a form that no weight decides: "-", links, e-mail
// addresses and mentions, and the traces of the treebank.
func byRule(form string) (Tag, bool) {
	switch {
	case form == "":
		return SYM, true
	case form == "-":
		return Dash, true
	case form[0] == '@', isLink(form), isEmail(form):
		return NN, true
	case form[0] == '0' && len(form) == 1, form[0] == '*' && isTrace(form):
		return None, true
	}
	return 0, false
}

// isTrace reports whether form is "*", "*x*", "*-1" to "*-999" or "*X*-1".
func isTrace(form string) bool {
	rest := form[1:]
	if rest == "" {
		return true
	}
	if digits, ok := strings.CutPrefix(rest, "-"); ok {
		return isShortNumber(digits)
	}
	name, digits, ok := strings.Cut(rest, "*")
	if !ok || name == "" {
		return false
	}
	if digits == "" {
		return len(name) == 1 && (isWordByte(name[0]) || name == "?")
	}
	number, ok := strings.CutPrefix(digits, "-")
	return ok && isUpper(name) && isShortNumber(number)
}

func isShortNumber(s string) bool {
	return len(s) >= 1 && len(s) <= 3 && strings.Trim(s, "0123456789") == ""
}

func isUpper(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

func isWordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}

// isLink reports whether form holds what LinkRegex of package commonregex, which
// prose asks, takes for a link: a dot after one of [a-z0-9.-], then at least one
// character, then one that ends no clause. Spaces, angle brackets and
// parentheses end the link.
func isLink(form string) bool {
	for part := range strings.FieldsFuncSeq(form, isLinkBorder) {
		if dot := hostDot(part); dot >= 0 && hasLinkTail(part[dot+1:]) {
			return true
		}
	}
	return false
}

func isLinkBorder(r rune) bool { return strings.ContainsRune(" \t\n\f\r()<>", r) }

// hostDot returns the place of the first dot that follows a byte of a host
// name, or -1. Its tail holds the tails of all later dots.
func hostDot(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] == '.' && isHostByte(s[i-1]) {
			return i
		}
	}
	return -1
}

func isHostByte(b byte) bool {
	return b == '.' || b == '-' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z'
}

// hasLinkTail reports whether the second or a later character of tail may end
// a link.
func hasLinkTail(tail string) bool {
	_, first := utf8.DecodeRuneInString(tail)
	return strings.ContainsFunc(tail[first:], func(r rune) bool {
		return !strings.ContainsRune("![]{};:'\".,?", r)
	})
}

// isEmail reports whether form holds an address as EmailRegex of package
// commonregex has it: a local part, "@", and a host with a dot inside.
func isEmail(form string) bool {
	for at := strings.IndexByte(form, '@'); at >= 0; {
		if at > 0 && isLocalByte(form[at-1]) && hasHost(form[at+1:]) {
			return true
		}
		next := strings.IndexByte(form[at+1:], '@')
		if next < 0 {
			return false
		}
		at += 1 + next
	}
	return false
}

func isLocalByte(b byte) bool {
	return isWordByte(b) || strings.IndexByte("!#$%&'*+/=?^{|.}~-", b) >= 0
}

// hasHost reports whether s starts with two dot-separated labels of letters,
// digits and inner hyphens.
func hasHost(s string) bool {
	label := 0
	for label < len(s) && isHostLabelByte(s[label]) {
		label++
	}
	return label > 0 && s[0] != '-' && s[label-1] != '-' &&
		label+1 < len(s) && s[label] == '.' && s[label+1] != '-' && isHostLabelByte(s[label+1])
}

func isHostLabelByte(b byte) bool {
	return b == '-' || b != '_' && isWordByte(b)
}
