package sqlgen

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// partition numbers the values of the keys and runs the query inside over all
// rows together; every operator keeps the numbers apart. The parts come in the
// order of their values.
func (g *generator) partition(r *plan.Partition) relation {
	in := g.lighten(g.rel(r.Input), r.Keys...)
	outer := in.group
	given, added := g.extend(in, []string{g.partNumber(in, r.Keys)}, "$part")
	given.group = added[0]
	given.name = g.cte("SELECT * FROM " + given.name)
	g.materialize()
	given.natural = false
	g.given = append(g.given, given)
	sub := g.rel(r.Sub)
	g.given = g.given[:len(g.given)-1]
	if sub.group == "" {
		g.refuse("partition over another table", "its rows belong to no part", "", spanOf(r.Keys))
		return sub
	}
	sub.natural = false
	sub.order = append([]orderKey{ascending(sub.group)}, sub.order...)
	sub.scratch = append(sub.scratch[:len(sub.scratch):len(sub.scratch)], sub.group)
	if outer == "" {
		sub.group = ""
		return sub
	}
	return g.regrouped(sub, given.name, added[0], outer)
}

// partNumber numbers the values of the keys; those of one group stand together.
func (g *generator) partNumber(in relation, list []plan.Expr) string {
	var order []orderKey
	if in.group != "" {
		order = append(order, ascending(in.group))
	}
	for _, k := range list {
		if k.Type() == types.Dynamic {
			g.refuse("partition by a dynamic value", "it has no equality", "convert it with tostring(…)", k.Span())
		}
		key := ascending(g.expr(in.cols, k))
		key.real = k.Type() == types.Real
		order = append(order, key)
	}
	return "dense_rank() " + relation{order: order}.over()
}

// regrouped gives rows back the groups of the query around a partition, which
// the numbers of its parts tell.
func (g *generator) regrouped(sub relation, given, part, outer string) relation {
	name := Identifier(fmt.Sprintf("$group%d", len(g.ctes)))
	sub.name = g.cte(fmt.Sprintf(
		"SELECT s.*, p.o AS %s FROM %s AS s INNER JOIN (SELECT DISTINCT %s AS g, %s AS o FROM %s) AS p ON s.%s = p.g",
		name, sub.name, part, outer, given, sub.group))
	sub.group = name
	return sub
}

func spanOf(list []plan.Expr) diag.Span {
	if len(list) == 0 {
		return diag.Span{}
	}
	return list[0].Span()
}

// strays tells whether a join keeps rows of a side that has no parts, beside
// one that has.
func strays(kind plan.JoinKind, left, right bool) bool {
	if left == right {
		return false
	}
	switch kind {
	case plan.FullOuter:
		return true
	case plan.LeftOuter:
		return !left
	case plan.RightOuter:
		return !right
	case plan.InnerUnique, plan.Inner, plan.LeftSemi, plan.RightSemi, plan.LeftAnti, plan.RightAnti:
		return false // a result without parts is refused by who asked for them
	}
	panic("sqlgen: join kind")
}
