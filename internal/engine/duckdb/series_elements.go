package duckdb

import (
	"math"
	"slices"
	"strconv"

	"github.com/conshelf/conshelf/internal/compute/series"
)

// An operation computes one element from two.
type operation struct {
	name  string
	longs func(x, y int64) int64     // nil: longs are reals
	reals func(x, y float64) float64 // nil: a comparison
	holds func(c int) bool           // of a comparison whose outcome is -1, 0 or 1
}

func operations() []operation {
	return []operation{
		{name: "add", longs: func(x, y int64) int64 { return x + y }, reals: func(x, y float64) float64 { return x + y }},
		{name: "subtract", longs: func(x, y int64) int64 { return x - y }, reals: func(x, y float64) float64 { return x - y }},
		{name: "multiply", longs: func(x, y int64) int64 { return x * y }, reals: func(x, y float64) float64 { return x * y }},
		{name: "divide", reals: func(x, y float64) float64 { return x / y }},
		{name: "pow", reals: math.Pow},
		{name: "equals", holds: func(c int) bool { return c == 0 }},
		{name: "not_equals", holds: func(c int) bool { return c != 0 }},
		{name: "greater", holds: func(c int) bool { return c > 0 }},
		{name: "greater_equals", holds: func(c int) bool { return c >= 0 }},
		{name: "less", holds: func(c int) bool { return c < 0 }},
		{name: "less_equals", holds: func(c int) bool { return c <= 0 }},
	}
}

// elementFunctions are those of two series, element by element. An element
// that is no number, or that one series lacks, gives null; one number stands
// for a series of it.
func elementFunctions() []function {
	list := make([]function, 0, 11)
	for _, op := range operations() {
		list = append(list, function{name: "kql_series_" + op.name, signature: "ss:s", eval: func(r *row, out *result) {
			x, y := r.json(0), r.json(1)
			if isNumber(x) && isNumber(y) {
				uncertain("series_"+op.name, series.Uncertain("neither of the two is a series"))
			}
			if isArray(x) && isNumber(y) {
				y = repeated(y, len(elements(x)))
			} else if isArray(y) && isNumber(x) {
				x = repeated(x, len(elements(y)))
			}
			if isArray(x) && isArray(y) {
				out.text(joinArray(op.all(elements(x), elements(y))))
			}
		}})
	}
	return list
}

func (op operation) all(x, y []string) []string {
	list := slices.Repeat([]string{"null"}, max(len(x), len(y)))
	for i := range min(len(x), len(y)) {
		if isNumber(x[i]) && isNumber(y[i]) {
			list[i] = op.one(x[i], y[i])
		}
	}
	return list
}

func (op operation) one(x, y string) string {
	if op.holds != nil {
		return strconv.FormatBool(op.holds(compareNumbers(x, y)))
	}
	if op.longs != nil {
		a, errA := strconv.ParseInt(x, 10, 64)
		b, errB := strconv.ParseInt(y, 10, 64)
		if errA == nil && errB == nil {
			return strconv.FormatInt(op.longs(a, b), 10)
		}
	}
	a, _ := number(x)
	b, _ := number(y)
	return realJSON(op.reals(a, b))
}

// mappedFunctions are those of one series, element by element. An element that
// is no number gives null.
func mappedFunctions() []function {
	list := []function{mapped("abs", absoluteJSON)}
	for _, f := range []struct {
		name string
		of   func(float64) float64
	}{
		{"ceiling", math.Ceil},
		{"floor", math.Floor},
		{"exp", math.Exp},
		{"log", math.Log},
		{"sign", signOf},
		{"sin", math.Sin},
		{"cos", math.Cos},
		{"tan", math.Tan},
		{"asin", math.Asin},
		{"acos", math.Acos},
		{"atan", math.Atan},
	} {
		list = append(list, mapped(f.name, func(json string) string {
			v, _ := number(json)
			return realJSON(f.of(v))
		}))
	}
	return list
}

func mapped(name string, of func(json string) string) function {
	return function{name: "kql_series_" + name, signature: "s:s", eval: func(r *row, out *result) {
		if !isArray(r.json(0)) {
			return
		}
		list := elements(r.json(0))
		for i, e := range list {
			if isNumber(e) {
				list[i] = of(e)
			} else {
				list[i] = "null"
			}
		}
		out.text(joinArray(list))
	}}
}

// absoluteJSON keeps a long a long.
func absoluteJSON(json string) string {
	if n, err := strconv.ParseInt(json, 10, 64); err == nil {
		return strconv.FormatInt(max(n, -n), 10)
	}
	v, _ := number(json)
	return realJSON(math.Abs(v))
}

func signOf(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// seriesFillLinear takes the series, the value that marks a gap or null,
// whether the ends are filled, and what fills a series of gaps alone.
func seriesFillLinear(r *row, out *result) {
	if !isArray(r.json(0)) {
		return
	}
	list := elements(r.json(0))
	known := make([]int, 0, len(list))
	for i, e := range list {
		if !equalJSON(e, r.json(1)) && e != "null" {
			known = append(known, i)
		}
	}
	if len(known) == 0 {
		out.text(joinArray(slices.Repeat([]string{r.json(3)}, len(list))))
		return
	}
	for k := 1; k < len(known); k++ {
		interpolate(list, known[k-1], known[k])
	}
	if r.bool(2) {
		for i := range list[:known[0]] {
			list[i] = list[known[0]]
		}
		last := known[len(known)-1]
		for i := last + 1; i < len(list); i++ {
			list[i] = list[last]
		}
	}
	out.text(joinArray(list))
}

// interpolate fills what lies between two values with the line between them.
func interpolate(list []string, from, to int) {
	if to == from+1 {
		return
	}
	low, okLow := number(list[from])
	high, okHigh := number(list[to])
	if !okLow || !okHigh {
		uncertain("series_fill_linear", series.Uncertain("an element of the series is no number"))
	}
	whole := wholeNumbers(list[from]) && wholeNumbers(list[to])
	for i := from + 1; i < to; i++ {
		v := low + (high-low)*float64(i-from)/float64(to-from)
		switch {
		case !whole:
			list[i] = realJSON(v)
		case v == math.Trunc(v):
			list[i] = strconv.FormatInt(int64(v), 10)
		default:
			uncertain("series_fill_linear", series.Uncertain("how Kusto rounds between two whole numbers is not documented: make the series one of reals"))
		}
	}
}
