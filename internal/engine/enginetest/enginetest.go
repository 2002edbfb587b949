// Package enginetest is the suite that every engine passes: queries whose
// answers are known, and the loading of evidence. An engine may refuse a
// query; it may not answer it wrongly.
package enginetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/sqlgen"
	"github.com/conshelf/conshelf/kql/types"
)

// Opener opens an empty engine that the test closes. Called again with the
// directory of an engine that was closed, it opens what that one kept.
type Opener func(t *testing.T, dir string) engine.Engine

// Floor is what an engine has to reach on the recorded answers.
type Floor struct {
	Pass  int // at least so many answers are right
	Wrong int // at most so many are not
}

// Expect is what an engine has to reach on each file of recorded answers.
type Expect struct {
	Fuzz, Docs Floor
}

// Run runs the suite.
func Run(t *testing.T, open Opener, expect Expect) {
	t.Run("load", func(t *testing.T) { runLoads(t, open) })
	t.Run("cases", func(t *testing.T) { runCases(t, open) })
	t.Run("origins", func(t *testing.T) { runOrigins(t, open) })
	t.Run("real", func(t *testing.T) { runReal(t, open) })
	t.Run("fuzz", func(t *testing.T) { runRecorded(t, open, "engine_fuzz.jsonl", expect.Fuzz) })
	t.Run("docs", func(t *testing.T) { runRecorded(t, open, "engine_docs.jsonl", expect.Docs) })
}

// catalog is what an engine holds, as the compiler sees it.
type catalog map[string]types.Table

func (c catalog) Table(name string) (types.Table, bool) {
	t, ok := c[name]
	return t, ok
}

func (c catalog) Tables() []string {
	names := make([]string, 0, len(c))
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func catalogOf(t *testing.T, e engine.Engine) catalog {
	t.Helper()
	infos, err := e.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := catalog{}
	for _, info := range infos {
		c[info.Name] = info.Table
	}
	return c
}

// now is the instant of every query of the suite: 2026-01-15 12:00.
const now = 639_040_752_000_000_000

// errCompile tells that a query did not compile.
var errCompile = errors.New("does not compile")

func compile(text string, c types.Catalog) (*plan.Query, error) {
	q, list := kql.Compile(text, kql.Options{Catalog: c, Now: now})
	if q == nil || list.HasErrors() {
		return nil, fmt.Errorf("%w:\n%s", errCompile, list.Format("query", text))
	}
	return q, nil
}

// query compiles and runs a query, and returns all rows.
func query(t *testing.T, e engine.Engine, text string) ([]types.Column, [][]types.Value, error) {
	t.Helper()
	q, err := compile(text, catalogOf(t, e))
	if err != nil {
		return nil, nil, err
	}
	rows, err := run(t, e, q)
	return q.Root.Columns(), rows, err
}

func run(t *testing.T, e engine.Engine, q *plan.Query) ([][]types.Value, error) {
	t.Helper()
	var rows [][]types.Value
	err := e.Query(t.Context(), q, func(row []types.Value) error {
		rows = append(rows, slices.Clone(row))
		return nil
	})
	return rows, err
}

// refused tells whether an engine would not run a query.
func refused(err error) bool {
	var u *sqlgen.UnsupportedError
	return errors.As(err, &u)
}
