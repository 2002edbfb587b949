package detect

import (
	"testing"

	"github.com/conshelf/conshelf/kql/types"
)

// A query that expands a record's elements and groups them again counts the
// record once for each element.
func TestOriginsCountRecordsOnce(t *testing.T) {
	m := match{limit: 3}
	for _, test := range []struct {
		list  string
		count types.Value
		want  int64
	}{
		{"[[1,7]]", types.NewLong(5), 1},
		{"[[1,7],[1,8],[2,1]]", types.NewLong(40), 40}, // the list is cut: there may be 40
		{"[]", types.Null(types.Long), 0},
	} {
		list, got := m.origins([]types.Value{types.NewDynamic(test.list), test.count})
		if got != test.want || int64(len(list)) > got {
			t.Errorf("%s of %s are %d records, want %d", test.list, test.count, got, test.want)
		}
	}
}
