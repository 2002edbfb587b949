package ingest

// A kind is what a value is written as.
type kind uint8

const (
	kindNone   kind = iota // no value
	kindNull               // JSON null
	kindBool               // raw is true or false
	kindNumber             // raw is a JSON number
	kindString             // raw is what stands between the quotes of a JSON string
	kindObject             // raw is a JSON object, braces included
	kindArray              // raw is a JSON array, brackets included
	kindText               // raw is text as it is: a CSV cell
)

// Flags of a value: what must be done to it before it is stored.
type flags uint8

const (
	flagEscaped flags = 1 << iota // a string in it has a backslash
	flagSpaced                    // white space stands between its tokens
	flagInvalid                   // it has bytes that are not UTF-8
)

// A value is a piece of a record. It aliases the reader's buffer and is valid
// until the next record is read.
type value struct {
	kind  kind
	flags flags
	raw   []byte
}

// empty tells whether there is nothing in the value.
func (v value) empty() bool {
	switch v.kind {
	case kindNone, kindNull:
		return true
	case kindString, kindText:
		return len(v.raw) == 0
	case kindBool, kindNumber, kindObject, kindArray:
		return false
	}
	panic("ingest: unknown kind of value")
}

// A member is a named value of a record: a JSON member, or a CSV cell under
// its header.
type member struct {
	key []byte // as written between the quotes
	value
	keyFlags flags
	fixed    bool // key is the one memory of this name, which never changes
}

// A record is one record of a file, as found.
type record struct {
	number  int64  // from 1
	offset  int64  // of its first byte, in the text after decompression
	raw     []byte // as found
	members []member
	fault   string // why it is not a record, or ""
	context string // what the page that it is in says that it is of, or ""
}

// Frames cut a text into records.
type frames interface {
	// next reads the next record into r, and tells whether there was one. A
	// record that cannot be read has a fault.
	next(r *record) bool
	// problem says why the text was not read to its end, or is "".
	problem() string
	// notes says what a reader should know of the text as a whole.
	notes() []string
}
