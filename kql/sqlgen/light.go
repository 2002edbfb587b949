package sqlgen

import (
	"slices"

	"github.com/conshelf/conshelf/kql/plan"
)

// A relation that is used more than once is computed once, and kept. To keep
// all columns of many rows, of which each use reads a few, takes more than to
// read the stored table again, unless what is computed of a row is dear.

// mostReadings is how often a table is read again before its rows are kept.
const mostReadings = 4

// light tells whether the rows of r are those of stored tables, found and
// computed by cheap means. One that uses another shared relation is not: what is
// written out twice may not hold what is written out twice.
func light(r plan.Rel) bool {
	for _, e := range plan.Exprs(r) {
		if !cheap(e) {
			return false
		}
	}
	if _, ok := r.(*plan.Scan); ok {
		return true
	}
	if u, ok := r.(*plan.Union); ok {
		for _, in := range u.Inputs {
			if !light(in) {
				return false
			}
		}
		return true
	}
	input, ok := rowByRow(r)
	return ok && light(input)
}

// found returns in, its rows found before a dear expression is computed of each.
// The database would put a condition on the value under the join that finds
// them, and compute it of all rows.
func (g *generator) found(in relation, list ...plan.Expr) relation {
	if !in.few || !slices.ContainsFunc(list, func(e plan.Expr) bool { return !cheap(e) }) {
		return in
	}
	in.name = g.cte("SELECT * FROM " + in.name)
	g.materialize()
	in.few, in.natural = false, false
	return in
}

// cheap tells whether an expression takes little more than reading its columns.
func cheap(e plan.Expr) bool {
	all := true
	plan.WalkExpr(e, func(e plan.Expr) {
		switch e := e.(type) {
		case *plan.Col, *plan.Const:
		case *plan.Call:
			all = all && cheapCall(e.Func)
		case *plan.Path, *plan.InQuery, *plan.Subquery:
			all = false
		default:
			panic(e) // unreachable: gochecksumtype proves the switch complete
		}
	})
	return all
}

func cheapCall(name string) bool {
	switch name {
	case "and", "or", "not", "==", "!=", "<", "<=", ">", ">=", "between", "in", "in~", "+", "-",
		"isempty", "isnotempty", "isnull", "isnotnull", "iff", "coalesce", "tolower", "strcat", "contains", "=~", "bin",
		"parse_ipv6_mask", plan.StepFunc, plan.OriginFunc:
		return true
	}
	return false
}
