package sqlgen

import (
	"errors"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// stored is an engine that has the tables named.
type stored []string

func (s stored) Source(table string) (Source, bool) {
	for _, name := range s {
		if name == table {
			return Source{From: Identifier(name), Columns: map[string]StoredColumn{"k": {Physical: "k", Type: types.Long}}}, true
		}
	}
	return Source{}, false
}

func scanOf(name string) *plan.Scan {
	return &plan.Scan{Table: types.Table{Name: name, Columns: []types.Column{{Name: "k", Type: types.Long}}}}
}

// Rows of another table belong to no part: what would keep them is refused.
func TestPartitionKeepsItsRowsApart(t *testing.T) {
	key := &plan.Col{T: types.Long}
	given := &plan.Given{Cols: scanOf("A").Columns()}
	join := func(kind plan.JoinKind, left, right plan.Rel) plan.Rel {
		return &plan.Join{
			Left: left, Right: right, Kind: kind, On: []plan.KeyPair{{Left: key, Right: key}},
			Cols: []plan.JoinColumn{{Name: "k", Type: types.Long, Right: kind == plan.RightAnti}},
		}
	}
	for _, test := range []struct {
		name    string
		sub     plan.Rel
		refused string
	}{
		{"a join that drops rows", join(plan.LeftOuter, given, scanOf("B")), ""},
		{"a full join", join(plan.FullOuter, given, scanOf("B")), "join kind=fullouter"},
		{"a right join", join(plan.RightOuter, given, scanOf("B")), "join kind=rightouter"},
		{"a left join of the other", join(plan.LeftOuter, scanOf("B"), given), "join kind=leftouter"},
		{"the other's rows", join(plan.RightAnti, given, scanOf("B")), "partition over another table"},
		{"another table", scanOf("B"), "partition over another table"},
		{"a union with another", &plan.Union{Inputs: []plan.Rel{given, scanOf("B")}}, "union with another table"},
	} {
		t.Run(test.name, func(t *testing.T) {
			query := &plan.Query{Root: &plan.Partition{Input: scanOf("A"), Keys: []plan.Expr{key}, Sub: test.sub}}
			_, err := Generate(query, DuckDB(), stored{"A", "B"})
			var unsupported *UnsupportedError
			switch {
			case test.refused == "" && err != nil:
				t.Errorf("Generate = %v", err)
			case test.refused != "" && (!errors.As(err, &unsupported) || !strings.Contains(unsupported.Construct, test.refused)):
				t.Errorf("Generate = %v, want that it refuses %s", err, test.refused)
			}
		})
	}
}

// A union reads only the tables that are there, and carries no column that
// none of them fills.
func TestUnionOfAbsentTables(t *testing.T) {
	cols := []types.Column{{Name: "k", Type: types.Long}, {Name: "gone", Type: types.String}}
	other := &plan.Scan{Table: types.Table{Name: "Gone", Columns: cols[1:]}}
	query := &plan.Query{Root: &plan.Union{Inputs: []plan.Rel{scanOf("A"), other}, Cols: cols, At: [][]int{{0}, {1}}}}
	statement, err := Generate(query, DuckDB(), stored{"A"})
	if err != nil {
		t.Fatal(err)
	}
	for _, absent := range []string{"Gone", "UNION", `"gone"`} {
		if strings.Contains(statement.SQL, absent) {
			t.Errorf("the statement has %s:\n%s", absent, statement.SQL)
		}
	}
	if !strings.Contains(statement.SQL, "''") {
		t.Errorf("the column that nothing fills is not '':\n%s", statement.SQL)
	}
}

// What ends a key is not said: no answer.
func TestParseKvNeedsDelimiters(t *testing.T) {
	text := func(s string) plan.Expr { return &plan.Const{Value: types.NewString(s)} }
	call := &plan.Call{
		Func: plan.ParseKvFunc, T: types.Dynamic,
		Args: []plan.Expr{text("a:1"), text(""), text(""), text(""), text(""), &plan.Const{Value: types.NewBool(false)}},
	}
	query := &plan.Query{Root: &plan.Project{Input: scanOf("A"), Cols: []plan.Named{{Name: "p", Expr: call}}}}
	_, err := Generate(query, DuckDB(), stored{"A"})
	var unsupported *UnsupportedError
	if !errors.As(err, &unsupported) {
		t.Errorf("Generate = %v, want a refusal", err)
	}
}
