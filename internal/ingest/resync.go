package ingest

import (
	"bytes"
	"fmt"
	"strings"
)

// A likeness is how the elements of an array begin: with the same two names,
// written the same way. An object inside an element, or text inside a string,
// does not begin like that, so whatever does is an element.
type likeness struct {
	lead   []byte // from { to the end of the first member's name
	second []byte // the second member's name
}

// learn takes the likeness of an object that was read.
func (l *likeness) learn(raw []byte, members []member) {
	if len(members) < 2 || bytes.Equal(members[1].key, l.second) && bytes.HasPrefix(raw, l.lead) {
		return
	}
	l.lead, l.second = l.lead[:0], append(l.second[:0], members[1].key...)
	if quote := bytes.IndexByte(raw, '"'); quote < maxLead {
		l.lead = append(l.lead, raw[:quote+len(members[0].key)+2]...)
	}
}

// maxLead bounds the white space before the first name.
const maxLead = 1 << 10

// A skipped counts what lay between a broken element and the next one.
type skipped struct {
	count int64
	bytes int64
	first int64 // offset

	commas int64 // that were missing between elements
}

func (s *skipped) add(offset, length int64) {
	if s.count == 0 {
		s.first = offset
	}
	s.count++
	s.bytes += length
}

func (s *skipped) notes() []string {
	var notes []string
	if s.count > 0 {
		notes = append(notes, fmt.Sprintf("elements of arrays that are broken, after which reading went on at the next one: %d, the first at offset %d, %d bytes in all", s.count, s.first, s.bytes))
	}
	if s.commas > 0 {
		notes = append(notes, fmt.Sprintf("elements of arrays that have no comma before them, read all the same: %d", s.commas))
	}
	return notes
}

// effort bounds the bytes that are read in vain for one broken element.
const effort = 256 * mib

// resume goes to the next element after a broken one, which is r. What lies
// between is quarantined with it.
func (f *jsonFrames) resume(r *record) {
	begin, reason := f.w.offset, r.fault
	if f.nextElement() {
		length := f.w.offset - begin
		f.skipped.add(begin, length)
		f.comma = false
		r.raw = r.raw[:min(int64(len(r.raw)), length)]
		r.fault = fmt.Sprintf("%s; skipped %d bytes to the next element", reason, length)
		return
	}
	f.skipAll()
	f.ended = fmt.Sprintf("cannot be read from offset %d to its end, inside an array: %s", r.offset, reason)
	if failed := f.w.failed(); failed != "" && !strings.Contains(reason, failed) {
		f.ended += ": " + failed
	}
	f.ended += fmt.Sprintf("; %d bytes were skipped, and how many records they hold is not known", f.w.offset-begin)
}

// nextElement goes to the next element of the array, and tells whether there
// is one. The broken one is at the window's start. It ends at the next text
// that begins as the elements before it and can be read; where none was before
// it, at the next record that is known.
func (f *jsonFrames) nextElement() bool {
	lead := f.likeness.lead
	if len(lead) == 0 {
		return f.known != nil && f.nextKnown()
	}
	spent := 0
	for skip := 1; ; { // the broken element is at the window's start
		b := f.w.bytes()
		if n := bytes.Index(b[min(skip, len(b)):], lead); n >= 0 {
			f.w.advance(skip + n)
			if f.tryElement(&spent) {
				return true
			}
			if spent > effort {
				return false
			}
			skip = 1
			continue
		}
		drop := max(0, len(b)-len(lead)+1) // the lead may cross the end of what is in sight
		f.w.advance(drop)
		skip = max(0, skip-drop)
		if !f.w.more() {
			return false
		}
	}
}

// nextKnown goes to the next object that stands after a comma and is a record
// of a known log. An object of a broken element is the value of a member or in
// an array of one, and has not the members of a record, unless it is one.
func (f *jsonFrames) nextKnown() bool {
	spent, last := 0, byte('{')
	for skip := 1; spent <= effort; {
		b := f.w.bytes()
		n := bytes.IndexByte(b[min(skip, len(b)):], '{')
		if n < 0 {
			last = lastByte(b[min(skip, len(b)):], last)
			f.w.advance(len(b))
			if skip = 0; !f.w.more() {
				return false
			}
			continue
		}
		last = lastByte(b[skip:skip+n], last)
		f.w.advance(skip + n)
		if last == ',' && f.tryObject(&spent) && f.known(f.scan.members) {
			return true
		}
		skip, last = 1, '{'
	}
	return false
}

// tryElement tells whether an element begins at the window's start.
func (f *jsonFrames) tryElement(spent *int) bool {
	return f.tryObject(spent) && len(f.scan.members) > 1 && bytes.Equal(f.scan.members[1].key, f.likeness.second)
}

// tryObject tells whether an object that can be read begins at the window's
// start.
func (f *jsonFrames) tryObject(spent *int) bool {
	for {
		f.scan.data = f.w.bytes()
		end := f.scan.object(0)
		if end == short && f.w.more() {
			continue
		}
		*spent += f.scan.reach
		return end > 0
	}
}
