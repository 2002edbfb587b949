package sqlgen

import (
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
)

// A union of hundreds of tables has thousands of columns that no table of the
// engine fills. Such a column is void: a constant that stands in the place of
// a column's name, so that no row has to carry it.

// void tells whether what stands for a column is a constant.
func void(column string) bool { return column != "" && !strings.HasPrefix(column, `"`) }

// withoutVoid takes the void columns that a projection only passes on out of
// its list, and returns them by position.
func withoutVoid(cols []plan.Named, texts []string) map[int]string {
	voids := map[int]string{}
	for i, c := range cols {
		if _, ok := c.Expr.(*plan.Col); ok && void(texts[i]) {
			voids[i], texts[i] = texts[i], ""
		}
	}
	return voids
}

// keysThatTell drops the keys that are the same for all rows.
func keysThatTell(order []orderKey) []orderKey {
	var kept []orderKey
	for _, k := range order {
		if !void(k.column) {
			kept = append(kept, k)
		}
	}
	return kept
}
