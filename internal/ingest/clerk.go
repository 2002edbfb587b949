package ingest

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// A clerk does what is asked of the store, in the order in which it is asked,
// on a goroutine of its own: rows are stored while the next ones are read.
// After the first error it does nothing more, because what comes later was
// compared with rows that are not stored.
type clerk struct {
	errands chan func()
	room    *semaphore.Weighted
	done    sync.WaitGroup
	failed  chan struct{} // closed at the first error
	err     error         // may be read when failed is closed
}

// What may wait to be stored: so much that reading goes on while the store
// writes what it holds, which it does now and then, and no more, because it is
// held in memory.
const (
	waiting      = 64       // errands
	waitingBytes = 48 * mib // of batches
)

func newClerk() *clerk {
	c := &clerk{errands: make(chan func(), waiting), room: semaphore.NewWeighted(waitingBytes), failed: make(chan struct{})}
	c.done.Go(func() {
		for errand := range c.errands {
			errand()
		}
	})
	return c
}

// ask has do done after all that was asked before, and then calls after, in
// any case. It waits until there is room for so many bytes. If something has
// failed already it returns that error instead.
func (c *clerk) ask(bytes int, do func() error, after func()) error {
	if err := c.failure(); err != nil {
		return err
	}
	weight := min(int64(bytes), waitingBytes)
	if err := c.room.Acquire(context.Background(), weight); err != nil {
		return err
	}
	c.errands <- func() {
		defer after()
		defer c.room.Release(weight)
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
