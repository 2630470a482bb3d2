package main

import (
	"fmt"
	"io"
	"strings"
)

// A cell is one cell of a table. Cells with a figure compete in their column,
// and the best is printed bold.
type cell struct {
	text   string
	figure float64
	scored bool
}

func text(s string) cell { return cell{text: s} }

// percent is a rate in percent that competes.
func percent(rate float64) cell {
	return cell{fmt.Sprintf("%.1f", 100*rate), rate, true}
}

// A table is a Markdown table.
type table struct {
	header []string
	rows   [][]cell
}

func (t *table) add(cells ...cell) { t.rows = append(t.rows, cells) }

// missing adds the row of a system that could not run.
func (t *table) missing(name string) {
	row := []cell{text(name), text("not available")}
	for len(row) < len(t.header) {
		row = append(row, text("–"))
	}
	t.add(row...)
}

func (t *table) write(w io.Writer) {
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(t.header, " | "), strings.Repeat(" --- |", len(t.header)))
	best := t.best()
	for _, row := range t.rows {
		for i, c := range row {
			if c.scored && c.text == best[i] {
				c.text = "**" + c.text + "**"
			}
			fmt.Fprintf(w, "| %s ", c.text)
		}
		fmt.Fprintln(w, "|")
	}
}

// best returns, by column, the text of the best figure.
func (t *table) best() []string {
	best := make([]cell, len(t.header))
	for _, row := range t.rows {
		for i, c := range row {
			if c.scored && (!best[i].scored || c.figure > best[i].figure) {
				best[i] = c
			}
		}
	}
	texts := make([]string, len(best))
	for i, c := range best {
		texts[i] = c.text
	}
	return texts
}
