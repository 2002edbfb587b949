package duckdb

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/internal/engine"
)

// grace is how long a statement that was interrupted may take to notice. The
// database looks for an interrupt between chunks of rows; one chunk of long
// strings under a slow function can take far longer than this.
const grace = 300 * time.Millisecond

// errAbandoned ends the fetching of a statement that nobody waits for.
var errAbandoned = errors.New("abandoned")

// stream runs a statement and calls each for every chunk of its result. If
// ctx ends it returns within grace, even where the database is still busy
// with its last chunk: the connection is then given back when that is done,
// and each is not called again.
func (e *Engine) stream(ctx context.Context, query string, args []any, each func(bindings.DataChunk) error) error {
	c, err := e.db.acquire()
	if err != nil {
		return err
	}
	g := &guard{each: each}
	done := make(chan error, 1)
	go func() {
		err := c.rows(ctx, query, args, g.chunk)
		e.db.release(c)
		if g.finish() {
			e.db.regain()
		}
		done <- outOfMemory(err)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	timer := time.NewTimer(graceOf(ctx))
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		if g.abandon(e.db.abandon) {
			return ctx.Err()
		}
		return <-done
	}
}

// graceOf is the grace of a context that has ended; there is none where the
// memory is used up.
func graceOf(ctx context.Context) time.Duration {
	if errors.Is(context.Cause(ctx), engine.ErrMemory) {
		return 0
	}
	return grace
}

// A guard passes chunks on until the statement is abandoned.
type guard struct {
	mu                  sync.Mutex
	abandoned, finished bool
	each                func(bindings.DataChunk) error
}

func (g *guard) chunk(chunk bindings.DataChunk) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.abandoned {
		return errAbandoned
	}
	return g.each(chunk)
}

// finish notes that the statement has ended, and tells whether it had been
// abandoned.
func (g *guard) finish() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.finished = true
	return g.abandoned
}

// abandon calls note and stops passing chunks on, unless the statement has
// ended; it tells whether it did.
func (g *guard) abandon(note func()) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.finished {
		return false
	}
	g.abandoned = true
	note()
	return true
}

// A databaseError is an error that the database reports, with its kind.
type databaseError struct {
	kind    bindings.ErrorType
	message string
}

func (e *databaseError) Error() string { return e.message }

func resultError(result *bindings.Result) error {
	message := bindings.ResultError(result)
	if refused := uncertainIn(message); refused != nil {
		return refused
	}
	return &databaseError{bindings.ResultErrorType(result), message}
}

// outOfMemory gives the database's own complaint the name that callers know.
func outOfMemory(err error) error {
	var failed *databaseError
	if errors.As(err, &failed) && failed.kind == bindings.ErrorTypeOutOfMemory {
		return fmt.Errorf("%w", engine.ErrMemory)
	}
	return err
}
