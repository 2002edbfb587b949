package sqlgen

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// sketchForms are the functions of what hll and tdigest give.
func sketchForms() map[string]callForm {
	return map[string]callForm{
		"hll_merge":     fn("kql_hll_merge"),
		"dcount_hll":    fn("kql_hll_count"),
		"merge_tdigest": fn("kql_tdigest_merge"),
		"percentile_tdigest": func(g *generator, s scope, c *plan.Call) string {
			return "kql_tdigest_percentile(" + g.expr(s, c.Args[0]) + ", " + g.ranks(c.Func, c.Args[1:], c) + ")"
		},
		"percentiles_array_tdigest": func(g *generator, s scope, c *plan.Call) string {
			return "kql_tdigest_percentiles(" + g.expr(s, c.Args[0]) + ", " + g.ranks(c.Func, c.Args[1:], c) + ")"
		},
		"rank_tdigest":        rankForm("kql_tdigest_rank(%s, %s, false)"),
		"percentrank_tdigest": rankForm("kql_tdigest_rank(%s, %s, true)"),
	}
}

func rankForm(pattern string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		if !g.weighable(c.Func, c.Args[1]) {
			return "NULL"
		}
		pattern := strings.Replace(pattern, "%s", g.expr(s, c.Args[0]), 1)
		return strings.Replace(pattern, "%s", g.dynamic(s, c.Args[1]), 1)
	}
}

// sketchAggregates are the aggregates that give a sketch, and those that take
// values by what they weigh.
func sketchAggregates() map[string]aggregateForm {
	return map[string]aggregateForm{
		"hll": func(g *generator, a aggregateCall) string {
			x := g.dynamic(a.in.cols, a.args[0])
			return "kql_hll(list(DISTINCT " + x + ")" + a.filter(x+" IS NOT NULL") + ")"
		},
		"hll_merge": func(g *generator, a aggregateCall) string {
			return "kql_hll_merge_all(list(" + a.arg(g, 0) + ")" + a.filter(a.arg(g, 0)+" IS NOT NULL") + ")"
		},
		"tdigest": func(g *generator, a aggregateCall) string { return "kql_tdigest(" + g.weighed(a, 1) + ")" },
		"tdigest_merge": func(g *generator, a aggregateCall) string {
			return "kql_tdigest_merge_all(list(" + a.arg(g, 0) + ")" + a.filter(a.arg(g, 0)+" IS NOT NULL") + ")"
		},
		"percentilew": func(g *generator, a aggregateCall) string {
			value := "kql_percentile_weighted(" + g.weighedBy(a, 1, a.arg(g, 0)) + ", " + g.ranks(a.call.Func, a.args[2:], nil) + ")"
			return "CAST(" + value + " AS " + sqlType(a.call.Type) + ")"
		},
		"percentiles_array": func(g *generator, a aggregateCall) string {
			return "kql_percentiles(" + g.weighed(a, len(a.args)) + ", " + g.ranks(a.call.Func, a.args[1:], nil) + ")"
		},
		"percentilesw_array": func(g *generator, a aggregateCall) string {
			return "kql_percentiles(" + g.weighed(a, 1) + ", " + g.ranks(a.call.Func, a.args[2:], nil) + ")"
		},
	}
}

// weighed writes the list of the values of the first argument as JSON, each
// behind its weight, argument at; without that argument each weighs 1.
func (g *generator) weighed(a aggregateCall, at int) string {
	if !g.weighable(a.call.Func, a.args[0]) {
		return "NULL"
	}
	return g.weighedBy(a, at, g.dynamic(a.in.cols, a.args[0]))
}

func (g *generator) weighedBy(a aggregateCall, at int, value string) string {
	if !g.weighable(a.call.Func, a.args[0]) {
		return "NULL"
	}
	x := a.arg(g, 0)
	conditions := []string{x + " IS NOT NULL"}
	if a.args[0].Type() == types.Real {
		conditions = append(conditions, "isfinite("+x+")")
	}
	weight := "'1'"
	if at < len(a.args) {
		weight = "CAST(" + a.arg(g, at) + " AS VARCHAR)"
		conditions = append(conditions, a.arg(g, at)+" > 0")
	}
	return "list(" + weight + " || ' ' || " + value + ")" + a.filter(conditions...)
}

// weighable refuses a value that has no order as JSON.
func (g *generator) weighable(function string, e plan.Expr) bool {
	switch e.Type() {
	case types.Int, types.Long, types.Real, types.DateTime:
		return true
	case types.TimeSpan:
		if function == "percentilew" {
			return true
		}
	case types.Unknown, types.Bool, types.Decimal, types.String, types.GUID, types.Dynamic:
	}
	g.refuse(function+" of a "+e.Type().String(), "it has no order here", "convert it with tolong(…) or toreal(…)", e.Span())
	return false
}

// ranks writes the percentages that arguments give, separated by spaces.
func (g *generator) ranks(function string, args []plan.Expr, call *plan.Call) string {
	var list []string
	for _, a := range args {
		values, ok := ranksOf(a)
		if !ok {
			at := a.Span()
			if call != nil {
				at = call.At
			}
			return g.refuse(function, "a rank is not a constant from 0 to 100", "", at)
		}
		list = append(list, values...)
	}
	return g.literalText(strings.Join(list, " "))
}

// ranksOf returns the percentages of a constant number, or of a constant array
// of numbers.
func ranksOf(e plan.Expr) ([]string, bool) {
	c, ok := e.(*plan.Const)
	if !ok || !c.Value.Valid {
		return nil, false
	}
	var values []float64
	switch c.Value.Type {
	case types.Real:
		values = []float64{c.Value.Float}
	case types.Dynamic:
		if err := json.Unmarshal([]byte(c.Value.Text), &values); err != nil {
			return nil, false
		}
	case types.Unknown, types.Bool, types.Int, types.Long, types.Decimal, types.String, types.DateTime, types.TimeSpan, types.GUID:
		return nil, false
	}
	list := make([]string, len(values))
	for i, v := range values {
		if !(v >= 0 && v <= 100) {
			return nil, false
		}
		list[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return list, true
}
