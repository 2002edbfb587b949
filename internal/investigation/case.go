// Package investigation knows the order of things, from files to a report,
// and the case on disk. It is the only package that does.
//
// A case is a directory: evidence.duckdb holds the tables, what was
// quarantined and the manifest of files, each file whole or not at all;
// custody.jsonl says who did what, and the digests of what it left;
// report.html, report.md and report.json are written beside them, with
// results.json, what each rule found, so that only what has changed runs again.
package investigation

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/detect"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/ingest"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// database is the name of the engine's file in a case.
const database = custody.DatabaseName

// ErrNoCase is the error of opening a case that is not there.
var ErrNoCase = errors.New("no case")

// An Opener opens the engine over a database file, with a directory for what
// spills.
type Opener func(ctx context.Context, database, temp string) (engine.Engine, error)

// A Case is an open case. It is not safe for concurrent use.
type Case struct {
	dir     string
	temp    string
	engine  engine.Engine
	sources *Sources // what queries may read beside the evidence; nil: nothing
	// writable opens the engine to be written to. Nil: it can be already.
	writable Opener
	keeper   *keeper
	results  map[string]detect.Kept // what the rules found last; nil: nothing is kept
}

// Open opens the case in dir, which is created if it is not there; its journal
// says so, whether or not anything is loaded.
func Open(ctx context.Context, dir string, open Opener) (*Case, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open case %s: %w", dir, err)
	}
	k := &keeper{dir: dir}
	if err := k.look(); err != nil {
		return nil, fmt.Errorf("open case %s: %w", dir, err)
	}
	if _, err := os.Stat(filepath.Join(dir, database)); errors.Is(err, fs.ErrNotExist) {
		k.seen.unsettled = true
	}
	return openEngine(ctx, k, open)
}

// OpenExisting opens the case in dir. If there is none the error is ErrNoCase.
func OpenExisting(ctx context.Context, dir string, open Opener) (*Case, error) {
	_, err := os.Stat(filepath.Join(dir, database))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w there; load evidence first with: conshelf ingest PATH --case %s", dir, ErrNoCase, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open case %s: %w", dir, err)
	}
	return openEngine(ctx, &keeper{dir: dir}, open)
}

func openEngine(ctx context.Context, k *keeper, open Opener) (*Case, error) {
	dir := k.dir
	temp, err := os.MkdirTemp("", "conshelf-")
	if err != nil {
		return nil, fmt.Errorf("open case %s: %w", dir, err)
	}
	e, err := open(ctx, filepath.Join(dir, database), temp)
	if err != nil {
		return nil, fmt.Errorf("open case %s: %w", dir, errors.Join(err, os.RemoveAll(temp)))
	}
	c := &Case{dir: dir, temp: temp, engine: e, keeper: k}
	if err := private(filepath.Join(dir, database)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// private keeps a file from other users of the machine. Of a file that is not
// ours to change, its owner decides.
func private(path string) error {
	err := os.Chmod(path, 0o600)
	if err == nil || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return nil
	}
	return fmt.Errorf("keep %s private: %w", path, err)
}

// Close closes the case. It may be called once.
func (c *Case) Close() error {
	err := c.keeper.settle(c.manifest)
	err = errors.Join(err, c.engine.Close())
	if err == nil {
		err = c.keeper.end()
	}
	if err := errors.Join(err, os.RemoveAll(c.temp)); err != nil {
		return fmt.Errorf("close case %s: %w", c.dir, err)
	}
	return nil
}

// Tables returns the tables of evidence that the case holds, sorted by name.
func (c *Case) Tables(ctx context.Context) ([]engine.TableInfo, error) {
	tables, err := c.engine.Tables(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	return slices.DeleteFunc(tables, func(t engine.TableInfo) bool { return engine.IsReference(t.Name) }), nil
}

// Span returns the first TimeGenerated of the case's logs, and the end: the
// tick after the last. Both are zero if no row has a time.
func (c *Case) Span(ctx context.Context) (first, end time.Time, err error) {
	tables, err := c.Tables(ctx)
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	from, to := span(tables)
	if to == 0 {
		return time.Time{}, time.Time{}, nil
	}
	return types.TimeOf(from), types.TimeOf(to), nil
}

// span returns the bounds of all tables in ticks, the end exclusive; 0 and 0
// if no row has a time.
func span(tables []engine.TableInfo) (from, to int64) {
	for _, t := range tables {
		if t.Last == 0 || ingest.Apart(t.Name) {
			continue
		}
		if from == 0 || t.First < from {
			from = t.First
		}
		to = max(to, t.Last+1)
	}
	return from, to
}

// Query runs a compiled query and calls each for every row.
func (c *Case) Query(ctx context.Context, q *plan.Query, each func(row []types.Value) error) error {
	return c.engine.Query(ctx, q, each)
}

// catalog is the published schema and the columns that the evidence has.
func (c *Case) catalog(ctx context.Context) (types.Catalog, []engine.TableInfo, error) {
	infos, err := c.Tables(ctx)
	if err != nil {
		return nil, nil, err
	}
	tables := make([]types.Table, len(infos))
	for i, info := range infos {
		tables[i] = info.Table
		tables[i].Apart = ingest.Apart(info.Name)
	}
	return schema.Merge(schema.Catalog(), tables), infos, nil
}
