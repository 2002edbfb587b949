package cli

import (
	"bufio"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"time"

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

// A remarker says, when it has ended, what of its rows is not to the letter.
type remarker interface{ remark() string }

// rawCSV is CSV whose cells are the values to the letter: for machines.
const rawCSV = "csv-raw"

func formats() []string {
	return []string{"table", "json", "jsonl", "csv", rawCSV, "markdown", "html"}
}

func newRowWriter(format string, w io.Writer, cols []types.Column, width int) (rowWriter, error) {
	buffered := bufio.NewWriterSize(w, 64<<10)
	switch format {
	case "table":
		return newTableWriter(buffered, cols, width), nil
	case "json":
		return &jsonWriter{w: buffered, keys: jsonKeys(cols), array: true}, nil
	case "jsonl":
		return &jsonWriter{w: buffered, keys: jsonKeys(cols)}, nil
	case "csv":
		return newCSVWriter(w, cols, csvWriter{shown: width > 0})
	case rawCSV:
		return newCSVWriter(w, cols, csvWriter{raw: true})
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
// as a formula has an apostrophe before it, and on a terminal what would act on it
// is written out.
type csvWriter struct {
	w       *csv.Writer
	raw     bool
	shown   bool // on a terminal
	guarded int  // cells that have an apostrophe
}

func newCSVWriter(w io.Writer, cols []types.Column, as csvWriter) (*csvWriter, error) {
	c := &as
	c.w = csv.NewWriter(w)
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
	safe := escape.CSV(s)
	if safe != s {
		c.guarded++
	}
	if c.shown {
		return escape.Line(safe)
	}
	return safe
}

// remark says what is not to the letter.
func (c *csvWriter) remark() string {
	if c.guarded == 0 {
		return ""
	}
	return "an apostrophe stands before what a spreadsheet would run as a formula, in " + plural(c.guarded, "cell") + "; -o csv-raw has none"
}

func (c *csvWriter) close() error {
	c.w.Flush()
	return c.w.Error()
}

func (c *csvWriter) abort() error { return c.close() }

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
