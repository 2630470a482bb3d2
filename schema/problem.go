package schema

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with a value.
type Problem struct {
	Path string // the field, such as "phrases[2].boxes[0].score"
	Text string // what is wrong with it
}

// String returns "path: text".
func (p Problem) String() string { return p.Path + ": " + p.Text }

// InvalidError lists everything that is wrong with one value.
type InvalidError struct {
	What     string // the value, such as `row "000000017"`
	Problems []Problem
}

// Error puts all problems on one line.
func (e *InvalidError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return "invalid " + e.What + ": " + strings.Join(texts, "; ")
}

// Check collects the problems of a value while it is validated. The zero value
// is ready.
type Check struct {
	problems []Problem
}

// Addf records a problem of the field at path.
func (c *Check) Addf(path, format string, args ...any) {
	c.problems = append(c.problems, Problem{Path: path, Text: fmt.Sprintf(format, args...)})
}

// Err returns an *InvalidError about what, or nil when there are no problems.
func (c *Check) Err(what string) error {
	if len(c.problems) == 0 {
		return nil
	}
	return &InvalidError{What: what, Problems: c.problems}
}
