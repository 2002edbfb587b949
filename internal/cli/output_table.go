package cli

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/escape"
	"github.com/conshelf/conshelf/kql/types"
)

const (
	// tableRows is how many rows a table on a terminal holds before its columns
	// are laid out; later rows keep that layout.
	tableRows = 1000
	// leastColumn is what no column of a terminal becomes narrower than.
	leastColumn = 8
	columnGap   = 2
)

// A tableWriter prints columns for people, numbers to the right. On a terminal
// they are cut to its width, and it says how many cells it cut; where there are
// more columns than have room, each row is printed as a record of lines.
//
// An empty cell is null, or, in a column of strings, the empty string.
type tableWriter struct {
	w       *bufio.Writer
	cols    []types.Column
	width   int // of the terminal; 0: not a terminal, nothing is cut
	ascii   bool
	held    [][]string
	header  []string
	widths  []int // nil: not laid out yet
	records bool
	rows    int
	cut     int
}

func newTableWriter(w *bufio.Writer, cols []types.Column, width int) *tableWriter {
	t := &tableWriter{w: w, cols: cols, width: width, ascii: asciiOnly()}
	for _, c := range cols {
		t.header = append(t.header, escape.Line(oneLine(c.Name)))
	}
	return t
}

func (t *tableWriter) row(values []types.Value) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = tableCell(v)
	}
	t.rows++
	if t.widths != nil {
		return t.print(cells)
	}
	t.held = append(t.held, cells)
	if len(t.held) < tableRows {
		return nil
	}
	return t.layout()
}

// tableCell writes a value. A dynamic value that is an empty string is not the
// nothing that null is.
func tableCell(v types.Value) string {
	s := v.String()
	if s == "" && v.Type == types.Dynamic && v.Valid && v.Text != "null" {
		return `""`
	}
	return escape.Line(oneLine(s))
}

func oneLine(s string) string {
	return strings.NewReplacer("\r\n", "⏎", "\n", "⏎", "\t", " ").Replace(s)
}

func (t *tableWriter) layout() error {
	t.widths = make([]int, len(t.cols))
	for _, cells := range append([][]string{t.header}, t.held...) {
		for i, cell := range cells {
			t.widths[i] = max(t.widths[i], escape.Cells(cell))
		}
	}
	t.records = !fit(t.widths, t.width)
	if !t.records {
		if err := t.printLine(t.header); err != nil {
			return err
		}
		if err := t.printLine(t.lines()); err != nil {
			return err
		}
	}
	for i, cells := range t.held {
		if err := t.printAt(cells, i+1); err != nil {
			return err
		}
	}
	t.held = nil
	return nil
}

// fit narrows the widest columns until a row fits into width; 0 is no limit.
// It tells whether that went without making one narrower than can be read.
func fit(widths []int, width int) bool {
	total := columnGap * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for width > 0 && total > width {
		widest := slices.Index(widths, slices.Max(widths))
		if widths[widest] <= leastColumn {
			return len(widths) == 1
		}
		widths[widest]--
		total--
	}
	return true
}

func (t *tableWriter) lines() []string {
	cells := make([]string, len(t.widths))
	for i, w := range t.widths {
		cells[i] = strings.Repeat(t.glyph("─", "-"), w)
	}
	return cells
}

func (t *tableWriter) glyph(unicode, ascii string) string {
	if t.ascii {
		return ascii
	}
	return unicode
}

func (t *tableWriter) print(cells []string) error { return t.printAt(cells, t.rows) }

// printAt prints the row of a number.
func (t *tableWriter) printAt(cells []string, number int) error {
	if t.records {
		return t.record(cells, number)
	}
	return t.printLine(cells)
}

func (t *tableWriter) printLine(cells []string) error {
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteString(strings.Repeat(" ", columnGap))
		}
		if t.width > 0 {
			whole := cell
			if cell = escape.Cut(cell, t.widths[i], t.glyph("…", "~")); cell != whole {
				t.cut++
			}
		}
		fill := strings.Repeat(" ", max(0, t.widths[i]-escape.Cells(cell)))
		if t.cols[i].Type.Numeric() {
			b.WriteString(fill + cell)
		} else {
			b.WriteString(cell + fill)
		}
	}
	_, err := t.w.WriteString(strings.TrimRight(b.String(), " ") + "\n")
	return err
}

// record prints a row as lines of a name and a value, those that are not empty.
func (t *tableWriter) record(cells []string, number int) error {
	rule := t.glyph("─", "-")
	title := fmt.Sprintf("%s row %d ", rule, number)
	var b strings.Builder
	b.WriteString(title + strings.Repeat(rule, max(0, min(t.width, 60)-escape.Cells(title))) + "\n")
	longest := 0
	for i, cell := range cells {
		if cell != "" {
			longest = max(longest, escape.Cells(t.header[i]))
		}
	}
	for i, cell := range cells {
		if cell != "" {
			b.WriteString(t.header[i] + strings.Repeat(" ", longest-escape.Cells(t.header[i])+columnGap) + cell + "\n")
		}
	}
	_, err := t.w.WriteString(b.String())
	return err
}

func (t *tableWriter) close() error {
	if t.widths == nil {
		if err := t.layout(); err != nil {
			return err
		}
	}
	if t.width > 0 {
		if _, err := t.w.WriteString("(" + t.summary() + ")\n"); err != nil {
			return err
		}
	}
	return t.w.Flush()
}

// summary says how many rows there are, and what is not seen of them.
func (t *tableWriter) summary() string {
	note := plural(t.rows, "row")
	switch {
	case t.rows == 0:
		note = "no rows"
	case t.records:
		note += fmt.Sprintf(", one below the other: %d columns have no room side by side; empty cells are left out", len(t.cols))
	case t.cut > 0:
		note += fmt.Sprintf(", %s cut to the terminal's width; piped, nothing is cut", plural(t.cut, "cell"))
	}
	return note
}

func (t *tableWriter) abort() error {
	if t.widths == nil && t.rows > 0 {
		if err := t.layout(); err != nil {
			return err
		}
	}
	return t.w.Flush()
}
