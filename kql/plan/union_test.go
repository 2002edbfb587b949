package plan

import (
	"slices"
	"testing"

	"github.com/conshelf/conshelf/kql/types"
)

// An input fills the columns that it has, wherever they stand; one that kind=inner
// drops fills none.
func TestUnionProjection(t *testing.T) {
	a, b, c := types.Column{Name: "a", Type: types.Long}, types.Column{Name: "b", Type: types.String}, types.Column{Name: "c", Type: types.Real}
	in := &Scan{Table: types.Table{Name: "T", Columns: []types.Column{c, b}}}
	union := &Union{Inputs: []Rel{in}, Cols: []types.Column{a, b}, At: [][]int{{-1, 1}}}
	if got, want := union.Filled(0), []int{-1, 1}; !slices.Equal(got, want) {
		t.Errorf("Filled = %v, want %v", got, want)
	}
	cols := union.Projection(0)
	if got, want := namedText(cols, in.Columns()), "a = long(null), b"; got != want {
		t.Errorf("Projection = %s, want %s", got, want)
	}
	same := &Union{Inputs: []Rel{in, in}}
	if same.Projection(1) != nil || len(same.Columns()) != 2 {
		t.Errorf("a union of the same columns projects %v", same.Projection(1))
	}
}

// A query of several results is not row-wise, and reads the tables of all.
func TestOthers(t *testing.T) {
	scan := func(name string) *Query { return &Query{Root: &Scan{Table: types.Table{Name: name}}} }
	q := scan("A")
	q.Others = []*Query{scan("B")}
	if RowWise(q) {
		t.Error("RowWise says yes of a query of several results")
	}
	if scans := Scans(q); len(scans) != 2 || scans[1].Table.Name != "B" {
		t.Errorf("Scans = %v", scans)
	}
	if traced := WithOrigins(q, 3); len(traced.Others) != 1 || len(traced.Others[0].Root.Columns()) != 2 {
		t.Errorf("WithOrigins leaves the others as %s", Dump(traced))
	}
}
