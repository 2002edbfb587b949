package ingest

import "sync"

// A clerk does what is asked of the store, in the order in which it is asked,
// on a goroutine of its own: rows are stored while the next ones are read.
// After the first error it does nothing more, because what comes later was
// compared with rows that are not stored.
type clerk struct {
	errands chan func()
	done    sync.WaitGroup
	failed  chan struct{} // closed at the first error
	err     error         // may be read when failed is closed
}

// waiting is how many errands may wait. Each holds a batch at most, so it
// bounds the memory too.
const waiting = 2

func newClerk() *clerk {
	c := &clerk{errands: make(chan func(), waiting), failed: make(chan struct{})}
	c.done.Go(func() {
		for errand := range c.errands {
			errand()
		}
	})
	return c
}

// ask has do done after all that was asked before, and then calls after, in
// any case. If something has failed already it returns that error instead.
func (c *clerk) ask(do func() error, after func()) error {
	if err := c.failure(); err != nil {
		return err
	}
	c.errands <- func() {
		defer after()
		if c.err != nil {
			return
		}
		if c.err = do(); c.err != nil {
			close(c.failed)
		}
	}
	return nil
}

// failure returns the first error, if there was one.
func (c *clerk) failure() error {
	select {
	case <-c.failed:
		return c.err
	default:
		return nil
	}
}

// dismiss ends the clerk's goroutine when it has done what was asked.
func (c *clerk) dismiss() {
	close(c.errands)
	c.done.Wait()
}
