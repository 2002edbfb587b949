package duckdb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/sqlgen"
	"github.com/conshelf/conshelf/kql/types"
)

// A load is one transaction. What it adds to the catalog is its own until it
// commits.
type load struct {
	engine  *Engine
	c       *connection
	tables  catalog
	writers map[string]*writer
	held    int            // about how many bytes the writers hold
	witness engine.Witness // nil: nobody looks
	failed  error          // the first error: after it the load can only be rolled back
	ended   bool
}

// Begin opens a load; see engine.Loader. It waits until no other is open.
func (e *Engine) Begin(ctx context.Context) (engine.Load, error) {
	select {
	case e.loading <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	l, err := e.begin(ctx)
	if err != nil {
		<-e.loading
		return nil, fmt.Errorf("begin load: %w", err)
	}
	return l, nil
}

func (e *Engine) begin(ctx context.Context) (*load, error) {
	if e.options.ReadOnly {
		return nil, errors.New("engine is read-only")
	}
	c, err := e.db.acquire()
	if err != nil {
		return nil, err
	}
	if err := c.exec(ctx, "BEGIN TRANSACTION"); err != nil {
		e.db.release(c)
		return nil, err
	}
	return &load{engine: e, c: c, tables: maps.Clone(e.catalog()), writers: map[string]*writer{}}, nil
}

var errEnded = errors.New("load has ended")

// Append adds the rows of b; see engine.Load. A dynamic value that is not JSON
// is stored as a JSON string of its text, and bytes that are not UTF-8 become
// U+FFFD: one such value would otherwise fail every query that reads it. A guid
// or decimal that is none becomes null, and a column that is called as an
// origin column is gets a _ in front.
func (l *load) Append(ctx context.Context, b *engine.Batch) error {
	if l.ended {
		return errEnded
	}
	if l.failed != nil {
		return l.failed
	}
	if err := l.append(ctx, b); err != nil {
		l.failed = fmt.Errorf("append to %s: %w", b.Table, space(err))
	}
	return l.failed
}

func (l *load) append(ctx context.Context, b *engine.Batch) error {
	if b.Rows == 0 && len(b.Vectors) == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	w, ok := l.writers[b.Table]
	if !ok || !w.fits(b) {
		if err := l.shape(ctx, b); err != nil {
			return err
		}
		if w, ok = l.writers[b.Table]; !ok {
			w = newWriter(l.tables[b.Table])
			l.writers[b.Table] = w
		}
		if !w.fits(b) {
			return errors.New("it lacks a column of the batch")
		}
	}
	if b.Rows == 0 {
		return nil
	}
	return l.hold(ctx, w, b)
}

// hold takes the rows of b, and stores some of those that are held when they are
// many.
func (l *load) hold(ctx context.Context, w *writer, b *engine.Batch) error {
	own := l.engine.spareBatch(b.Table)
	own.Take(b)
	before := w.size
	if err := w.hold(own, l.witness); err != nil {
		return err
	}
	l.held += w.size - before
	if l.held < heldBytes {
		return nil
	}
	return l.store(ctx, l.fullest())
}

// heldBytes is how much memory the rows that a load holds take before it stores
// those of the table that has most of them.
const heldBytes = 48 << 20

// fullest returns the writer that holds most.
func (l *load) fullest() *writer {
	var most *writer
	for _, name := range slices.Sorted(maps.Keys(l.writers)) {
		if w := l.writers[name]; most == nil || w.size > most.size {
			most = w
		}
	}
	return most
}

// store stores what a writer holds.
func (l *load) store(ctx context.Context, w *writer) error {
	if len(w.held) == 0 {
		return nil
	}
	l.held -= w.size
	free, err := w.store(ctx, l.c, l.engine.feeder)
	l.engine.spare = append(l.engine.spare, free...)
	return err
}

// Witness has w called for all that is stored after; see engine.Witnessed.
func (l *load) Witness(w engine.Witness) { l.witness = w }

// stored returns the column that a batch's column becomes: no evidence may
// pass for a row's origin.
func stored(c types.Column) types.Column {
	for _, o := range originColumns() {
		if c.Name == o.Name {
			c.Name = "_" + c.Name
		}
	}
	return c
}

// shape makes the table of b and its columns, as far as they are missing.
func (l *load) shape(ctx context.Context, b *engine.Batch) error {
	t, ok := l.tables[b.Table]
	if !ok {
		return l.create(ctx, b)
	}
	for i := range b.Vectors {
		c := stored(b.Vectors[i].Column)
		at := t.column(c.Name)
		if at >= 0 && t.columns[at].Type != c.Type {
			return fmt.Errorf("column %s is %s, not %s", c.Name, t.columns[at].Type, c.Type)
		}
		if at >= 0 {
			continue
		}
		if err := l.closeWriter(ctx, b.Table); err != nil {
			return err
		}
		t = t.with(c)
		if err := l.widen(ctx, t); err != nil {
			return err
		}
		l.tables[b.Table] = t
	}
	return nil
}

func (l *load) create(ctx context.Context, b *engine.Batch) error {
	t := &storedTable{name: b.Table, physical: l.tables.physicalTable(b.Table)}
	for i := range b.Vectors {
		t = t.with(stored(b.Vectors[i].Column))
	}
	var columns []string
	for _, c := range originColumns() {
		columns = append(columns, sqlgen.Identifier(c.Name)+" "+columnType(c.Type))
	}
	for _, c := range t.columns {
		columns = append(columns, definition(c))
	}
	if err := l.c.exec(ctx, "CREATE TABLE "+t.from()+" ("+strings.Join(columns, ", ")+")"); err != nil {
		return err
	}
	if err := l.c.exec(ctx, `INSERT INTO evidence.main."$tables" VALUES (?, ?)`, t.name, t.physical); err != nil {
		return err
	}
	if err := l.record(ctx, t, 0); err != nil {
		return err
	}
	l.tables[b.Table] = t
	return nil
}

// widen adds the table's last column to the database.
func (l *load) widen(ctx context.Context, t *storedTable) error {
	last := len(t.columns) - 1
	if err := l.c.exec(ctx, "ALTER TABLE "+t.from()+" ADD COLUMN "+definition(t.columns[last])); err != nil {
		return err
	}
	return l.record(ctx, t, last)
}

// record writes the columns from one on into the catalog.
func (l *load) record(ctx context.Context, t *storedTable, from int) error {
	var args []any
	var rows []string
	for i, c := range t.columns[from:] {
		rows = append(rows, "(?, ?, ?, ?, ?)")
		args = append(args, t.name, c.Name, c.Type.String(), c.physical, int64(from+i))
	}
	if len(rows) == 0 {
		return nil
	}
	return l.c.exec(ctx, `INSERT INTO evidence.main."$columns" VALUES `+strings.Join(rows, ", "), args...)
}

// definition declares a column; a string that no row gave is ”, never null.
func definition(c storedColumn) string {
	s := sqlgen.Identifier(c.physical) + " " + columnType(c.Type)
	if c.Type == types.String {
		s += " DEFAULT ''"
	}
	return s
}

// closeWriter stores what the writer of a table holds, if it has one, and ends it.
func (l *load) closeWriter(ctx context.Context, table string) error {
	w, ok := l.writers[table]
	if !ok {
		return nil
	}
	delete(l.writers, table)
	defer w.discard()
	return l.store(ctx, w)
}

// Commit makes the rows visible and durable; see engine.Load. After an error
// the load is rolled back.
func (l *load) Commit(ctx context.Context) error {
	if l.ended {
		return errEnded
	}
	err := l.failed
	for _, name := range slices.Sorted(maps.Keys(l.writers)) {
		if err != nil {
			break
		}
		if err = l.closeWriter(ctx, name); err != nil {
			err = fmt.Errorf("append to %s: %w", name, err)
		}
	}
	if err == nil {
		err = l.c.commit(ctx)
	}
	if err != nil {
		return fmt.Errorf("commit load: %w", errors.Join(space(err), l.Rollback()))
	}
	l.engine.mu.Lock()
	l.engine.stored = l.tables
	l.engine.mu.Unlock()
	l.end()
	return nil
}

// Rollback forgets the rows; see engine.Load.
func (l *load) Rollback() error {
	if l.ended {
		return nil
	}
	for _, w := range l.writers {
		w.discard()
	}
	err := l.c.exec(context.Background(), "ROLLBACK")
	l.end()
	if err != nil && !strings.Contains(err.Error(), "no transaction is active") {
		return fmt.Errorf("roll back load: %w", err)
	}
	return nil
}

func (l *load) end() {
	l.ended = true
	l.writers = nil
	l.engine.db.release(l.c)
	<-l.engine.loading
}

// spareBatch returns a batch that holds nothing of use, if there is one of a
// table that had columns in the same places. Only the load that is open may ask.
func (e *Engine) spareBatch(table string) *engine.Batch {
	last := len(e.spare) - 1
	if last < 0 {
		return engine.NewBatch(table)
	}
	at := last
	for i := last; i >= 0; i-- {
		if e.spare[i].Table == table {
			at = i
			break
		}
	}
	b := e.spare[at]
	e.spare[at] = e.spare[last]
	e.spare = e.spare[:last]
	return b
}
