package duckdb

import (
	"context"
	"errors"
	"fmt"
	"sync"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// A database is one DuckDB instance and the connections to it. All
// connections see the same tables and the same functions.
type database struct {
	handle bindings.Database

	mu   sync.Mutex
	idle []*connection
	open []*connection
	// abandoned counts statements that run and that nobody waits for; the
	// database cannot be closed under them.
	abandoned int
	closing   bool // closed, but for statements that were abandoned
	// after is called when the database is closed: what its functions use may be
	// released. Nil: nothing is.
	after func()
}

// errClosed is the answer to any use of an engine after Close.
var errClosed = errors.New("engine is closed")

func openDatabase(settings [][2]string) (*database, error) {
	var config bindings.Config
	if bindings.CreateConfig(&config) == bindings.StateError {
		return nil, errors.New("create configuration")
	}
	defer bindings.DestroyConfig(&config)
	for _, s := range settings {
		if bindings.SetConfig(config, s[0], s[1]) == bindings.StateError {
			return nil, fmt.Errorf("configure %s as %q", s[0], s[1])
		}
	}
	d := &database{}
	var message string
	if bindings.OpenExt("", &d.handle, config, &message) == bindings.StateError {
		return nil, errors.New(message)
	}
	return d, nil
}

// acquire returns a connection that nobody else uses; release gives it back.
func (d *database) acquire() (*connection, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.handle.Ptr == nil || d.closing {
		return nil, errClosed
	}
	if n := len(d.idle); n > 0 {
		c := d.idle[n-1]
		d.idle = d.idle[:n-1]
		return c, nil
	}
	c := &connection{}
	if bindings.Connect(d.handle, &c.handle) == bindings.StateError {
		return nil, errors.New("connect")
	}
	d.open = append(d.open, c)
	return c, nil
}

func (d *database) release(c *connection) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.idle = append(d.idle, c)
}

func (d *database) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.handle.Ptr == nil {
		return
	}
	d.closing = true
	if d.abandoned == 0 {
		d.shut()
	}
}

// abandon notes that the statement of a connection is not waited for.
func (d *database) abandon() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.abandoned++
}

// regain notes that an abandoned statement has ended after all; the last one
// closes the database, if that is what it waits for.
func (d *database) regain() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.abandoned--
	if d.closing && d.abandoned == 0 {
		d.shut()
	}
}

// shut disconnects and closes. The caller holds the lock.
func (d *database) shut() {
	for _, c := range d.open {
		bindings.Disconnect(&c.handle)
	}
	d.open, d.idle = nil, nil
	bindings.Close(&d.handle)
	d.handle.Ptr = nil
	if d.after != nil {
		d.after()
	}
}

// A connection runs one statement at a time.
type connection struct {
	handle bindings.Connection
}

// interruptible calls f, and interrupts what it runs when ctx ends. The
// interrupt never outlives the call, so it cannot hit the next statement.
func (c *connection) interruptible(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		bindings.Interrupt(c.handle)
		close(interrupted)
	})
	err := f()
	if !stop() {
		<-interrupted
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// exec runs a statement that has no result.
func (c *connection) exec(ctx context.Context, query string, args ...any) error {
	return c.rows(ctx, query, args, func(bindings.DataChunk) error { return nil })
}

// rows runs a statement and calls each for every chunk of its result, which
// is valid only during the call.
func (c *connection) rows(ctx context.Context, query string, args []any, each func(bindings.DataChunk) error) error {
	return c.interruptible(ctx, func() error {
		var statement bindings.PreparedStatement
		defer bindings.DestroyPrepare(&statement)
		if bindings.Prepare(c.handle, query, &statement) == bindings.StateError {
			return errors.New(bindings.PrepareError(statement))
		}
		if err := bind(statement, args); err != nil {
			return err
		}
		var result bindings.Result
		defer bindings.DestroyResult(&result)
		if bindings.ExecutePreparedStreaming(statement, &result) == bindings.StateError {
			return resultError(&result)
		}
		return fetch(&result, each)
	})
}

func fetch(result *bindings.Result, each func(bindings.DataChunk) error) error {
	for {
		chunk := bindings.FetchChunk(*result)
		if chunk.Ptr == nil {
			if bindings.ResultError(result) != "" {
				return resultError(result)
			}
			return nil
		}
		if bindings.DataChunkGetSize(chunk) == 0 {
			bindings.DestroyDataChunk(&chunk)
			return nil
		}
		err := each(chunk)
		bindings.DestroyDataChunk(&chunk)
		if err != nil {
			return err
		}
	}
}

func bind(statement bindings.PreparedStatement, args []any) error {
	if got, want := len(args), int(bindings.NParams(statement)); got != want {
		return fmt.Errorf("statement has %d parameters, %d were given", want, got)
	}
	for i, arg := range args {
		if bindOne(statement, bindings.IdxT(i+1), arg) == bindings.StateError {
			return fmt.Errorf("bind parameter %d", i+1)
		}
	}
	return nil
}

func bindOne(statement bindings.PreparedStatement, at bindings.IdxT, arg any) bindings.State {
	switch arg := arg.(type) {
	case nil:
		return bindings.BindNull(statement, at)
	case bool:
		return bindings.BindBoolean(statement, at, arg)
	case int32:
		return bindings.BindInt32(statement, at, arg)
	case int64:
		return bindings.BindInt64(statement, at, arg)
	case float64:
		return bindings.BindDouble(statement, at, arg)
	case string:
		return bindings.BindVarcharLength(statement, at, arg, bindings.IdxT(len(arg)))
	default:
		panic(fmt.Sprintf("duckdb: parameter of type %T", arg))
	}
}
