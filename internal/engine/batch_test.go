package engine

import (
	"testing"

	"github.com/conshelf/conshelf/kql/types"
)

// A batch that was taken is empty and has its columns in their places; the one
// that took it has its rows, whatever it held before.
func TestTakeMovesTheRowsAndLeavesTheColumns(t *testing.T) {
	text, n := types.Column{Name: "text", Type: types.String}, types.Column{Name: "n", Type: types.Long}
	from, into := NewBatch("T"), NewBatch("Old")
	into.Vectors[into.Column(types.Column{Name: "other", Type: types.Real})].SetReal(1)
	into.EndRow(Origin{Record: 9})
	at := from.Column(text)
	from.Vectors[at].SetText([]byte("first"))
	from.Vectors[from.Column(n)].SetInt(7)
	from.EndRow(Origin{Record: 1})
	into.Take(from)
	if into.Table != "T" || into.Rows != 1 || len(into.Vectors) != 2 || into.Origins[0].Record != 1 ||
		string(into.Vectors[at].Text(0)) != "first" || into.Vectors[into.Column(n)].Ints[0] != 7 {
		t.Errorf("taken: %+v", into)
	}
	if from.Table != "T" || from.Rows != 0 || len(from.Origins) != 0 || len(from.Vectors) != 2 || from.Column(text) != at {
		t.Errorf("left: %+v", from)
	}
	from.Vectors[at].SetText([]byte("second"))
	from.EndRow(Origin{Record: 2})
	if string(into.Vectors[at].Text(0)) != "first" || string(from.Vectors[at].Text(0)) != "second" {
		t.Errorf("%q and %q share memory", into.Vectors[at].Text(0), from.Vectors[at].Text(0))
	}
}
