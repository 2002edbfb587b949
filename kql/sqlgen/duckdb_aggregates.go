package sqlgen

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// aggregateForms are the aggregates, those with a condition too: they are the
// plain ones over the rows that meet it.
func aggregateForms() map[string]aggregateForm {
	forms := map[string]aggregateForm{
		"count": func(_ *generator, a aggregateCall) string { return "count(*)" + a.filter() },
		"countif": func(g *generator, a aggregateCall) string {
			return "count(*)" + a.filter(g.condition(a.in.cols, a.args[0]))
		},
		"sum":            sumForm,
		"avg":            avgForm,
		"min":            minForm,
		"max":            maxForm,
		"dcount":         countDistinct,
		"count_distinct": countDistinct,
		"make_list":      makeList,
		"make_list_with_nulls": func(g *generator, a aggregateCall) string {
			return listOf(g, a, true, literalLong(maxList))
		},
		"make_set": makeSet,
		"make_bag": func(g *generator, a aggregateCall) string {
			return fmt.Sprintf("kql_make_bag(list(%s%s)%s, %s)", a.arg(g, 0), orderBy(a.in.order, " "), a.filter(a.arg(g, 0)+" IS NOT NULL"), a.limit(g))
		},
		"take_any":       takeAny,
		"percentile":     percentile,
		"stdev":          spreadOf("stddev_samp"),
		"stdevp":         spreadOf("stddev_pop"),
		"variance":       spreadOf("var_samp"),
		"variancep":      spreadOf("var_pop"),
		"covariance":     zeroOf("covar_samp"),
		"covariancep":    zeroOf("covar_pop"),
		"binary_all_and": plainAggregate("bit_and"), "binary_all_or": plainAggregate("bit_or"), "binary_all_xor": plainAggregate("bit_xor"),
		plan.OriginsFunc: func(g *generator, a aggregateCall) string {
			return "kql_origin_sets(" + a.arg(g, 0) + ", " + a.arg(g, 1) + ")" + a.filter()
		},
	}
	for name, base := range map[string]string{
		"sumif": "sum", "avgif": "avg", "minif": "min", "maxif": "max", "dcountif": "dcount", "count_distinctif": "count_distinct",
		"make_list_if": "make_list", "make_set_if": "make_set", "make_bag_if": "make_bag", "take_anyif": "take_any",
		"stdevif": "stdev", "stdevpif": "stdevp", "varianceif": "variance", "variancepif": "variancep",
	} {
		forms[name] = conditional(forms[base], 1)
	}
	forms["covarianceif"] = conditional(forms["covariance"], 2)
	forms["covariancepif"] = conditional(forms["covariancep"], 2)
	for name, form := range sketchAggregates() {
		forms[name] = form
	}
	forms["hll_if"] = conditional(forms["hll"], 1)
	// A pick of a row: see pickRows.
	forms["arg_max"], forms["arg_min"] = takeAny, takeAny
	return forms
}

// conditional takes argument at as the condition of the rows that count.
func conditional(form aggregateForm, at int) aggregateForm {
	return func(g *generator, a aggregateCall) string {
		condition := g.condition(a.in.cols, a.args[at])
		a.args = append(append([]plan.Expr(nil), a.args[:at]...), a.args[at+1:]...)
		a.conditions = append(append([]string(nil), a.conditions...), condition)
		return form(g, a)
	}
}

func plainAggregate(function string) aggregateForm {
	return func(g *generator, a aggregateCall) string { return function + "(" + a.arg(g, 0) + ")" + a.filter() }
}

// zeroOf is an aggregate of reals that is 0 where SQL has NULL.
func zeroOf(function string) aggregateForm {
	return func(g *generator, a aggregateCall) string {
		args := g.exprs(a.in.cols, a.args)
		return "coalesce(" + function + "(" + strings.Join(args, ", ") + ")" + a.filter() + ", 0)"
	}
}

// spreadOf is an aggregate of reals that are finite. With one that is not it is
// NaN, where DuckDB fails.
func spreadOf(function string) aggregateForm {
	return func(g *generator, a aggregateCall) string {
		x, filter := a.arg(g, 0), a.filter()
		return fmt.Sprintf("CASE WHEN bool_or(NOT isfinite(%[1]s))%[2]s THEN CAST('NaN' AS DOUBLE) ELSE coalesce(%[3]s(CASE WHEN isfinite(%[1]s) THEN %[1]s END)%[2]s, 0) END",
			x, filter, function)
	}
}

func sumForm(g *generator, a aggregateCall) string {
	sum := "sum(" + a.arg(g, 0) + ")" + a.filter()
	switch a.call.Type {
	case types.Long, types.TimeSpan:
		return "coalesce(kql_wrap(CAST(" + sum + " AS HUGEINT)), 0)"
	case types.Real:
		return "coalesce(" + sum + ", 0)"
	case types.Decimal:
		return decimalSum(g, a)
	case types.Unknown, types.Bool, types.Int, types.String, types.DateTime, types.GUID, types.Dynamic:
	}
	return g.refuse(a.call.Func+" of a "+a.call.Type.String(), "it has no exact form here", "convert with toreal(…)", a.call.Span)
}

func avgForm(g *generator, a aggregateCall) string {
	x := a.arg(g, 0)
	switch a.call.Type {
	case types.Real:
		return "coalesce(avg(" + x + ")" + a.filter() + ", CAST('NaN' AS DOUBLE))"
	case types.DateTime, types.TimeSpan:
		return "kql_wrap(CAST(sum(" + x + ")" + a.filter() + " // count(" + x + ")" + a.filter() + " AS HUGEINT))"
	case types.Unknown, types.Bool, types.Int, types.Long, types.Decimal, types.String, types.GUID, types.Dynamic:
	}
	return g.refuse(a.call.Func+" of a "+a.call.Type.String(), "it has no exact form here", "convert with toreal(…)", a.call.Span)
}

func (g *generator) unordered(a aggregateCall) bool {
	switch a.call.Type {
	case types.Dynamic, types.GUID:
		g.refuse(a.call.Func+" of a "+a.call.Type.String(), "it has no order here", "convert it to the type it has", a.call.Span)
		return true
	case types.Unknown, types.Bool, types.Int, types.Long, types.Real, types.Decimal, types.String, types.DateTime, types.TimeSpan:
	}
	return false
}

func minForm(g *generator, a aggregateCall) string {
	if g.unordered(a) {
		return "NULL"
	}
	if a.call.Type == types.Decimal {
		return decimalExtreme(g, a, "arg_min")
	}
	x := a.arg(g, 0)
	least := notNull("min("+x+")"+a.filter(), a.call.Type)
	if a.call.Type == types.Real {
		return "CASE WHEN bool_or(isnan(" + x + "))" + a.filter() + " THEN CAST('NaN' AS DOUBLE) ELSE " + least + " END"
	}
	return least
}

func maxForm(g *generator, a aggregateCall) string {
	if g.unordered(a) {
		return "NULL"
	}
	if a.call.Type == types.Decimal {
		return decimalExtreme(g, a, "arg_max")
	}
	return notNull("max("+a.arg(g, 0)+")"+a.filter(), a.call.Type)
}

func countDistinct(g *generator, a aggregateCall) string {
	if a.call.Func != "count_distinct" || len(a.args) == 1 {
		return "count(DISTINCT " + a.arg(g, 0) + ")" + a.filter()
	}
	return "count(DISTINCT (" + strings.Join(g.exprs(a.in.cols, a.args), ", ") + "))" + a.filter()
}

// makeList keeps dynamic nulls, and no other. An array adds its elements.
func makeList(g *generator, a aggregateCall) string {
	return listOf(g, a, a.args[0].Type() == types.Dynamic, a.limit(g))
}

func listOf(g *generator, a aggregateCall, nulls bool, limit string) string {
	x := g.dynamic(a.in.cols, a.args[0])
	filter := a.filter()
	if !nulls && nullable(a.args[0]) {
		filter = a.filter(a.arg(g, 0) + " IS NOT NULL")
	}
	function := "kql_array"
	if a.args[0].Type() == types.Dynamic {
		function = "kql_array_of"
	}
	return fmt.Sprintf("%s(list(%s%s)%s, %s)", function, x, orderBy(a.in.order, " "), filter, limit)
}

// makeSet keeps what is first seen first. An array adds its elements.
func makeSet(g *generator, a aggregateCall) string {
	_, places := g.places(a.in) // aggregate has ordered the rows so
	function, x := a.set(g)
	return fmt.Sprintf("%s(%s, %s, %s, %s)%s", function, x, places[0], places[1], a.limit(g), a.filter())
}

// takeAny takes the first value that is neither null nor empty.
func takeAny(g *generator, a aggregateCall) string {
	x := a.arg(g, 0)
	if a.args[0].Type() == types.String {
		x = "nullif(" + x + ", '')"
	}
	return notNull("any_value("+x+orderBy(a.in.order, " ")+")"+a.filter(), a.call.Type)
}

func percentile(g *generator, a aggregateCall) string {
	rank, ok := a.args[1].(*plan.Const)
	if !ok || !(rank.Value.Float >= 0 && rank.Value.Float <= 100) {
		return g.refuse("percentile", "its rank is not a constant from 0 to 100", "", a.call.Span)
	}
	if a.call.Type == types.Decimal {
		return g.refuse("percentile of a decimal", "it is kept as text", "convert it with toreal(…)", a.call.Span)
	}
	return "quantile_disc(" + a.arg(g, 0) + ", " + literalReal(rank.Value.Float/100) + ")" + a.filter()
}
