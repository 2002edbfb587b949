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

// Run runs the suite.
func Run(t *testing.T, open Opener) {
	t.Run("load", func(t *testing.T) { runLoads(t, open) })
	t.Run("traps", runTrapNumbers)
	t.Run("cases", func(t *testing.T) { runCases(t, open) })
	t.Run("origins", func(t *testing.T) { runOrigins(t, open) })
	t.Run("origins of any", func(t *testing.T) { runOriginsOfAny(t, open) })
	t.Run("steps", func(t *testing.T) { runSteps(t, open) })
	t.Run("real", func(t *testing.T) { runReal(t, open) })
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

func compile(t *testing.T, e engine.Engine, text string, c types.Catalog) (*plan.Query, error) {
	t.Helper()
	discover := func(q *plan.Query) ([][]types.Value, error) { return run(t, e, q) }
	q, list := kql.Compile(text, kql.Options{Catalog: c, Now: now, Discover: discover})
	if q == nil || list.HasErrors() {
		return nil, fmt.Errorf("%w:\n%s", errCompile, list.Format("query", text))
	}
	return q, nil
}

// query compiles and runs a query, and returns all rows.
func query(t *testing.T, e engine.Engine, text string) ([][]types.Value, error) {
	t.Helper()
	q, err := compile(t, e, text, catalogOf(t, e))
	if err != nil {
		return nil, err
	}
	return run(t, e, q)
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
