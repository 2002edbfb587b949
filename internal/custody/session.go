package custody

import (
	"slices"

	"github.com/conshelf/conshelf/internal/evidence"
)

// Session returns the line that opened a session which has not ended; 0: there
// is none.
func (c *Chain) Session() int64 {
	open := int64(0)
	for _, l := range c.Lines {
		switch l.Event {
		case CaseOpened:
			open = l.Number
		case CaseClosed:
			open = 0
		case CaseCreated, CaseResumed, FileIngested, ReferenceAdded, LoadFailed, ReportWritten,
			CaseSealed, JournalSigned, CaseVerified, EntryMarked, LineMended:
		}
	}
	return open
}

// promises returns all files that were about to be committed, in order.
func (c *Chain) promises() []Promise {
	var list []Promise
	for _, l := range c.Lines {
		if l.File != nil {
			list = append(list, *l.File)
		}
	}
	return list
}

// RowsEnd is where the digests end that the journal knows.
func (c *Chain) RowsEnd() int64 {
	end := int64(0)
	for _, p := range c.promises() {
		end = max(end, p.Rows.Offset+p.Rows.Length)
	}
	return end
}

// Kept returns the promises that were kept, as far as the journal knows.
func (c *Chain) Kept() []Promise {
	var list []Promise
	for _, l := range c.kept() {
		list = append(list, *l.File)
	}
	return list
}

// KeptOf returns the promises that were kept; held is as Resume has it, and says
// so of a session that has not ended.
func (c *Chain) KeptOf(held map[int64]evidence.Digest) []Promise {
	session := c.Session()
	var list []Promise
	for _, l := range c.kept() {
		if session == 0 || l.Number < session || held[l.File.Number] == l.File.Manifest {
			list = append(list, *l.File)
		}
	}
	return list
}

// kept returns the lines of promises that are not known to be broken.
func (c *Chain) kept() []Line {
	broken := make(map[int64]bool)
	for _, l := range c.Lines {
		if l.Resumed != nil {
			for _, number := range l.Resumed.Withdrawn {
				broken[number] = true
			}
		}
		broken[l.Failed] = true
	}
	return slices.DeleteFunc(slices.Clone(c.Lines), func(l Line) bool { return l.File == nil || broken[l.Number] })
}

// Resume says what became of the promises of a session that did not end; 0: of
// no session. Held is the digests of the manifest entries that the case has, by
// the numbers of their files.
func (c *Chain) Resume(session int64, held map[int64]evidence.Digest) *Resumed {
	r := &Resumed{Session: session}
	known := make(map[int64]bool)
	for _, l := range c.kept() {
		isHeld := held[l.File.Number] == l.File.Manifest
		known[l.File.Number] = known[l.File.Number] || isHeld
		switch {
		case session == 0 || l.Number < session:
			known[l.File.Number] = true
		case isHeld:
			r.Kept = append(r.Kept, l.Number)
		default:
			r.Withdrawn = append(r.Withdrawn, l.Number)
		}
	}
	for _, number := range c.unseen() {
		known[number] = true
	}
	for _, number := range sortedKeys(held) {
		if !known[number] {
			r.Unseen = append(r.Unseen, number)
		}
	}
	return r
}

// unseen returns the files that are known to have come without a promise.
func (c *Chain) unseen() []int64 {
	var list []int64
	for _, l := range c.Lines {
		if l.Resumed != nil {
			list = append(list, l.Resumed.Unseen...)
		}
	}
	return list
}
