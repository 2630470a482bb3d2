package webdataset

import "fmt"

// TruncatedError says that a tar ends, or stops making sense, before its
// end-of-archive mark, or goes on behind it. Every complete sample before that
// point was returned.
type TruncatedError struct {
	Name   string // as given to Open
	Offset int64  // bytes of the tar that were read
	// LostKey is the key of the sample that the damage cut through, "" when it
	// fell between samples.
	LostKey string
	// LostIndex is the position of that sample, which follows the last one that
	// was returned. It means nothing without LostKey.
	LostIndex int64
	Err       error // what package archive/tar found
}

func (e *TruncatedError) Error() string { return e.Name + ": " + e.Detail() }

// Detail is the message without the tar's name.
func (e *TruncatedError) Detail() string {
	lost := ""
	if e.LostKey != "" {
		lost = fmt.Sprintf(", inside sample %q", e.LostKey)
	}
	return fmt.Sprintf("tar is truncated or corrupt at byte %d%s: %v", e.Offset, lost, e.Err)
}

func (e *TruncatedError) Unwrap() error { return e.Err }

// FormatError says that a file is no tar at all.
type FormatError struct {
	Name string // as given to Open
	Hint string // what the file looks like, with a remedy; "" when unknown
}

func (e *FormatError) Error() string {
	if e.Hint != "" {
		return fmt.Sprintf("%s: not a tar file: %s", e.Name, e.Hint)
	}
	return e.Name + ": not a tar file"
}
