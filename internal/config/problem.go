package config

import (
	"fmt"
	"strings"
)

// Problem is one thing wrong with a configuration.
type Problem struct {
	Where   string // "FILE:LINE:COLUMN" or the override, as the user typed it
	Path    string // dotted path of the field, "" for the document itself
	Message string
}

// String renders the problem as one line: where, field path, message.
func (p Problem) String() string {
	if p.Path == "" {
		return fmt.Sprintf("%s: %s", p.Where, p.Message)
	}
	return fmt.Sprintf("%s: %s: %s", p.Where, p.Path, p.Message)
}

// Error is every problem of one configuration, in the order of the file.
type Error struct {
	Problems []Problem
}

// Error lists the problems, one a line.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}
