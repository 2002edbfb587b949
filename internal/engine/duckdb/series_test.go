package duckdb_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/sqlgen"
	"github.com/conshelf/conshelf/kql/types"
)

// A series for which Kusto's answer is not known refuses the query, and says
// why: it is neither a failure nor a null.
func TestUncertainSeries(t *testing.T) {
	e := open(t, t.TempDir())
	for query, reason := range map[string]string{
		`print series_sum(dynamic([1, null]))`:                                                                          "fill the gaps",
		`print series_outliers(dynamic([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]))`:                                          "nearly all others are equal",
		`print x = dynamic([1, 5, 2, 4, 3, 5, 1, 4, 2, 5]) | extend series_decompose_anomalies(x, 1.5, -1, 'straight')`: "there is no trend",
		`print x = dynamic([1, 2, 3, 4, 5, 6]) | extend series_fit_2lines(x) | project series_fit_2lines_x_line_fit`:    "several are as good",
		`print x = dynamic([0, 1, 2, 3, 10, 8, 6, 4]) | extend series_fit_2lines(x)`:                                    "split_idx",
		`print series_fill_linear(dynamic([1, null, 2]))`:                                                               "rounds",
		`print repeat(1, 1048577)`: "more than 1048576",
		`range x from 1 to 2 step 1 | make-series count() on x from 0 to 1048577 step 1`:                 "more than 1048576",
		`range x from 1 to 2 step 1 | make-series count() on x from 0 to 10000000000000 step 1 by k = x`: "more than 1048576",
		`print y = dynamic([1, 2, 3, 1, 2, 3]) | extend series_periods_detect(y, 2.0, 3.0, 1)`:           "scores a period",
	} {
		q, list := kql.Compile(query, kql.Options{Now: 638_000_000_000_000_000})
		if q == nil {
			t.Errorf("%s: %s", query, list.Format("query", query))
			continue
		}
		err := e.Query(t.Context(), q, func([]types.Value) error { return nil })
		var refused *sqlgen.UnsupportedError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v, want a refusal with %q", query, err, reason)
		}
	}
}
