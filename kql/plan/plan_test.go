package plan

import (
	"testing"

	"github.com/conshelf/conshelf/kql/types"
)

func TestRowWise(t *testing.T) {
	column := types.Column{Name: "n", Type: types.Long}
	scan := &Scan{Table: types.Table{Name: "T", Columns: []types.Column{column}}}
	n := &Col{T: types.Long}
	given := &Values{Cols: []types.Column{column}, Rows: [][]Expr{{&Const{Value: types.NewLong(1)}}}}
	project := func(e Expr) Rel { return &Project{Input: scan, Cols: []Named{{"n", e}}} }
	filter := func(e Expr) Rel { return &Filter{Input: scan, Cond: e} }
	join := func(kind JoinKind, right Rel) Rel {
		return &Join{Left: scan, Right: right, Kind: kind, On: []KeyPair{{n, n}}}
	}
	for _, test := range []struct {
		name string
		root Rel
		want bool
	}{
		{"a table", scan, true},
		{"filtered and sorted", &Sort{Input: filter(&Call{Func: ">", Args: []Expr{n, n}, T: types.Bool})}, true},
		{"computed", project(&Call{Func: "+", Args: []Expr{n, n}, T: types.Long}), true},
		{"a window function", project(&Call{Func: "prev", Args: []Expr{n}, T: types.Long}), false},
		{"limited", &Limit{Input: scan}, false},
		{"grouped", &Aggregate{Input: scan, Keys: []Named{{"n", n}}}, false},
		{"both tables", &Union{Inputs: []Rel{scan, &Shared{Input: scan}}}, true},
		{"a table and a constant", &Union{Inputs: []Rel{scan, given}}, false},
		{"looked up in a constant", join(LeftOuter, given), true},
		{"made unique first", join(InnerUnique, given), false},
		{"joined with evidence", join(Inner, scan), false},
		{"found in a constant", filter(&InQuery{Op: "in", X: n, Rel: given}), true},
		{"found in evidence", filter(&InQuery{Op: "in", X: n, Rel: scan}), false},
		{"compared with evidence", project(&Subquery{Rel: scan, T: types.Long}), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := RowWise(&Query{Root: test.root}); got != test.want {
				t.Errorf("RowWise = %t", got)
			}
			if RowWise(&Query{Root: test.root, UsesNow: true}) {
				t.Error("a query of now() is row-wise")
			}
		})
	}
}

// The relations of subqueries are visited too, and a shared one once.
func TestScans(t *testing.T) {
	a, b := &Scan{Table: types.Table{Name: "A"}}, &Scan{Table: types.Table{Name: "B"}}
	shared := &Shared{Input: a}
	root := &Filter{
		Input: &Union{Inputs: []Rel{shared, shared}},
		Cond:  &Call{Func: "not", Args: []Expr{&InQuery{X: &Const{}, Rel: b}}, T: types.Bool},
	}
	scans := Scans(&Query{Root: root})
	if len(scans) != 2 || scans[0] != b || scans[1] != a {
		t.Errorf("Scans = %v", scans)
	}
}
