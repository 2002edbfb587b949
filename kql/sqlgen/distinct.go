package sqlgen

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A set of many rows and few values is formed in two steps: the database finds
// the distinct values of each group, with the place where each is first seen,
// and the sets are then made of those.

// setOnly tells whether r makes one set of each group, and nothing else, of
// rows that are ordered by one long.
func (g *generator) setOnly(r *plan.Aggregate, in relation) bool {
	return len(r.Keys) > 0 && len(r.Aggs) == 1 && r.Aggs[0].Call.Func == "make_set" && in.group == "" &&
		len(in.order) == 1 && in.order[0].ordinal && !in.order[0].desc
}

// setOfDistinct writes an aggregate for which setOnly is true.
func (g *generator) setOfDistinct(r *plan.Aggregate, in relation, keyTexts []string) relation {
	a := aggregateCall{in: in, call: r.Aggs[0].Call, args: r.Aggs[0].Call.Args}
	function, value := a.set(g)
	var items, by, texts []string
	for i, k := range keyTexts {
		items = append(items, fmt.Sprintf("%s AS k%d", k, i))
		texts = append(texts, fmt.Sprintf("k%d", i))
	}
	items = append(items, value+" AS v")
	for i := range items {
		by = append(by, strconv.Itoa(i+1))
	}
	items = append(items, "min("+in.order[0].column+") AS o")
	distinct := g.cte("SELECT " + strings.Join(items, ", ") + "\n  FROM " + in.name + "\n  GROUP BY " + strings.Join(by, ", "))
	texts = append(texts, fmt.Sprintf("%s(v, o, %s, %s)", function, literalLong(0), a.limit(g)))
	return g.grouped(r, relation{name: distinct}, texts)
}

// set returns the function that makes a set of the argument, and what it takes.
func (a aggregateCall) set(g *generator) (function, value string) {
	switch a.args[0].Type() {
	case types.String, types.GUID:
		return "kql_set_texts", a.arg(g, 0)
	case types.Unknown, types.Bool, types.Int, types.Long, types.Real, types.Decimal, types.DateTime, types.TimeSpan, types.Dynamic:
	}
	return "kql_set", g.dynamic(a.in.cols, a.args[0])
}
