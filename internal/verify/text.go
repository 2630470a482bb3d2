package verify

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// WriteText prints the report for people: at most so many problems, then how many
// more there are, and what to do about them.
func (r *Report) WriteText(w io.Writer, most int) {
	r.writeText(w, most, r.remedies())
	for _, retry := range r.Retries {
		retry.writeText(w, most, retry.remediesOfRetry())
	}
}

func (r *Report) writeText(w io.Writer, most int, remedies []string) {
	fmt.Fprintln(w, printable(r.headline()))
	for _, p := range r.Problems[:min(most, len(r.Problems))] {
		fmt.Fprintln(w, "  "+printable(p.String()))
	}
	if more := int64(len(r.Problems)-min(most, len(r.Problems))) + r.Omitted; more > 0 {
		fmt.Fprintf(w, "  and %d more\n", more)
	}
	for _, line := range remedies {
		fmt.Fprintln(w, line)
	}
}

func (r *Report) headline() string {
	how := "checked"
	if r.Quick {
		how = "looked at (sizes and footers only)"
	}
	verdict := "no problems"
	if n := int64(len(r.Problems)) + r.Omitted; n == 1 {
		verdict = "1 problem"
	} else if n > 1 {
		verdict = fmt.Sprintf("%d problems", n)
	}
	return fmt.Sprintf("%s: %s, %d of %d units; %d files, %d bytes, %d rows, %d boxes, %d rejects %s: %s",
		r.Location, r.State, r.Done, r.Units, r.Files, r.Bytes, r.Rows, r.Boxes, r.Rejects, how, verdict)
}

// String puts the problem on one line.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.Path)
	if p.Unit != nil {
		fmt.Fprintf(&b, " (unit %d)", *p.Unit)
	}
	fmt.Fprintf(&b, ": %s: ", p.Kind)
	if p.Row != nil {
		fmt.Fprintf(&b, "row %d: ", *p.Row)
	}
	if p.Field != "" {
		b.WriteString(p.Field + " ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// remedies says what to do about the problems.
func (r *Report) remedies() (lines []string) {
	has := func(is func(Problem) bool) bool { return slices.ContainsFunc(r.Problems, is) }
	if has(func(p Problem) bool { return p.Kind == KindUnreadable }) {
		lines = append(lines, "some files could not be read: look after the storage, then check again")
	}
	documents := has(func(p Problem) bool { return p.Unit == nil && !p.Kind.spares() })
	if len(r.Redo) > 0 {
		command := "the command that began the run, and"
		if r.Job != "" {
			command = "runner " + r.Job + " ..."
		}
		lines = append(lines, fmt.Sprintf("redo with: %s --redo %s", printable(command), joinUnits(r.Redo)))
	}
	if documents {
		lines = append(lines, "remove run.json, manifest.json and _SUCCESS, and the command that began the run writes them anew")
	}
	return lines
}

// remediesOfRetry says what to do about the problems of a retry.
func (r *Report) remediesOfRetry() []string {
	if len(r.remedies()) > 0 {
		return []string{"remove this folder and repeat the retry"}
	}
	return nil
}

func joinUnits(units []int) string {
	texts := make([]string, len(units))
	for i, unit := range units {
		texts[i] = strconv.Itoa(unit)
	}
	return strings.Join(texts, ",")
}

// printable replaces what could move a terminal's cursor or turn a line around.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, line)
}
