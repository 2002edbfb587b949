package ingest

import (
	"crypto/sha256"

	"github.com/conshelf/conshelf/internal/evidence"
)

// A digester hashes what is written to it on a goroutine of its own, which
// ends with sum.
type digester struct {
	full, empty chan []byte
	done        chan evidence.Digest
}

func newDigester() *digester {
	d := &digester{full: make(chan []byte, 1), empty: make(chan []byte, 2), done: make(chan evidence.Digest, 1)}
	d.empty <- nil
	d.empty <- nil
	go func() {
		h := sha256.New()
		for b := range d.full {
			_, _ = h.Write(b) // a hash never fails
			d.empty <- b
		}
		d.done <- digest(h)
	}()
	return d
}

// Write takes a copy of p.
func (d *digester) Write(p []byte) (int, error) {
	d.full <- append((<-d.empty)[:0], p...)
	return len(p), nil
}

// sum returns the SHA-256 of all that was written. It must be called, once.
func (d *digester) sum() evidence.Digest {
	close(d.full)
	return <-d.done
}
