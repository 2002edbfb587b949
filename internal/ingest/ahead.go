package ingest

import "io"

// An ahead reads a stream on a goroutine of its own, so that it is unpacked
// while what came before is looked at. It must be closed before the stream is.
type ahead struct {
	full  chan piece
	empty chan []byte
	stop  chan struct{}
	now   piece
	rest  []byte // of now that was not read yet
}

type piece struct {
	data []byte
	err  error // after the data
}

const aheadPiece = 512 << 10

func newAhead(r io.Reader) *ahead {
	a := &ahead{full: make(chan piece, 2), empty: make(chan []byte, 3), stop: make(chan struct{})}
	for range cap(a.empty) {
		a.empty <- nil
	}
	go a.run(r)
	return a
}

func (a *ahead) run(r io.Reader) {
	defer close(a.full)
	for {
		var b []byte
		select {
		case b = <-a.empty:
		case <-a.stop:
			return
		}
		if b == nil {
			b = make([]byte, aheadPiece)
		}
		b = b[:aheadPiece]
		n, err := 0, error(nil)
		for n < len(b) && err == nil {
			var read int
			read, err = r.Read(b[n:])
			n += read
		}
		select {
		case a.full <- piece{b[:n], err}:
		case <-a.stop:
			return
		}
		if err != nil {
			return
		}
	}
}

func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.data != nil {
			a.empty <- a.now.data
		}
		next, ok := <-a.full
		if !ok {
			next.err = io.ErrClosedPipe
		}
		a.now, a.rest = next, next.data
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close ends the goroutine and waits for it.
func (a *ahead) Close() error {
	close(a.stop)
	for range a.full { // until the goroutine is done with the stream
	}
	return nil
}
