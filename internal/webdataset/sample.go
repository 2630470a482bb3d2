package webdataset

import (
	"path"
	"slices"
	"strings"
)

// Sample is the run of consecutive members that share a key.
type Sample struct {
	Key     string
	Index   int64 // 0-based position among the samples of the tar
	Members []Member

	// Unread holds the first few different extensions of the members that
	// Limits.Extensions leaves out: what was there instead of what was wanted.
	Unread []string

	// Duplicates holds the extensions that occurred more than once, in order of
	// discovery; Members keeps the first of each.
	Duplicates []string
}

// Member is one file of a sample.
type Member struct {
	Ext  string // lower case, without the leading dot; may contain dots
	Size int64  // bytes, as the tar's header says
	Data []byte // nil when TooLarge
	// TooLarge says that the member exceeds Limits.MemberBytes and was skipped.
	TooLarge bool
}

// Find returns the sample's member with the first of the extensions that it
// has, nil when it has none. The order of exts is the order of preference.
func (s *Sample) Find(exts ...string) *Member {
	for _, ext := range exts {
		for i := range s.Members {
			if s.Members[i].Ext == ext {
				return &s.Members[i]
			}
		}
	}
	return nil
}

func (s *Sample) add(m Member) {
	if s.Find(m.Ext) == nil {
		s.Members = append(s.Members, m)
		return
	}
	if !slices.Contains(s.Duplicates, m.Ext) {
		s.Duplicates = append(s.Duplicates, m.Ext)
	}
}

// maxUnread bounds Sample.Unread.
const maxUnread = 4

func (s *Sample) leaveOut(ext string) {
	if len(s.Unread) < maxUnread && !slices.Contains(s.Unread, ext) {
		s.Unread = append(s.Unread, ext)
	}
}

// SplitName cuts a member's name into key and extension. ok is false for names
// that belong to no sample.
func SplitName(name string) (key, ext string, ok bool) {
	if isMeta(name) {
		return "", "", false
	}
	dir, base := path.Split(name)
	stem, ext, found := strings.Cut(base, ".")
	if !found || stem == "" {
		return "", "", false
	}
	return dir + stem, strings.ToLower(ext), true
}

// isMeta reports whether the first path element is of the form __name__, which
// the format reserves.
func isMeta(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return len(first) >= 4 && strings.HasPrefix(first, "__") && strings.HasSuffix(first, "__")
}
