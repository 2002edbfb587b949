package custody

import (
	"bytes"
	"fmt"

	"github.com/conshelf/conshelf/internal/evidence"
)

// A Chain is a journal as it was read.
type Chain struct {
	Lines  []Line  // those that are as they were written
	Faults []Fault // in order
	// Torn tells that the last line has no end: it was being written when the
	// program was stopped, or it was cut.
	Torn bool

	size int64 // bytes of the journal
	tail []byte
}

// A Fault is a line of the journal that is not as it was written.
type Fault struct {
	Line   int64
	Reason string
}

// Head is the hash of the last line; ” of an empty journal.
func (c *Chain) Head() evidence.Digest {
	if len(c.Lines) == 0 {
		return ""
	}
	return c.Lines[len(c.Lines)-1].hash
}

// last is the number of the last line.
func (c *Chain) last() int64 {
	if len(c.Lines) == 0 {
		return 0
	}
	return c.Lines[len(c.Lines)-1].Number
}

// Read reads a journal.
func Read(data []byte) Chain {
	c := Chain{size: int64(len(data))}
	doubtful := false // the line before is not as it was written
	var broken []byte // what it is
	for len(data) > 0 {
		raw, rest, whole := bytes.Cut(data, []byte("\n"))
		data = rest
		if !whole {
			c.Torn, c.tail = true, raw
			c.fault("is cut off: it has no end")
			break
		}
		line, reason := decode(raw)
		if reason != "" {
			c.fault(reason)
			doubtful, broken = true, raw
			continue
		}
		if doubtful && line.Mended != nil && line.Mended.SHA256 == Sum(broken) && line.Previous == c.Head() {
			c.Faults = c.Faults[:len(c.Faults)-1]
			doubtful = false
		}
		if !doubtful {
			c.follows(line)
		}
		doubtful = false
		c.Lines = append(c.Lines, line)
	}
	return c
}

// fault notes that the next line is not as it was written.
func (c *Chain) fault(reason string) {
	next := c.last() + 1
	if n := len(c.Faults); n > 0 && c.Faults[n-1].Line >= next {
		next = c.Faults[n-1].Line + 1
	}
	c.Faults = append(c.Faults, Fault{next, reason})
}

// follows checks that line is the one after the last.
func (c *Chain) follows(line Line) {
	if want := c.last() + 1; line.Number != want {
		c.Faults = append(c.Faults, Fault{want, fmt.Sprintf("is not there: line %d stands in its place", line.Number)})
		return
	}
	if line.Previous != c.Head() {
		c.Faults = append(c.Faults, Fault{line.Number, fmt.Sprintf("does not follow line %d: that line was replaced, or this one", line.Number-1)})
	}
}
