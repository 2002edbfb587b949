package engine

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// texts are the values of a vector of texts.
func texts(v *Vector) []string {
	var list []string
	for i := range v.Len() {
		list = append(list, string(v.Text(i)))
	}
	return list
}

// A long text that comes again is held once, and is still the value of each row:
// whichever rows are dropped, and whatever comes after.
func TestALongTextIsHeldOnce(t *testing.T) {
	first, second, third := strings.Repeat("1", sharedText), strings.Repeat("2", sharedText), strings.Repeat("3", sharedText)
	b := NewBatch("T")
	at := b.Column(types.Column{Name: "text", Type: types.String})
	add := func(list ...string) {
		for _, s := range list {
			b.Vectors[at].SetText([]byte(s))
			b.EndRow(Origin{})
		}
	}
	want := func(list ...string) {
		t.Helper()
		if diff := cmp.Diff(list, texts(&b.Vectors[at])); diff != "" {
			t.Error(diff)
		}
	}
	add(first, second, "", first, "short", second, first)
	want(first, second, "", first, "short", second, first)
	if n := len(b.Vectors[at].Bytes); n != 2*sharedText+len("short") {
		t.Errorf("%d bytes are held", n)
	}

	b.Vectors[at].SetText([]byte(third)) // of a row that is dropped
	b.DropRow()
	b.Vectors[at].SetText([]byte(first))
	b.DropRow()
	add(third, first, second)
	want(first, second, "", first, "short", second, first, third, first, second)

	b.Keep([]int{3, 4, 7, 8}) // without the rows that had them first
	want(first, "short", third, first)
	add(second, third)
	want(first, "short", third, first, second, third)
	b.Reset()
	add(second, first, second)
	want(second, first, second)
}
