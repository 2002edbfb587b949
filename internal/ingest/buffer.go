package ingest

import "sync/atomic"

// A buffer holds a stretch of text. It is used again when nobody holds it any
// more.
type buffer struct {
	data  []byte
	users atomic.Int32
	pool  *bufferPool
}

// hold adds a user of the buffer.
func (b *buffer) hold() { b.users.Add(1) }

// release ends the use of one user.
func (b *buffer) release() {
	if b.users.Add(-1) == 0 {
		b.pool.give(b)
	}
}

// A bufferPool keeps a few buffers that are free. A nil pool keeps none.
type bufferPool struct{ free chan *buffer }

func newBufferPool(size int) *bufferPool { return &bufferPool{free: make(chan *buffer, size)} }

// take returns a buffer with room for size bytes, which has one user.
func (p *bufferPool) take(size int) *buffer {
	if p != nil && size == windowStart {
		select {
		case b := <-p.free:
			b.users.Store(1)
			return b
		default:
		}
	}
	b := &buffer{data: make([]byte, size), pool: p}
	b.users.Store(1)
	return b
}

// give takes a buffer back. One that a long record made large is not kept.
func (p *bufferPool) give(b *buffer) {
	if p == nil || len(b.data) != windowStart {
		return
	}
	select {
	case p.free <- b:
	default:
	}
}
