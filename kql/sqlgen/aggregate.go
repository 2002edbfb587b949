package sqlgen

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// maxList is how many values make_list and its kin keep.
const maxList = 1 << 20

// An aggregateCall is an aggregate that is being written.
type aggregateCall struct {
	in   relation
	call *plan.AggCall
	args []plan.Expr // without the condition of sumif and its kin
	// conditions limit the rows that count.
	conditions []string
}

func (a aggregateCall) arg(g *generator, i int) string { return g.expr(a.in.cols, a.args[i]) }

func (a aggregateCall) filter(more ...string) string {
	conditions := append(slices.Clone(a.conditions), more...)
	if len(conditions) == 0 {
		return ""
	}
	return " FILTER (WHERE " + strings.Join(conditions, " AND ") + ")"
}

// limit is the number of values to keep, argument 1 or Kusto's own.
func (a aggregateCall) limit(g *generator) string {
	const i = 1
	if i >= len(a.args) {
		return literalLong(maxList)
	}
	if c, ok := a.args[i].(*plan.Const); ok && c.Value.Valid {
		return literalLong(min(max(c.Value.Int, 0), maxList))
	}
	return g.refuse(a.call.Func, "the number of values to keep is not a constant", "", a.call.Span)
}

// aggregate groups rows. The result is ordered by the keys.
func (g *generator) aggregate(r *plan.Aggregate) relation {
	in := g.lighten(g.rel(r.Input), plan.Exprs(r)...)
	if g.steps != nil {
		in, r = g.beforeAggregate(r, in)
	}
	in = g.atSteps(in)
	defer g.inStep(in)()
	in, r = g.withoutSteps(in, r)
	keyTexts := make([]string, len(r.Keys))
	for i, k := range r.Keys {
		if k.Expr.Type() == types.Dynamic {
			g.refuse("grouping by a dynamic value", "it has no equality", "convert it with tostring(…)", k.Expr.Span())
		}
		keyTexts[i] = g.expr(in.cols, k.Expr)
	}
	picks := picksOf(r.Aggs)
	if g.latePicks(r, in, picks) {
		return g.lateAggregate(r, in, keyTexts, picks)
	}
	if len(r.Keys) > 0 && len(picks) == 1 && len(picks[0].aggs) == len(r.Aggs) {
		return g.pickRows(r, in, keyTexts, picks[0])
	}
	if g.setOnly(r, in) {
		return g.setOfDistinct(r, in, keyTexts)
	}
	in = g.orderAggregates(in, r.Aggs)
	in, numbers := g.numberPicks(in, keyTexts, picks)
	in, conditions := g.everyGroup(r, in)
	texts := keyTexts
	for i, agg := range r.Aggs {
		texts = append(texts, g.aggregateText(in, agg.Call, numbers[i], conditions))
	}
	return g.grouped(r, in, texts)
}

// grouped writes the SELECT of an aggregate.
func (g *generator) grouped(r *plan.Aggregate, in relation, texts []string) relation {
	s := selectAs(r.Columns(), texts)
	var by []string
	for i := range r.Keys {
		by = append(by, strconv.Itoa(i+1))
		s.out.order = append(s.out.order, ascending(s.out.cols[i]))
	}
	if in.group != "" {
		s.out.group = s.hide(in.group, "$group")
		by = append(by, strconv.Itoa(len(s.items)))
	}
	rest := "\n  FROM " + in.name
	if len(by) > 0 {
		rest += "\n  GROUP BY " + strings.Join(by, ", ")
	} else if r.Grouped {
		rest += "\n  HAVING count(*) > 0"
	}
	return s.finish(g, rest)
}

// everyGroup makes sure, inside mv-apply, that an aggregate without keys gives
// a row for each group that had rows, even if none is left: it adds to in a
// row for such a group, and a condition that keeps it out of the aggregates.
func (g *generator) everyGroup(r *plan.Aggregate, in relation) (relation, []string) {
	if in.group == "" || len(r.Keys) > 0 || r.Grouped {
		return in, nil
	}
	given := g.groups()
	name := g.cte(fmt.Sprintf("SELECT g.g AS \"$every\", i.* FROM %s AS g LEFT JOIN %s AS i ON g.g = i.%s", given, in.name, in.group))
	present := in.group + " IS NOT NULL"
	in.name, in.group = name, `"$every"`
	return in, []string{present}
}

// A pick is a row that is chosen from each group: the one that arg_max finds,
// or the first.
type pick struct {
	function string
	by       plan.Expr
	aggs     []int
}

// picksOf returns the picks of a list of aggregates, those of one row together.
func picksOf(aggs []plan.Agg) []pick {
	var list []pick
	for i, a := range aggs {
		switch a.Call.Func {
		case "arg_max", "arg_min", "take_any":
		default:
			continue
		}
		at := slices.IndexFunc(list, func(p pick) bool { return p.function == a.Call.Func && p.by == a.Call.By })
		if at < 0 {
			list = append(list, pick{function: a.Call.Func, by: a.Call.By})
			at = len(list) - 1
		}
		list[at].aggs = append(list[at].aggs, i)
	}
	// A single take_any looks for a value that is not null, not for a row.
	return slices.DeleteFunc(list, func(p pick) bool { return p.function == "take_any" && len(p.aggs) == 1 })
}

// number writes the place of a row in its group, 1 for the one to pick.
func (g *generator) number(in relation, keys []string, p pick) string {
	window := in
	if p.by != nil {
		by := orderKey{column: g.rankable(in.cols, p.by), desc: p.function == "arg_max"}
		window.order = append([]orderKey{by}, in.order...)
	}
	return "row_number() " + window.over(keys...)
}

// pickRows writes an aggregate that only picks rows.
func (g *generator) pickRows(r *plan.Aggregate, in relation, keyTexts []string, p pick) relation {
	texts := keyTexts
	for _, agg := range r.Aggs {
		texts = append(texts, g.expr(in.cols, agg.Call.Args[0]))
	}
	chosen, added := g.extend(in, []string{g.number(in, keyTexts, p)}, "$place")
	s := selectAs(r.Columns(), texts)
	for i := range r.Keys {
		s.out.order = append(s.out.order, ascending(s.out.cols[i]))
	}
	if in.group != "" {
		s.out.group = s.hide(in.group, "$group")
	}
	return s.finish(g, "\n  FROM "+chosen.name+"\n  WHERE "+added[0]+" = 1")
}

// numberPicks adds a hidden column for each pick, and returns for each
// aggregate the one that it looks at, or ”.
func (g *generator) numberPicks(in relation, keyTexts []string, picks []pick) (relation, map[int]string) {
	columns := map[int]string{}
	if len(picks) == 0 {
		return in, columns
	}
	numbers := make([]string, len(picks))
	for i, p := range picks {
		numbers[i] = g.number(in, keyTexts, p)
	}
	in, added := g.extend(in, numbers, "$place")
	for i, p := range picks {
		for _, a := range p.aggs {
			columns[a] = added[i]
		}
	}
	return in, columns
}

// orderAggregates gives the rows an order of longs if an aggregate needs one.
func (g *generator) orderAggregates(in relation, aggs []plan.Agg) relation {
	for _, a := range aggs {
		if strings.HasPrefix(a.Call.Func, "make_set") {
			in, _ = g.places(in)
		}
	}
	return in
}

func (g *generator) aggregateText(in relation, call *plan.AggCall, place string, conditions []string) string {
	a := aggregateCall{in: in, call: call, args: call.Args, conditions: conditions}
	if place != "" {
		a.conditions = append(slices.Clone(conditions), place+" = 1")
		return notNull("any_value("+a.arg(g, 0)+")"+a.filter(), call.Type)
	}
	if reason, ok := g.dialect.refused[call.Func]; ok {
		return g.refuse(call.Func, reason, "", call.Span)
	}
	form, ok := g.dialect.aggregates[call.Func]
	if !ok {
		return g.refuse(call.Func, "it has no form in "+g.dialect.Name, "", call.Span)
	}
	return form(g, a)
}

// notNull makes a string ” where SQL has NULL.
func notNull(text string, t types.Scalar) string {
	if t == types.String {
		return "coalesce(" + text + ", '')"
	}
	return text
}
