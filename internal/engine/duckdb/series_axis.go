package duckdb

// #include "functions.h"
import "C"

import (
	"github.com/conshelf/conshelf/kql/types"
)

// axisFunctions lists the axis of a series.
func axisFunctions() []function {
	return []function{{name: "kql_series_axis", signature: "llls:s", eval: seriesAxis}}
}

// An axis is where the bins of a series are, and how that is written.
type axis struct {
	low, high, step int64
	kind            string
	text            string
}

// seriesAxis lists the starts of the bins from argument 0 to argument 1, by
// steps of argument 2, as values of the type in argument 3. Neighbours have
// most often the same axis.
func seriesAxis(r *row, out *result) {
	if r.anyNull() {
		return
	}
	known, ok := r.memo.(*axis)
	a := axis{low: r.long(0), high: r.long(1), step: r.long(2), kind: r.text(3)}
	if !ok || known.low != a.low || known.high != a.high || known.step != a.step || known.kind != a.kind {
		if a.length() > maxRange {
			uncertain("make-series", errLongArray)
		}
		a.text = a.list()
		known = &a
		r.memo = known
	}
	out.text(known.text)
}

func (a axis) list() string {
	b := []byte{'['}
	for i := range a.length() {
		if i > 0 {
			b = append(b, ',')
		}
		v := types.Value{Type: axisType(a.kind), Valid: true, Int: a.low + i*a.step}
		b = v.AppendJSON(b)
	}
	return string(append(b, ']'))
}

// length returns how many bins there are.
func (a axis) length() int64 {
	if a.high < a.low || a.step <= 0 {
		return 0
	}
	steps := (uint64(a.high) - uint64(a.low)) / uint64(a.step)
	return int64(min(steps, maxRange)) + 1
}

func axisType(kind string) types.Scalar {
	for _, t := range []types.Scalar{types.DateTime, types.TimeSpan} {
		if kind == t.String() {
			return t
		}
	}
	return types.Long
}
