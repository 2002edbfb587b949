package cli

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/conshelf/conshelf/internal/escape"
	"github.com/conshelf/conshelf/kql/types"
)

// A rowWriter prints the rows of one result. Machine formats are never cut.
// It ends with close, or with abort if not all rows came: then what did come is
// printed, and nothing that would make it look whole.
type rowWriter interface {
	row(values []types.Value) error
	close() error
	abort() error
}

// rawCSV is CSV whose cells are the values to the letter: for machines.
const rawCSV = "csv-raw"

func formats() []string {
	return []string{"table", "json", "jsonl", "csv", rawCSV, "markdown", "html"}
}

func newRowWriter(format string, w io.Writer, cols []types.Column, width int) (rowWriter, error) {
	buffered := bufio.NewWriterSize(w, 64<<10)
	switch format {
	case "table":
		return &tableWriter{w: buffered, cols: cols, width: width}, nil
	case "json":
		return &jsonWriter{w: buffered, keys: jsonKeys(cols), array: true}, nil
	case "jsonl":
		return &jsonWriter{w: buffered, keys: jsonKeys(cols)}, nil
	case "csv":
		return newCSVWriter(w, cols, false)
	case rawCSV:
		return newCSVWriter(w, cols, true)
	case "markdown":
		return newMarkdownWriter(buffered, cols)
	case "html":
		return newPageWriter(buffered, cols)
	}
	return nil, usagef("-o %s: want one of %s", format, strings.Join(formats(), ", "))
}

// A jsonWriter prints an object a row: an array of them, or one a line.
type jsonWriter struct {
	w     *bufio.Writer
	keys  [][]byte
	array bool
	rows  int
	buf   []byte
}

func jsonKeys(cols []types.Column) [][]byte {
	keys := make([][]byte, len(cols))
	for i, c := range cols {
		keys[i] = append(types.AppendQuoted(nil, c.Name), ':')
	}
	return keys
}

func (j *jsonWriter) row(values []types.Value) error {
	j.buf = j.buf[:0]
	if j.array {
		j.buf = append(j.buf, separator(j.rows)...)
	}
	j.buf = append(j.buf, '{')
	for i, v := range values {
		if i > 0 {
			j.buf = append(j.buf, ',')
		}
		j.buf = v.AppendJSON(append(j.buf, j.keys[i]...))
	}
	j.buf = append(j.buf, '}')
	if !j.array {
		j.buf = append(j.buf, '\n')
	}
	j.rows++
	_, err := j.w.Write(j.buf)
	return err
}

func separator(rows int) string {
	if rows == 0 {
		return "[\n"
	}
	return ",\n"
}

func (j *jsonWriter) close() error {
	if j.array {
		end := "\n]\n"
		if j.rows == 0 {
			end = "[]\n"
		}
		if _, err := j.w.WriteString(end); err != nil {
			return err
		}
	}
	return j.w.Flush()
}

func (j *jsonWriter) abort() error { return j.w.Flush() }

// A csvWriter prints RFC 4180. Unless raw, a cell that a spreadsheet would run
// as a formula has an apostrophe before it.
type csvWriter struct {
	w   *csv.Writer
	raw bool
}

func newCSVWriter(w io.Writer, cols []types.Column, raw bool) (*csvWriter, error) {
	c := &csvWriter{w: csv.NewWriter(w), raw: raw}
	c.w.UseCRLF = true
	cells := make([]string, len(cols))
	for i, col := range cols {
		cells[i] = c.cell(col.Name)
	}
	return c, c.w.Write(cells)
}

func (c *csvWriter) row(values []types.Value) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = v.String()
		if v.Type == types.String || v.Type == types.Dynamic {
			cells[i] = c.cell(cells[i])
		}
	}
	return c.w.Write(cells)
}

func (c *csvWriter) cell(s string) string {
	if c.raw {
		return s
	}
	return escape.CSV(s)
}

func (c *csvWriter) close() error {
	c.w.Flush()
	return c.w.Error()
}

func (c *csvWriter) abort() error { return c.close() }

// tableRows is how many rows a table on a terminal holds before its columns
// are laid out; later rows keep that layout.
const tableRows = 1000

// A tableWriter prints columns for people, cut to the terminal's width if it
// has one. It says how many cells it cut.
type tableWriter struct {
	w      *bufio.Writer
	cols   []types.Column
	width  int // of the terminal; 0: not a terminal, nothing is cut
	held   [][]string
	widths []int
	rows   int
	cut    int
}

func (t *tableWriter) row(values []types.Value) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = escape.Line(oneLine(v.String()))
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

func oneLine(s string) string {
	return strings.NewReplacer("\r\n", "⏎", "\n", "⏎", "\t", " ").Replace(s)
}

func (t *tableWriter) layout() error {
	header := make([]string, len(t.cols))
	t.widths = make([]int, len(t.cols))
	for i, c := range t.cols {
		header[i] = escape.Line(oneLine(c.Name))
	}
	for _, cells := range append([][]string{header}, t.held...) {
		for i, cell := range cells {
			t.widths[i] = max(t.widths[i], utf8.RuneCountInString(cell))
		}
	}
	fit(t.widths, t.width)
	for _, cells := range append([][]string{header, lines(t.widths)}, t.held...) {
		if err := t.print(cells); err != nil {
			return err
		}
	}
	t.held = nil
	return nil
}

// fit narrows the widest columns until a row fits into width; 0 is no limit.
// No column becomes narrower than eight.
func fit(widths []int, width int) {
	total := 2 * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for width > 0 && total > width {
		widest := slices.Index(widths, slices.Max(widths))
		if widths[widest] <= 8 {
			return
		}
		widths[widest]--
		total--
	}
}

func lines(widths []int) []string {
	cells := make([]string, len(widths))
	for i, w := range widths {
		cells[i] = strings.Repeat("─", w)
	}
	return cells
}

func (t *tableWriter) print(cells []string) error {
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteString("  ")
		}
		if n := utf8.RuneCountInString(cell); n > t.widths[i] && t.width > 0 {
			cell = string([]rune(cell)[:t.widths[i]-1]) + "…"
			t.cut++
		}
		b.WriteString(cell)
		if i < len(cells)-1 {
			b.WriteString(strings.Repeat(" ", max(0, t.widths[i]-utf8.RuneCountInString(cell))))
		}
	}
	_, err := t.w.WriteString(strings.TrimRight(b.String(), " ") + "\n")
	return err
}

func (t *tableWriter) close() error {
	if t.widths == nil {
		if err := t.layout(); err != nil {
			return err
		}
	}
	note := fmt.Sprintf("%d rows", t.rows)
	if t.rows == 1 {
		note = "1 row"
	}
	if t.cut > 0 {
		note += fmt.Sprintf(", %d cells cut to the terminal's width; piped, nothing is cut", t.cut)
	}
	if t.width > 0 {
		note = "(" + note + ")\n"
		if _, err := t.w.WriteString(note); err != nil {
			return err
		}
	}
	return t.w.Flush()
}

func (t *tableWriter) abort() error {
	if t.widths == nil && t.rows > 0 {
		if err := t.layout(); err != nil {
			return err
		}
	}
	return t.w.Flush()
}

// A zoned rowWriter adds, for each datetime column, the same instant in a
// time zone.
type zoned struct {
	rowWriter
	cols []types.Column
	zone *time.Location
}

func zonedColumns(cols []types.Column, zone *time.Location) []types.Column {
	out := slices.Clone(cols)
	for _, c := range cols {
		if c.Type == types.DateTime {
			out = append(out, types.Column{Name: c.Name + " [" + zone.String() + "]", Type: types.String})
		}
	}
	return out
}

func (z *zoned) row(values []types.Value) error {
	out := slices.Clone(values)
	for i, c := range z.cols {
		if c.Type != types.DateTime {
			continue
		}
		text := ""
		if values[i].Valid {
			text = types.TimeOf(values[i].Int).In(z.zone).Format("2006-01-02T15:04:05.0000000Z07:00")
		}
		out = append(out, types.NewString(text))
	}
	return z.rowWriter.row(out)
}
