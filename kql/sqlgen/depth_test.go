package sqlgen

import (
	"errors"
	"testing"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// What stands too deep would end the process in the database: it is refused.
func TestDepth(t *testing.T) {
	for _, test := range []struct {
		steps int
		ok    bool
	}{{maxDepth - 1, true}, {maxDepth, false}, {10 * maxDepth, false}} {
		column := types.Column{Name: "x", Type: types.Long}
		one := &plan.Const{Value: types.NewLong(1)}
		var rel plan.Rel = &plan.Values{Cols: []types.Column{column}, Rows: [][]plan.Expr{{one}}}
		for range test.steps {
			rel = &plan.Filter{Input: rel, Cond: &plan.Call{Func: ">", Args: []plan.Expr{&plan.Col{T: types.Long}, one}, T: types.Bool}}
		}
		_, err := Generate(&plan.Query{Root: rel}, DuckDB(), noTables{})
		var unsupported *UnsupportedError
		if test.ok && err != nil || !test.ok && !errors.As(err, &unsupported) {
			t.Errorf("%d steps: %v", test.steps, err)
		}
	}
}

type noTables struct{}

func (noTables) Source(string) (Source, bool) { return Source{}, false }

// Only what a statement reads counts, not what a text or a name says.
func TestDepthOfWhatIsRead(t *testing.T) {
	g := &generator{depths: []int{1, 2, 7}}
	for _, test := range []struct {
		body string
		want int
	}{
		{"SELECT 1", 1},
		{"SELECT * FROM r1", 2},
		{"SELECT * FROM r1 AS l JOIN r2 AS r ON l.k1 = r.k1", 3},
		{`SELECT 'r3', 'it''s r3', "r3" FROM r1`, 2},
		{"SELECT kr3, r3x, r FROM r2", 3},
		{"SELECT * FROM r3 UNION ALL SELECT * FROM r1", 8},
	} {
		if got := g.depth(test.body); got != test.want {
			t.Errorf("depth(%s) = %d, want %d", test.body, got, test.want)
		}
	}
}
