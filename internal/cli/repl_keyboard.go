package cli

import (
	"io"
	"sync"
)

const (
	keyInterrupt = 0x03 // Ctrl-C
	keyLineEnd   = 0x05 // Ctrl-E: to the end of the line
	keyLineDrop  = 0x15 // Ctrl-U: delete what is before the cursor
)

// A keyboard passes on what is typed. In raw mode Ctrl-C is a key like others:
// while a query runs it interrupts that, and otherwise it empties the line.
type keyboard struct {
	in     io.Reader
	typed  chan []byte
	failed chan error
	rest   []byte

	mu        sync.Mutex
	interrupt func() // nil: no query runs
	drop      bool
	closed    chan struct{}
	once      sync.Once
}

func newKeyboard(in io.Reader) *keyboard {
	k := &keyboard{in: in, typed: make(chan []byte, 64), failed: make(chan error, 1), closed: make(chan struct{})}
	go k.listen()
	return k
}

// listen reads all the time, so that Ctrl-C is seen while a query runs.
func (k *keyboard) listen() {
	for {
		buf := make([]byte, 256)
		n, err := k.in.Read(buf)
		if keys := k.sort(buf[:n]); len(keys) > 0 {
			select {
			case k.typed <- keys:
			case <-k.closed:
				return
			}
		}
		if err != nil {
			k.failed <- err
			return
		}
	}
}

// sort takes the interrupts out of what was typed.
func (k *keyboard) sort(keys []byte) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []byte
	for _, key := range keys {
		switch {
		case key != keyInterrupt:
			out = append(out, key)
		case k.interrupt != nil:
			k.interrupt()
			out = nil // what was typed ahead is not meant any more
		default:
			k.drop = true
			out = append(out, keyLineEnd, keyLineDrop, '\r')
		}
	}
	return out
}

// Read gives the terminal what was typed.
func (k *keyboard) Read(p []byte) (int, error) {
	if len(k.rest) == 0 {
		select {
		case k.rest = <-k.typed:
		case err := <-k.failed:
			return 0, err
		case <-k.closed:
			return 0, io.EOF
		}
	}
	n := copy(p, k.rest)
	k.rest = k.rest[n:]
	return n, nil
}

// onInterrupt says what Ctrl-C does from now on; nil: it empties the line.
func (k *keyboard) onInterrupt(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.interrupt = f
}

// dropped tells whether the line just read was emptied by Ctrl-C.
func (k *keyboard) dropped() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	was := k.drop
	k.drop = false
	return was
}

// close ends what Read waits for.
func (k *keyboard) close() { k.once.Do(func() { close(k.closed) }) }
