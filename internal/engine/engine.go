// Package engine says what a query engine must do: run a plan over the
// evidence, and load evidence in batches of columns. An engine receives plans,
// never SQL and never syntax, and refuses what it cannot run exactly.
package engine

import (
	"context"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A Querier runs queries.
type Querier interface {
	// Query runs q and calls each for every row of the result, in order. The
	// row has q.Root.Columns()'s length and order and is valid only during the
	// call. The first error, of the engine or of each, ends the query and is
	// returned. A construct that the engine cannot run exactly is a
	// *sqlgen.UnsupportedError, before any row; so is a value of the evidence for
	// which Kusto's answer is not known, which may come after some.
	Query(ctx context.Context, q *plan.Query, each func(row []types.Value) error) error
}

// A Stepper runs a query at many instants at once. Not every engine can.
type Stepper interface {
	// QuerySteps calls each for every row that q gives at each step, in any order,
	// with the instant of the step. The row is as Query gives it, and valid only
	// during the call. The scope of q limits all steps; now() is left open in q
	// (plan.OpenNow) and is the instant. What cannot be asked so, exactly, is a
	// *sqlgen.UnsupportedError; it may still be asked step by step.
	QuerySteps(ctx context.Context, q *plan.Query, steps plan.Steps, each func(at int64, row []types.Value) error) error
}

// A Cataloger tells what the engine holds.
type Cataloger interface {
	// Tables returns every table of evidence with the columns that it really
	// has, sorted by name; origin columns are not among them.
	Tables(ctx context.Context) ([]TableInfo, error)
	// Tenants returns the tenant ids that occur in the evidence, sorted; records
	// that name none count as ''. Rows that are about a file, and no record of
	// it, do not count.
	Tenants(ctx context.Context) ([]string, error)
}

// A TableInfo is a table of evidence and how much of it there is.
type TableInfo struct {
	types.Table
	Rows int64
	// First and Last are the least and greatest TimeGenerated, in ticks; both
	// 0 if no row has one.
	First, Last int64
}

// A Loader takes evidence in.
type Loader interface {
	// Begin opens a load. Nothing that it appends is seen by queries, or by
	// another load, until Commit. One load is open at a time.
	Begin(ctx context.Context) (Load, error)
	// Identities calls each with the identity of every row held, in any order.
	Identities(ctx context.Context, each func(Identity) error) error
}

// A Load is the rows of one file on their way in: all or none of them.
type Load interface {
	// Append adds the rows of b, creating its table and adding columns to it
	// as needed. The batch may be reset and used again when Append returns; it
	// may have been emptied, and have other memory for the same columns.
	Append(ctx context.Context, b *Batch) error
	// Commit makes the rows visible and durable, and ends the load.
	Commit(ctx context.Context) error
	// Rollback forgets the rows and ends the load. After Commit it does nothing.
	Rollback() error
}

// A Witness is shown the rows of a load as they are stored: what cannot be
// stored as it was given has been rewritten. There is a vector for each column
// of the table; nil: the rows have no value in it. All of it is valid only
// during the call. An error fails the load.
type Witness func(table types.Table, vectors []*Vector, origins []Origin) error

// A Witnessed load shows what it stores. Not every load can.
type Witnessed interface {
	// Witness has w called for all rows that are appended after.
	Witness(w Witness)
}

// An Identity tells one record from another: a hash of its table, its id and
// its content.
type Identity [2]int64

// An Engine is all of it.
type Engine interface {
	Querier
	Cataloger
	Loader
	// Close releases the engine. Loads that were not committed are forgotten.
	Close() error
}
