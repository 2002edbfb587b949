// Package support says what of KQL is answered and what is refused, and why.
// It claims nothing: a function is what its row and the dialect say, and a
// construct is what becomes of its example, which is compiled.
package support

import (
	"errors"
	"strings"

	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/bind"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/sqlgen"
	"github.com/conshelf/conshelf/kql/types"
)

// A Construct is a part of the language that is no function: an operator, a
// statement, a form of literal.
type Construct struct {
	Name    string
	Example string // a query that uses it, over the tables of the examples
}

// A Family is constructs that belong together.
type Family struct {
	Name       string
	Constructs []Construct
}

// An Answer is what becomes of an example.
type Answer struct {
	Refused bool
	Reason  string // why it is refused
	// Mistaken tells that the example is no valid query: nobody answers it.
	Mistaken bool
}

// examples are the tables that examples are about.
type examples map[string]types.Table

func (e examples) Table(name string) (types.Table, bool) {
	t, ok := e[name]
	return t, ok
}

func (e examples) Tables() []string { return []string{"T", "U"} }

// Source stores a table as it is described.
func (e examples) Source(name string) (sqlgen.Source, bool) {
	t, ok := e[name]
	stored := make(map[string]sqlgen.StoredColumn, len(t.Columns))
	for _, c := range t.Columns {
		stored[c.Name] = sqlgen.StoredColumn{Physical: c.Name, Type: c.Type}
	}
	return sqlgen.Source{From: sqlgen.Identifier(name), Columns: stored}, ok
}

func exampleTables() examples {
	return examples{
		"T": {Name: "T", Columns: []types.Column{
			{Name: "a", Type: types.String},
			{Name: "b", Type: types.Long},
			{Name: "t", Type: types.DateTime},
			{Name: "d", Type: types.Dynamic},
			{Name: "x", Type: types.Real},
		}},
		"U": {Name: "U", Columns: []types.Column{{Name: "a", Type: types.String}, {Name: "c", Type: types.Long}}},
	}
}

// noon is the instant of every example: 2026-01-15 12:00.
const noon = 639_040_752_000_000_000

// Answered compiles an example down to the embedded engine's SQL.
func (c Construct) Answered() Answer {
	query, list := kql.Compile(c.Example, kql.Options{
		Catalog: exampleTables(), Now: noon,
		Discover: func(*plan.Query) ([][]types.Value, error) { return nil, nil },
		External: outside,
	})
	for _, d := range list {
		if d.Severity == diag.Error {
			return Answer{Refused: true, Reason: reason(d), Mistaken: !isRefusal(d.Code)}
		}
	}
	_, err := sqlgen.Generate(query, sqlgen.DuckDB(), exampleTables())
	var refused *sqlgen.UnsupportedError
	if errors.As(err, &refused) {
		return Answer{Refused: true, Reason: refused.Reason}
	}
	return Answer{Mistaken: err != nil}
}

// outside stands for every file that an example reads.
func outside(ref bind.External) (plan.Rel, error) {
	cols := ref.Columns
	if cols == nil {
		cols = exampleTables()["U"].Columns
	}
	return &plan.Values{Cols: cols}, nil
}

// isRefusal tells whether a diagnostic says that this program lacks something,
// and not that the query is wrong.
func isRefusal(code diag.Code) bool {
	return code == diag.Unsupported || code == diag.DependsOnRows || code == diag.NotMapped
}

func reason(d diag.Diagnostic) string {
	_, why, named := strings.Cut(d.Message, "is not supported: ")
	if !named {
		why = d.Message
	}
	if d.Hint != "" {
		why += "; " + d.Hint
	}
	return why
}
