package ingest

import "bytes"

// Names are those of the members of JSON objects that a reader has met. Records
// of one log have the same names in the same order, so a name that followed
// another once is looked for behind it first, and read as a whole.
type names struct {
	known map[string]*name
	first name // stands before the first member of an object
}

// A name is a member's name. It never changes.
type name struct {
	written []byte // with its quotes and colon
	flags   flags
	next    *name // that followed it last; nil: none has
}

// maxNameBytes is the longest name that is worth remembering.
const maxNameBytes = 256

func newNames() *names { return &names{known: make(map[string]*name)} }

// begins tells whether n, and a colon right behind it, stands at the start of b.
func (n *name) begins(b []byte) bool { return n != nil && bytes.HasPrefix(b, n.written) }

// is makes n the name of m.
func (n *name) is(m *member) {
	m.key, m.keyFlags, m.fixed = n.written[1:len(n.written)-2], n.flags, true
}

// after returns the name that m has, which follows another; nil if there are
// too many names, or it is too long.
func (ns *names) after(last *name, m *member) *name {
	n := ns.known[string(m.key)]
	if n == nil {
		if len(ns.known) >= maxKeys || len(m.key) > maxNameBytes || len(m.key) == 0 {
			return nil
		}
		n = &name{written: append(append(append(make([]byte, 0, len(m.key)+3), '"'), m.key...), '"', ':'), flags: m.keyFlags}
		ns.known[string(m.key)] = n
	}
	last.next = n
	return n
}
