package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// makeSeries writes make-series: the rows grouped by key and bin, then for
// each key every bin in order, with the default where there is no row. The end
// does not belong to the series.
func (g *generator) makeSeries(r *plan.MakeSeries) relation {
	in := g.atSteps(g.rel(r.Input))
	if in.group != "" {
		g.refuse("make-series inside mv-apply", "it has no form here", "", r.Axis.Expr.Span())
	}
	bins, keyColumns := g.seriesBins(r, in)
	grouped, values := g.seriesGroups(r, bins, keyColumns)
	if sqlType, _ := seriesAxis(r); sqlType == "BIGINT" && len(r.Keys) > 0 {
		return g.seriesOfKeys(r, grouped, values)
	}
	return g.seriesArrays(r, grouped, values)
}

// seriesOfKeys lists every bin of each key by an aggregate that knows the
// bins: there is no row for each of them.
func (g *generator) seriesOfKeys(r *plan.MakeSeries, grouped string, values []string) relation {
	bound := func(e plan.Expr) string {
		if e == nil {
			return "CAST(NULL AS BIGINT)"
		}
		return "CAST(" + g.expr(nil, e) + " AS BIGINT)"
	}
	frame := bound(r.From) + ", " + bound(r.To) + ", " + bound(r.Step)
	var texts, by []string
	for i := range r.Keys {
		texts = append(texts, fmt.Sprintf("k%d", i+1))
		by = append(by, fmt.Sprintf("k%d", i+1))
	}
	for i, v := range values {
		texts = append(texts, fmt.Sprintf("kql_series(%s, k0, %s, %s)", v, frame, g.dynamic(nil, r.Aggs[i].Default)))
	}
	first, last := "min(k0)", "max(k0)"
	if r.From != nil {
		first = bound(r.From)
	}
	if r.To != nil {
		last = bound(r.To) + " - 1"
	}
	texts = append(texts, fmt.Sprintf("kql_series_axis(%s, %s, %s, '%s')", first, last, bound(r.Step), axisType(r)))
	s := selectAs(r.Cols, texts)
	for i := range r.Keys {
		s.out.order = append(s.out.order, ascending(s.out.cols[i]))
	}
	return s.finish(g, " FROM "+grouped+" WHERE k0 IS NOT NULL GROUP BY "+strings.Join(by, ", "))
}

// seriesAxis tells how the axis counts: in longs, or in reals.
func seriesAxis(r *plan.MakeSeries) (sqlType, bin string) {
	if r.Axis.Expr.Type() == types.Real {
		return "DOUBLE", "kql_bin_real"
	}
	return "BIGINT", "kql_bin"
}

// seriesBins computes the keys and the bin of each row. Bins count from the
// start, or are multiples of the step if none is given.
func (g *generator) seriesBins(r *plan.MakeSeries, in relation) (relation, []string) {
	_, bin := seriesAxis(r)
	axis, step := g.expr(in.cols, r.Axis.Expr), g.expr(nil, r.Step)
	start := bin + "(" + axis + ", " + step + ")"
	conditions := []string{axis + " IS NOT NULL"}
	if r.From != nil {
		from := g.expr(nil, r.From)
		start = fmt.Sprintf("(%s + %s(%s - %s, %s))", from, bin, axis, from, step)
		conditions = append(conditions, axis+" >= "+from)
	}
	if r.To != nil {
		conditions = append(conditions, axis+" < "+g.expr(nil, r.To))
	}
	expressions := []string{start}
	for _, k := range r.Keys {
		if k.Expr.Type() == types.Dynamic {
			g.refuse("grouping by a dynamic value", "it has no equality", "convert it with tostring(…)", k.Expr.Span())
		}
		expressions = append(expressions, g.expr(in.cols, k.Expr))
	}
	out, added := g.extend(in, expressions, "$bin")
	out.name = g.cte("SELECT * FROM " + out.name + " WHERE " + strings.Join(conditions, " AND "))
	return out, added
}

// seriesGroups aggregates by key and bin. The first column is the bin.
func (g *generator) seriesGroups(r *plan.MakeSeries, bins relation, keyColumns []string) (string, []string) {
	items := make([]string, 0, len(keyColumns)+len(r.Aggs))
	var by, values []string
	for i, c := range keyColumns {
		items = append(items, fmt.Sprintf("%s AS k%d", c, i))
		by = append(by, fmt.Sprint(i+1))
	}
	for i, a := range r.Aggs {
		bins = g.orderAggregates(bins, []plan.Agg{{Call: a.Call}})
		items = append(items, fmt.Sprintf("%s AS v%d", g.dynamicAggregate(bins, a.Call), i))
		values = append(values, fmt.Sprintf("v%d", i))
	}
	return g.cte("SELECT " + strings.Join(items, ", ") + " FROM " + bins.name + " GROUP BY " + strings.Join(by, ", ")), values
}

// dynamicAggregate writes an aggregate as an element of a series.
func (g *generator) dynamicAggregate(in relation, call *plan.AggCall) string {
	return g.dynamic(scope{g.aggregateText(in, call, "", nil)}, &plan.Col{T: call.Type, At: call.Span})
}

// seriesArrays lists every bin of each key.
func (g *generator) seriesArrays(r *plan.MakeSeries, grouped string, values []string) relation {
	keys := make([]string, len(r.Keys))
	for i := range keys {
		keys[i] = fmt.Sprintf("k%d", i+1)
	}
	rows := g.seriesRows(r, grouped, g.seriesSteps(r, grouped, keys), keys, values)
	texts := slices.Clone(keys)
	for _, v := range append(values, "x") {
		texts = append(texts, fmt.Sprintf("kql_series_bins(list(coalesce(%s, 'null') ORDER BY i))", v))
	}
	s := selectAs(r.Cols, texts)
	for i := range r.Keys {
		s.out.order = append(s.out.order, ascending(s.out.cols[i]))
	}
	rest := " HAVING count(*) > 0"
	if len(keys) > 0 {
		rest = " GROUP BY " + strings.Join(keys, ", ")
	}
	return s.finish(g, " FROM "+rows+rest)
}

// seriesSteps numbers the bins of each key, up to one more than a series has: from the start, or the first that
// has a row, to the end, or the last that has one. A series without rows has
// bins only if kind=nonempty asks for them, and start and end are given.
func (g *generator) seriesSteps(r *plan.MakeSeries, grouped string, keys []string) string {
	sqlType, _ := seriesAxis(r)
	low := "min(k0)"
	if r.From != nil {
		low = g.expr(nil, r.From)
	}
	items := append(slices.Clone(keys), "CAST("+low+" AS "+sqlType+") AS low", "max(k0) AS high")
	rest := " HAVING count(*) > 0"
	switch {
	case len(keys) > 0:
		rest = " GROUP BY " + strings.Join(keys, ", ")
	case r.NonEmpty && r.From != nil && r.To != nil:
		rest = ""
	}
	spans := g.cte("SELECT " + strings.Join(items, ", ") + " FROM " + grouped + rest)
	return g.cte("SELECT *, unnest(range(least(greatest(0, " + g.lastBin(r) + " + 1), 1048577))) AS i FROM " + spans)
}

// lastBin writes the number of the last bin, from 0.
func (g *generator) lastBin(r *plan.MakeSeries) string {
	sqlType, _ := seriesAxis(r)
	step := g.expr(nil, r.Step)
	switch {
	case r.To == nil && sqlType == "BIGINT":
		return "(high - low) // " + step
	case r.To == nil:
		return "CAST(round((high - low) / " + step + ") AS BIGINT)"
	case sqlType == "BIGINT":
		return "(" + g.expr(nil, r.To) + " - low - 1) // " + step
	}
	return "CAST(ceil((" + g.expr(nil, r.To) + " - low) / " + step + ") AS BIGINT) - 1"
}

// seriesRows puts what was aggregated into the bins; an empty one has the
// default.
func (g *generator) seriesRows(r *plan.MakeSeries, grouped, steps string, keys, values []string) string {
	bin := "(s.low + s.i * " + g.expr(nil, r.Step) + ")"
	var cells []string
	on := []string{"g.k0 = " + bin}
	for _, k := range keys {
		cells = append(cells, "s."+k)
		on = append(on, "g."+k+" IS NOT DISTINCT FROM s."+k)
	}
	for i, v := range values {
		cells = append(cells, fmt.Sprintf("CASE WHEN g.k0 IS NULL THEN %s ELSE g.%s END AS %s", g.dynamic(nil, r.Aggs[i].Default), v, v))
	}
	axis := g.dynamic(scope{bin}, &plan.Col{T: axisType(r), At: r.Axis.Expr.Span()})
	cells = append(cells, axis+" AS x", "s.i AS i")
	return g.cte("SELECT " + strings.Join(cells, ", ") + " FROM " + steps + " AS s LEFT JOIN " + grouped + " AS g ON " + strings.Join(on, " AND "))
}

func axisType(r *plan.MakeSeries) types.Scalar {
	if t := r.Axis.Expr.Type(); t != types.Int {
		return t
	}
	return types.Long
}
