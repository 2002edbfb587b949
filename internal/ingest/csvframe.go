package ingest

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// csvFrames cuts a CSV text into records: a member for each cell, named by the
// header. Quotes are RFC 4180's; a quote inside an unquoted cell is text.
type csvFrames struct {
	w         *window
	delimiter byte
	header    [][]byte
	records   int64
	ended     string
	taken     int
	cells     []value
	members   []member
	decoded   []byte // cells that had doubled quotes
	lines     bool   // the header says nothing: every line is a record
	crowded   bool   // the row has more cells than are looked at
	again     int64  // how often the header stood among the records
	short     int    // cells that a row has at least; 0: as many as the header
}

// decodedAtOnce is how many bytes of cells share their memory.
const decodedAtOnce = 256 << 10

// newCSVFrames reads the header.
func newCSVFrames(w *window) *csvFrames {
	f := &csvFrames{w: w}
	f.skipPreamble()
	f.delimiter = delimiterOf(f.line())
	end := f.row()
	if end > 0 && f.delimiter == ';' && isStorageLine(f.cells) {
		for _, name := range storageFields() {
			f.header = append(f.header, []byte(name))
		}
		f.short = storageFieldsOf10
		return f
	}
	if end > 0 {
		for _, c := range f.cells {
			f.header = append(f.header, bytes.TrimSpace(appendText(nil, c)))
		}
		f.taken = end
	}
	return f
}

// skipPreamble passes the lines that PowerShell and Excel put before a header.
func (f *csvFrames) skipPreamble() {
	for {
		line := f.line()
		lower := bytes.ToLower(line[:min(len(line), 8)])
		if !bytes.HasPrefix(lower, []byte("#type ")) && !bytes.HasPrefix(lower, []byte("sep=")) && len(bytes.TrimSpace(line)) > 0 {
			return
		}
		if len(line) == 0 {
			return
		}
		f.w.advance(len(line))
	}
}

// line returns the line in sight, its end included.
func (f *csvFrames) line() []byte {
	for {
		b := f.w.bytes()
		if n := bytes.IndexByte(b, '\n'); n >= 0 {
			return b[:n+1]
		}
		if !f.w.more() {
			return b
		}
	}
}

// delimiterOf returns the delimiter that the header line has most of outside
// quotes.
func delimiterOf(line []byte) byte {
	counts := [3]int{}
	quoted := false
	for _, c := range line {
		if c == '"' {
			quoted = !quoted
		}
		if n := strings.IndexByte(",;\t", c); n >= 0 && !quoted {
			counts[n]++
		}
	}
	best := 0
	for n, count := range counts {
		if count > counts[best] {
			best = n
		}
	}
	return ",;\t"[best]
}

// asLines makes every line a record of its own, from the first on.
func (f *csvFrames) asLines() {
	f.lines = true
	f.taken = 0
}

func (f *csvFrames) problem() string { return f.ended }

func (f *csvFrames) notes() []string {
	if f.again == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the header stands among the records too, where files were joined: %d", f.again)}
}

func (f *csvFrames) next(r *record) bool {
	for {
		again := f.again
		found := f.record(r)
		if f.again == again {
			return found
		}
	}
}

// record reads the next row into r, which is no record if it is the header once
// more.
func (f *csvFrames) record(r *record) bool {
	f.w.advance(f.taken)
	f.taken = 0
	if f.ended != "" {
		return false
	}
	f.skipBlankLines()
	if len(f.w.bytes()) == 0 && !f.w.more() {
		if reason := f.w.failed(); reason != "" {
			f.ended = fmt.Sprintf("ends at offset %d: %s", f.w.offset, reason)
		}
		return false
	}
	*r = record{number: f.records + 1, offset: f.w.offset}
	if f.lines {
		f.records++
		r.raw = f.line()
		f.taken = len(r.raw)
		return true
	}
	end := f.row()
	if end > 0 && f.isHeader() {
		f.taken = end
		f.again++
		return true
	}
	f.records++
	if end < 0 {
		f.broken(r)
		return true
	}
	f.taken = end
	r.raw = f.w.bytes()[:end]
	f.name(r)
	return true
}

func (f *csvFrames) skipBlankLines() {
	for {
		b := f.w.bytes()
		n := 0
		for n < len(b) && (b[n] == '\n' || b[n] == '\r') {
			n++
		}
		f.w.advance(n)
		if n < len(b) || !f.w.more() {
			return
		}
	}
}

// isHeader tells whether the row is the header once more.
func (f *csvFrames) isHeader() bool {
	if len(f.cells) != len(f.header) || f.crowded {
		return false
	}
	for i, c := range f.cells {
		text := c.raw
		if mark, ok := bytes.CutPrefix(text, []byte("\uFEFF")); ok && i == 0 {
			text = bytes.Trim(mark, `"`)
		}
		if !bytes.Equal(bytes.TrimSpace(text), f.header[i]) {
			return false
		}
	}
	return true
}

// name gives the cells the header's names.
func (f *csvFrames) name(r *record) {
	if f.crowded {
		r.fault = fmt.Sprintf("a row has more than %d cells", maxMembers)
		return
	}
	if len(f.cells) != len(f.header) && (f.short == 0 || len(f.cells) < f.short || len(f.cells) > len(f.header)) {
		r.fault = fmt.Sprintf("a row has %d cells, the header %d", len(f.cells), len(f.header))
		return
	}
	var invalid flags
	if !utf8.Valid(r.raw) {
		invalid = flagInvalid
	}
	f.members = f.members[:0]
	for i, c := range f.cells {
		c.flags |= invalid
		f.members = append(f.members, member{key: f.header[i], value: c})
	}
	r.members = f.members
}

// broken is a row that does not end: the rest of the text.
func (f *csvFrames) broken(r *record) {
	r.fault = "a quoted cell does not end"
	if f.w.full() {
		r.fault = fmt.Sprintf("a record is longer than %d bytes", f.w.limit)
	}
	r.raw = bytes.Clone(f.w.bytes()[:min(rejectRaw, len(f.w.bytes()))])
	for {
		f.w.advance(len(f.w.bytes()))
		if !f.w.more() {
			break
		}
	}
	f.ended = fmt.Sprintf("cannot be read from offset %d to its end: %s", r.offset, r.fault)
	if reason := f.w.failed(); reason != "" {
		f.ended += ": " + reason
	}
}

// row scans the row in sight into cells and returns its length, line end
// included.
func (f *csvFrames) row() int {
	for {
		end := f.scanRow(f.w.bytes(), false)
		if end != short {
			return end
		}
		if f.w.more() {
			continue
		}
		if f.w.full() || f.w.failed() != "" {
			return short
		}
		return f.scanRow(f.w.bytes(), true)
	}
}

func (f *csvFrames) scanRow(b []byte, last bool) int {
	f.cells = f.cells[:0]
	if len(f.decoded) > decodedAtOnce {
		f.decoded = nil // the cells of earlier rows are still in use
	}
	for i := 0; ; {
		var c value
		next := f.cell(b, i, last, &c)
		if next < 0 {
			return next
		}
		if f.crowded = len(f.cells) == maxMembers; !f.crowded {
			f.cells = append(f.cells, c)
		}
		switch {
		case next == len(b):
			return next
		case b[next] == f.delimiter:
			i = next + 1
		case b[next] == '\r':
			return next + 2
		default:
			return next + 1
		}
	}
}

// cell scans the cell at i and returns the index of what ends it: a delimiter,
// a line end, or the end of the text.
func (f *csvFrames) cell(b []byte, i int, last bool, c *value) int {
	c.kind = kindText
	if i < len(b) && b[i] == '"' {
		return f.quoted(b, i+1, last, c)
	}
	for j := i; j < len(b); j++ {
		if b[j] == f.delimiter || b[j] == '\n' {
			c.raw = b[i:j]
			if b[j] == '\n' && j > i && b[j-1] == '\r' {
				c.raw = b[i : j-1]
				return j - 1
			}
			return j
		}
	}
	if !last {
		return short
	}
	c.raw = bytes.TrimSuffix(b[i:], []byte("\r"))
	return len(b)
}

// quoted scans a cell after its opening quote.
func (f *csvFrames) quoted(b []byte, i int, last bool, c *value) int {
	start, from := i, len(f.decoded)
	doubled := false
	for {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return short
		}
		i += n
		if i+1 == len(b) && !last {
			return short
		}
		if i+1 < len(b) && b[i+1] == '"' {
			doubled = true
			f.decoded = append(f.decoded, b[start:i+1]...)
			i += 2
			start = i
			continue
		}
		break
	}
	c.raw = b[start:i]
	if doubled {
		f.decoded = append(f.decoded, c.raw...)
		c.raw = f.decoded[from:len(f.decoded):len(f.decoded)]
	}
	return f.afterQuote(b, i+1, last, c)
}

// afterQuote is what may follow a closing quote. Text there belongs to the
// cell, as spreadsheets have it.
func (f *csvFrames) afterQuote(b []byte, i int, last bool, c *value) int {
	if i == len(b) {
		return i
	}
	if b[i] == f.delimiter || b[i] == '\n' || b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n' {
		return i
	}
	if b[i] == '\r' && i+1 == len(b) {
		if last {
			return len(b)
		}
		return short
	}
	var rest value
	end := f.cell(b, i, last, &rest)
	if end >= 0 {
		c.raw = append(bytes.Clone(c.raw), rest.raw...)
	}
	return end
}
