package duckdb

import (
	"context"
	"errors"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// pause is how long a statement of a load leaves the processor to others before
// it looks again.
const pause = time.Millisecond

// commit ends the transaction.
func (c *connection) commit(ctx context.Context) error {
	var statement bindings.PreparedStatement
	defer bindings.DestroyPrepare(&statement)
	if bindings.Prepare(c.handle, "COMMIT", &statement) == bindings.StateError {
		return errors.New(bindings.PrepareError(statement))
	}
	return c.complete(ctx, statement)
}

// complete runs a statement that has no result. One of the database's own
// threads may take it on, and the database would wait for that thread in a loop
// that fills another processor, which a load needs for its next rows: so this
// waits itself.
func (c *connection) complete(ctx context.Context, statement bindings.PreparedStatement) error {
	return c.interruptible(ctx, func() error {
		var pending bindings.PendingResult
		defer bindings.DestroyPending(&pending)
		if bindings.PendingPrepared(statement, &pending) == bindings.StateError {
			return errors.New(bindings.PendingError(pending))
		}
		if err := await(pending); err != nil {
			return err
		}
		var result bindings.Result
		defer bindings.DestroyResult(&result)
		if bindings.ExecutePending(pending, &result) == bindings.StateError {
			return errors.New(bindings.ResultError(&result))
		}
		return nil
	})
}

// await does the tasks of a statement until none is left.
func await(pending bindings.PendingResult) error {
	for {
		state := bindings.PendingExecuteTask(pending)
		switch {
		case state == bindings.PendingStateError:
			return errors.New(bindings.PendingError(pending))
		case bindings.PendingExecutionIsFinished(state):
			return nil
		case state == bindings.PendingStateNoTasksAvailable:
			time.Sleep(pause)
		}
	}
}
