// Package duckdb is the embedded engine: it keeps the evidence in a DuckDB
// database and runs plans there as SQL. The database is locked down before
// the first statement runs: it reads and writes no file but its own, loads no
// extension and cannot be configured otherwise.
//
// What Kusto does and SQL does not is done by functions that the engine adds
// to the database: the hot ones in C, the others in Go. Both are called once
// for a chunk of rows.
//
//	plan ─sqlgen─▶ SQL ─▶ DuckDB ─▶ chunks ─▶ rows
//	                        │ ▲
//	                        ▼ │ kql_has, kql_path, kql_set, …
//	               functions.c, Go
package duckdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/sqlgen"
	"github.com/conshelf/conshelf/kql/types"
)

// Options say where the evidence is kept and what the engine may use. The
// zero Options keep it in memory.
type Options struct {
	// Path is the database file; empty: in memory, and gone with the engine.
	Path string
	// MemoryLimit is how many bytes the database may hold in memory; 0: four
	// fifths of the machine's.
	MemoryLimit int64
	// TempDir is where the database puts what does not fit into memory; empty:
	// beside Path, or nowhere if there is none.
	TempDir string
	// Threads is how many threads a query may use; 0: one for each processor.
	Threads int
	// Places is a database in the MMDB format that says where IP addresses are;
	// empty: none, and queries that ask for places are refused.
	Places string
	// ReadOnly opens the file without writing to it; Begin then fails.
	ReadOnly bool
}

// An Engine is a DuckDB database of evidence. Its methods may be called from
// several goroutines.
type Engine struct {
	db      *database
	options Options
	loading chan struct{} // holds one token while a load is open
	places  *placeFile    // nil: there is no database of places
	feeder  *feeder
	spare   []*engine.Batch // empty, for the load that is open

	mu     sync.Mutex
	stored catalog // what is committed
}

// storage is the name by which statements reach the evidence.
const storage = "evidence"

// Open opens the database, making it if Path names no file yet.
func Open(ctx context.Context, options Options) (*Engine, error) {
	db, err := openDatabase(settings(options))
	if err != nil {
		return nil, fmt.Errorf("open engine: %w", err)
	}
	known, err := openPlaces(options.Places)
	if err != nil {
		db.close()
		return nil, fmt.Errorf("open engine: %w", err)
	}
	e := &Engine{db: db, options: options, loading: make(chan struct{}, 1), places: known, feeder: newFeeder()}
	db.after = func() {
		known.close()
		e.feeder.close()
	}
	if err := e.prepare(ctx); err != nil {
		db.close()
		return nil, fmt.Errorf("open evidence %s: %w", options.Path, inUse(err))
	}
	return e, nil
}

// inUse says in our words that another process has the file open; DuckDB
// gives no code for it.
func inUse(err error) error {
	if strings.Contains(err.Error(), "Could not set lock") {
		return errors.New("another process is writing to it: wait until it is done, or name another case")
	}
	return err
}

// ownMemory is about what a program with the engine needs, whatever it runs.
const ownMemory = 64 << 20

// Share returns how many bytes the database may hold in memory where the whole
// program may hold limit.
func Share(limit int64) int64 { return max(min(limit-ownMemory, limit/5*4), limit/2) }

// LoadMemory is what a program needs at most to load evidence, however much of it
// there is: more makes it no faster.
const LoadMemory = 2 << 30

// LoadShare is Share for a program that only loads: most of what it holds is rows
// that were read, and what tells them apart.
func LoadShare(limit int64) int64 { return min(limit, LoadMemory) / 8 * 3 }

// LoadOwn is how many bytes of limit such a program may hold itself. What is left
// over is for what the database holds beyond its share.
func LoadOwn(limit int64) int64 { return min(limit, LoadMemory) / 2 }

func settings(o Options) [][2]string {
	list := [][2]string{
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"allow_community_extensions", "false"},
		{"preserve_insertion_order", "true"},
		{"temp_directory", temporary(o)},
		{"max_expression_depth", "10000"},
		{"checkpoint_threshold", strconv.FormatInt(checkpointAfter(o), 10) + "B"},
	}
	if o.MemoryLimit > 0 {
		list = append(list, [2]string{"memory_limit", strconv.FormatInt(o.MemoryLimit, 10) + "B"})
	}
	if o.Threads > 0 {
		list = append(list, [2]string{"threads", strconv.Itoa(o.Threads)})
	}
	return list
}

// checkpointAfter is how many bytes of committed rows wait in the log before
// they are written as columns. A table's last row group is written anew each
// time, so a checkpoint for every file would write most rows several times.
// The rows are durable in the log; Close writes them all.
func checkpointAfter(o Options) int64 {
	const most = 1 << 30
	if o.MemoryLimit > 0 {
		return min(most, o.MemoryLimit/4)
	}
	return most
}

func temporary(o Options) string {
	if o.TempDir == "" && o.Path != "" {
		return o.Path + ".tmp"
	}
	return o.TempDir
}

// prepare attaches the evidence, makes its catalog and the functions, and
// then locks the database.
func (e *Engine) prepare(ctx context.Context) error {
	c, err := e.db.acquire()
	if err != nil {
		return err
	}
	defer e.db.release(c)
	statements := []string{e.attach()}
	if !e.options.ReadOnly {
		statements = append(statements, createCatalog()...)
	}
	for _, s := range statements {
		if err := c.exec(ctx, s); err != nil {
			return err
		}
	}
	if err := register(c); err != nil {
		return err
	}
	if err := errors.Join(e.places.register(c), e.feeder.register(c)); err != nil {
		return err
	}
	for _, s := range []string{"SET enable_external_access = false", "SET lock_configuration = true"} {
		if err := c.exec(ctx, s); err != nil {
			return err
		}
	}
	e.stored, err = readCatalog(ctx, c)
	return err
}

func (e *Engine) attach() string {
	if e.options.Path == "" {
		return "ATTACH ':memory:' AS " + storage
	}
	options := "STORAGE_VERSION 'v1.5.0'"
	if e.options.ReadOnly {
		options = "READ_ONLY"
	}
	return "ATTACH " + sqlgen.Quote(e.options.Path) + " AS " + storage + " (" + options + ")"
}

// Close releases the engine. A load that is open is forgotten; a query that
// runs must end first. Where a query that was cancelled is still busy with its
// last rows, the database is closed as soon as it notices.
func (e *Engine) Close() error {
	e.db.close()
	if e.options.Path != "" && e.options.TempDir == "" {
		return os.RemoveAll(temporary(e.options))
	}
	return nil
}

// Query runs q; see engine.Querier.
func (e *Engine) Query(ctx context.Context, q *plan.Query, each func(row []types.Value) error) error {
	statement, err := sqlgen.Generate(q, sqlgen.DuckDB(), e.schema())
	if err != nil {
		return err
	}
	columns := q.Root.Columns()
	row := make([]types.Value, len(columns))
	var stopped error
	err = e.stream(ctx, statement.SQL, statement.Args, func(chunk bindings.DataChunk) error {
		stopped = rowsOf(chunk, columns, row, each)
		return stopped
	})
	if err != nil && stopped == nil {
		return fmt.Errorf("query: %w", err)
	}
	return err
}

// QuerySteps runs q at every step; see engine.Stepper.
func (e *Engine) QuerySteps(ctx context.Context, q *plan.Query, steps plan.Steps, each func(at int64, row []types.Value) error) error {
	statement, err := sqlgen.GenerateSteps(q, steps, sqlgen.DuckDB(), e.schema())
	if err != nil {
		return err
	}
	columns := q.Root.Columns()
	last := len(columns)
	columns = append(columns[:last:last], types.Column{Name: plan.StepFunc, Type: types.DateTime})
	row := make([]types.Value, len(columns))
	var stopped error
	err = e.stream(ctx, statement.SQL, statement.Args, func(chunk bindings.DataChunk) error {
		stopped = rowsOf(chunk, columns, row, func(row []types.Value) error { return each(row[last].Int, row[:last]) })
		return stopped
	})
	if err != nil && stopped == nil {
		return fmt.Errorf("query: %w", err)
	}
	return err
}

func rowsOf(chunk bindings.DataChunk, columns []types.Column, row []types.Value, each func(row []types.Value) error) error {
	readers := make([]reader, len(columns))
	for k, column := range columns {
		v := bindings.DataChunkGetVector(chunk, bindings.IdxT(k))
		if err := checkType(v, column); err != nil {
			return err
		}
		readers[k] = newReader(v)
	}
	for i := range int(bindings.DataChunkGetSize(chunk)) {
		for k, column := range columns {
			row[k] = readers[k].value(column.Type, i)
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return nil
}

// checkType guards the reading of memory: what SQL calls the column must be
// what the plan says.
func checkType(v bindings.Vector, column types.Column) error {
	t := bindings.VectorGetColumnType(v)
	defer bindings.DestroyLogicalType(&t)
	if got := bindings.GetTypeId(t); got != storedType(column.Type) {
		return fmt.Errorf("column %s: database gives type %d for %s", column.Name, got, column.Type)
	}
	return nil
}

func storedType(t types.Scalar) bindings.Type {
	switch columnType(t) {
	case "BOOLEAN":
		return bindings.TypeBoolean
	case "INTEGER":
		return bindings.TypeInteger
	case "BIGINT":
		return bindings.TypeBigInt
	case "DOUBLE":
		return bindings.TypeDouble
	}
	return bindings.TypeVarchar
}

// Explain returns the SQL that Query runs for q, for a reader.
func (e *Engine) Explain(q *plan.Query) (string, error) {
	statement, err := sqlgen.Generate(q, sqlgen.DuckDB(), e.schema())
	return statement.SQL, err
}

// schema is what the engine can answer about.
func (e *Engine) schema() sqlgen.Schema {
	return withPlaces{catalog: e.catalog(), has: e.places != nil}
}

func (e *Engine) catalog() catalog {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stored
}

// Tables returns the tables of evidence; see engine.Cataloger.
func (e *Engine) Tables(ctx context.Context) ([]engine.TableInfo, error) {
	c, err := e.db.acquire()
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	defer e.db.release(c)
	var list []engine.TableInfo
	for _, t := range e.catalog().sorted() {
		info := engine.TableInfo{Table: t.table()}
		if err := t.measure(ctx, c, &info); err != nil {
			return nil, fmt.Errorf("tables: %s: %w", t.name, err)
		}
		list = append(list, info)
	}
	return list, nil
}

// Tenants returns the tenants of the evidence; see engine.Cataloger.
func (e *Engine) Tenants(ctx context.Context) ([]string, error) {
	tables := e.catalog().sorted()
	if len(tables) == 0 {
		return nil, nil
	}
	var parts []string
	for _, t := range tables {
		if engine.IsReference(t.name) {
			continue
		}
		parts = append(parts, "SELECT DISTINCT "+sqlgen.Identifier(plan.OriginTenant)+" AS tenant FROM "+t.from()+
			" WHERE "+sqlgen.Identifier(plan.OriginRecord)+" > 0")
	}
	if len(parts) == 0 {
		return nil, nil
	}
	var list []string
	err := e.scan(ctx, "SELECT DISTINCT tenant FROM ("+strings.Join(parts, " UNION ALL ")+") ORDER BY tenant", func(chunk bindings.DataChunk) error {
		tenants := newReader(bindings.DataChunkGetVector(chunk, 0))
		for i := range int(bindings.DataChunkGetSize(chunk)) {
			list = append(list, strings.Clone(tenants.text(i)))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("tenants: %w", err)
	}
	return list, nil
}

// Identities calls each with the identity of every row; see engine.Loader.
func (e *Engine) Identities(ctx context.Context, each func(engine.Identity) error) error {
	for _, t := range e.catalog().sorted() {
		query := "SELECT " + sqlgen.Identifier(plan.OriginKey1) + ", " + sqlgen.Identifier(plan.OriginKey2) + " FROM " + t.from()
		err := e.scan(ctx, query, func(chunk bindings.DataChunk) error {
			first, second := newReader(bindings.DataChunkGetVector(chunk, 0)), newReader(bindings.DataChunkGetVector(chunk, 1))
			for i := range int(bindings.DataChunkGetSize(chunk)) {
				if err := each(engine.Identity{first.int64(i), second.int64(i)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("identities of %s: %w", t.name, err)
		}
	}
	return nil
}

func (e *Engine) scan(ctx context.Context, query string, each func(bindings.DataChunk) error) error {
	c, err := e.db.acquire()
	if err != nil {
		return err
	}
	defer e.db.release(c)
	return c.rows(ctx, query, nil, each)
}
