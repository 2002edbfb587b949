package ingest

import (
	"bytes"
	"fmt"
	"strings"
)

// jsonFrames cuts a text of JSON into records: objects one after another, with
// or without lines between them, in arrays, in wrappers such as
// {"value":[…]}, or in any sequence of these.
type jsonFrames struct {
	w       *window
	scan    scan
	inner   scan // of records that are JSON inside a string
	stack   []byte
	comma   bool // an element was read: the next byte is a comma or the end
	taken   int  // bytes of the record that was handed out
	records int64
	ended   string // why reading ended early
	next_   string // a link to a page that is not here
	context string // what the page in sight says that it is of
	buffer  []byte

	likeness likeness
	known    func(members []member) bool // tells the records of a log; nil: none can be told
	skipped  skipped
}

// What an element may stand in.
const (
	inArray   = '['
	inWrapper = '{' // the array of a wrapper object
	maxStack  = 4

	maxContext = 1 << 10 // bytes of a page's @odata.context
)

func newJSONFrames(w *window, maxDepth int) *jsonFrames {
	return &jsonFrames{w: w, scan: scan{maxDepth: maxDepth, memo: new(memo), names: newNames()}, inner: scan{maxDepth: maxDepth}}
}

// borrow takes memory for the members of the next record.
func (f *jsonFrames) borrow(room []member) { f.scan.members = room }

func (f *jsonFrames) problem() string { return f.ended }

// paged are frames whose text may name a next page, which is not in it.
type paged interface{ continues() bool }

func (f *jsonFrames) continues() bool { return f.next_ != "" }

func (f *jsonFrames) notes() []string {
	notes := f.skipped.notes()
	if f.continues() {
		notes = append(notes, "a page in it names a next page (@odata.nextLink): the export may go on in another file")
	}
	return notes
}

func (f *jsonFrames) next(r *record) bool {
	f.w.advance(f.taken)
	f.taken = 0
	for f.ended == "" {
		c, ok := f.peek()
		if !ok {
			f.end()
			return false
		}
		switch {
		case c == ',' && (f.comma || len(f.stack) == 0):
			f.w.advance(1)
			f.comma = false
		case c == ']' && len(f.stack) > 0:
			f.w.advance(1)
			f.close()
		case f.comma && len(f.stack) > 0 && c != '{':
			return f.broken(r, "no comma between two elements")
		case f.comma && len(f.stack) > 0:
			f.skipped.commas++
			f.comma = false
		case c == '[' && len(f.stack) < maxStack:
			f.w.advance(1)
			f.open(inArray)
		case c == '{' && len(f.stack) < maxStack && f.wrapper():
			f.open(inWrapper)
		default:
			return f.element(r)
		}
	}
	return false
}

// peek returns the next byte that is not white space or a byte order mark.
func (f *jsonFrames) peek() (byte, bool) {
	for {
		b := f.w.bytes()
		n := 0
		for n < len(b) && isSpace(b[n]) {
			n++
		}
		f.w.advance(n)
		b = b[n:]
		if len(b) < len(byteOrderMark) && f.w.more() {
			continue
		}
		if bytes.HasPrefix(b, []byte(byteOrderMark)) {
			f.w.advance(len(byteOrderMark))
			continue
		}
		if len(b) == 0 {
			return 0, false
		}
		return b[0], true
	}
}

func (f *jsonFrames) open(in byte) {
	f.stack = append(f.stack, in)
	f.comma = false
}

// close leaves an array, and the wrapper around it.
func (f *jsonFrames) close() {
	in := f.stack[len(f.stack)-1]
	f.stack = f.stack[:len(f.stack)-1]
	f.comma = true
	if in == inWrapper {
		f.trailer()
		f.context = ""
	}
}

// end is the end of the text.
func (f *jsonFrames) end() {
	switch reason := f.w.failed(); {
	case reason != "":
		f.ended = fmt.Sprintf("ends at offset %d: %s", f.w.offset, reason)
	case len(f.stack) > 0:
		f.ended = fmt.Sprintf("ends inside an array at offset %d: it was cut off, export it again", f.w.offset)
	}
}

// element reads one record.
func (f *jsonFrames) element(r *record) bool {
	for {
		b := f.w.bytes()
		end := f.scanElement(b)
		if end == short {
			if f.w.more() {
				continue
			}
			if f.w.full() {
				return f.broken(r, fmt.Sprintf("a record is longer than %d bytes", f.w.limit))
			}
			return f.broken(r, "the text ends inside a record")
		}
		if end == malformed {
			return f.broken(r, f.scan.reason)
		}
		f.hand(r, b[:end])
		return true
	}
}

// scanElement scans the value at the start of b.
func (f *jsonFrames) scanElement(b []byte) int {
	f.scan.data = b
	if b[0] == '{' {
		return f.scan.object(0)
	}
	f.scan.members = f.scan.members[:0]
	f.scan.flags = 0
	return f.scan.value(0, 1)
}

// hand gives out a record that takes all of raw.
func (f *jsonFrames) hand(r *record, raw []byte) {
	f.records++
	f.taken, f.comma = len(raw), true
	if raw[0] == '{' {
		f.likeness.learn(raw, f.scan.members)
	}
	*r = record{number: f.records, offset: f.w.offset, raw: raw, members: f.scan.members, context: f.context}
	switch raw[0] {
	case '{':
	case '"':
		f.unwrap(r, value{kind: kindString, flags: f.scan.flags, raw: raw[1 : len(raw)-1]})
	default:
		r.fault = "not an object"
	}
}

// unwrap reads a record that is JSON in a string, or in a string in a string.
func (f *jsonFrames) unwrap(r *record, v value) {
	for range 2 {
		f.buffer = appendText(nil, v)
		inner, ok := f.inner.document(f.buffer)
		if !ok {
			break
		}
		if inner.kind == kindObject {
			f.inner.data = inner.raw
			f.inner.object(0)
			r.members = f.inner.members
			return
		}
		if v = inner; v.kind != kindString {
			break
		}
	}
	r.fault = "not an object"
}

// broken hands out a record that cannot be read. Among records that stand one
// after another the next line that begins with { is the next record. Inside an
// array the next element is that which begins as those before it did, or is
// known; where there is none the rest is lost.
func (f *jsonFrames) broken(r *record, reason string) bool {
	f.records++
	*r = record{number: f.records, offset: f.w.offset, fault: reason}
	r.raw = bytes.Clone(f.w.bytes()[:min(rejectRaw, len(f.w.bytes()))])
	if len(f.stack) > 0 {
		f.resume(r)
		return true
	}
	n, last := f.skipToLine()
	r.raw = r.raw[:min(int64(len(r.raw)), n)]
	if _, more := f.peek(); !more && last != '}' {
		f.ended = fmt.Sprintf("ends inside record %d, which begins at offset %d: it was cut off", r.number, r.offset)
		if failed := f.w.failed(); failed != "" {
			f.ended += ": " + failed
		}
	}
	return true
}

func (f *jsonFrames) skipAll() {
	for {
		f.w.advance(len(f.w.bytes()))
		if !f.w.more() {
			return
		}
	}
}

// skipToLine goes to the next line that begins with {, or to the end. It tells
// how many bytes it went, and the last of them that is not white space.
func (f *jsonFrames) skipToLine() (skipped int64, last byte) {
	for from := 1; ; from = 0 {
		b := f.w.bytes()
		if n := bytes.Index(b[min(from, len(b)):], []byte("\n{")); n >= 0 {
			n += min(from, len(b)) + 1
			last = lastByte(b[:n], last)
			f.w.advance(n)
			return skipped + int64(n), last
		}
		keep := min(1, len(b)) // a line feed whose { is not in sight yet
		last = lastByte(b, last)
		skipped += int64(len(b) - keep)
		f.w.advance(len(b) - keep)
		if !f.w.more() {
			f.w.advance(keep)
			return skipped + int64(keep), last
		}
	}
}

// lastByte returns the last byte of b that is not white space, or none.
func lastByte(b []byte, none byte) byte {
	if b = bytes.TrimRight(b, " \t\r\n"); len(b) > 0 {
		return b[len(b)-1]
	}
	return none
}

// wrapper enters the array of the wrapper object that is in sight, if it is
// one.
func (f *jsonFrames) wrapper() bool {
	for {
		b := f.w.bytes()
		n := f.scanWrapper(b)
		if n == short && f.w.more() {
			continue
		}
		if n < 0 {
			return false
		}
		f.w.advance(n)
		return true
	}
}

// scanWrapper returns the index after the [ of the array that the object at
// the start of b wraps, or a negative code if it wraps none.
func (f *jsonFrames) scanWrapper(b []byte) int {
	s := &f.scan
	s.data = b
	context, first := "", true
	for i := s.space(1); ; first = false {
		var m member
		if i = s.key(i, &m); i < 0 {
			return i
		}
		key := strings.ToLower(string(m.key[:min(len(m.key), 64)]))
		if (isWrapped(key) || key == "data" && !first) && b[i] == '[' {
			f.context = context
			return i + 1
		}
		if !isPageInfo(key) {
			return malformed
		}
		if i = s.member(i, &m.value); i < 0 {
			return i
		}
		f.link(key, m.value)
		if key == "@odata.context" && m.kind == kindString {
			context = string(m.raw[:min(len(m.raw), maxContext)])
		}
		if i = s.space(i); i >= len(b) {
			return short
		}
		if b[i] != ',' {
			return malformed
		}
		i = s.space(i + 1)
	}
}

// trailer reads what follows the array in a wrapper object.
func (f *jsonFrames) trailer() {
	for {
		n := f.scanTrailer(f.w.bytes())
		if n == short && f.w.more() {
			continue
		}
		if n < 0 {
			f.ended = fmt.Sprintf("ends inside an object that wraps records, at offset %d", f.w.offset)
			f.skipAll()
			return
		}
		f.w.advance(n)
		return
	}
}

func (f *jsonFrames) scanTrailer(b []byte) int {
	s := &f.scan
	s.data = b
	for i := s.space(0); ; i = s.space(i) {
		if i >= len(b) {
			return short
		}
		if b[i] == '}' {
			return i + 1
		}
		if b[i] != ',' {
			return malformed
		}
		var m member
		if i = s.key(s.space(i+1), &m); i < 0 {
			return i
		}
		if i = s.member(i, &m.value); i < 0 {
			return i
		}
		f.link(strings.ToLower(string(m.key)), m.value)
	}
}

func (f *jsonFrames) link(key string, v value) {
	if strings.HasSuffix(key, "nextlink") && v.kind == kindString && len(v.raw) > 0 {
		f.next_ = string(v.raw[:min(len(v.raw), 64)])
	}
}

func isWrapped(key string) bool {
	switch key {
	case "value", "records", "results", "data":
		return true
	}
	return false
}

// isPageInfo tells whether an object with such a member may be a page of
// records rather than a record.
func isPageInfo(key string) bool {
	switch key {
	case "nextlink", "count", "schema", "stats", "skiptoken", "skip_token", "total_records":
		return true
	}
	return strings.HasPrefix(key, "@")
}
