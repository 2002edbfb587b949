package ingest

import (
	"errors"
	"io"
	"unicode/utf8"
)

// A window is the part of a stream that is being looked at. It grows until
// what is sought is inside it, up to a limit. What it has shown stays as it is
// until its buffer is free: it goes on in another one.
type window struct {
	r      io.Reader
	pool   *bufferPool // nil: buffers are not used again
	buffer *buffer     // that buf is in
	turn   func()      // called before the window leaves its buffer; nil: not
	buf    []byte
	pos    int   // of the first byte in sight
	offset int64 // in the stream, of that byte
	limit  int   // most bytes in sight
	err    error // why there is no more; io.EOF at the end
	wide   bool  // the stream was UTF-16: offsets count its bytes
	ctx    func() error
	read   func(n int)
}

const windowStart = 2 * mib

// bytes returns what is in sight.
func (w *window) bytes() []byte { return w.buf[w.pos:] }

// advance moves the window's start.
func (w *window) advance(n int) {
	w.offset += w.width(n)
	w.pos += n
}

func (w *window) width(n int) int64 {
	if !w.wide {
		return int64(n)
	}
	units := int64(0)
	for b := w.buf[w.pos : w.pos+n]; len(b) > 0; {
		_, size := utf8.DecodeRune(b)
		units++
		if size == 4 {
			units++
		}
		b = b[size:]
	}
	return 2 * units
}

// more brings more of the stream in sight, and tells whether it could.
func (w *window) more() bool {
	if w.err != nil || w.full() {
		return false
	}
	if w.pos > 0 || len(w.buf) == cap(w.buf) {
		w.move()
	}
	return w.fill()
}

// move goes on in another buffer, which has room for more.
func (w *window) move() {
	if w.turn != nil {
		w.turn()
	}
	size := windowStart
	for len(w.buf)-w.pos > size/2 {
		size *= 2
	}
	next := w.pool.take(size)
	w.buf = next.data[:copy(next.data[:cap(next.data)], w.buf[w.pos:])]
	w.pos = 0
	w.close()
	w.buffer = next
}

// close lets go of the buffer.
func (w *window) close() {
	if w.buffer != nil {
		w.buffer.release()
	}
	w.buffer = nil
}

// fill reads until the buffer is full or the stream ends.
func (w *window) fill() bool {
	before := len(w.buf)
	for len(w.buf) < cap(w.buf) && w.err == nil {
		if w.err = w.ctx(); w.err != nil {
			break
		}
		n, err := w.r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		w.err = err
	}
	w.read(len(w.buf) - before)
	return len(w.buf) > before
}

// full tells whether the limit is reached.
func (w *window) full() bool { return len(w.buf)-w.pos >= w.limit }

// failed says why the stream ended where it should not have, or is "".
func (w *window) failed() string {
	if w.err == nil || errors.Is(w.err, io.EOF) {
		return ""
	}
	return why(w.err)
}

// skipSpace passes white space, and returns the byte after it if there is one.
func (w *window) skipSpace() (byte, bool) {
	for {
		b := w.bytes()
		n := 0
		for n < len(b) && isSpace(b[n]) {
			n++
		}
		w.advance(n)
		if n < len(b) {
			return b[n], true
		}
		if !w.more() {
			return 0, false
		}
	}
}
