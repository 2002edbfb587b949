package sqlgen

import (
	"github.com/conshelf/conshelf/kql/plan"
)

// The database puts an expression in the place of each use of its column. A
// column that is computed from itself twice over, again and again, would grow
// without bound so; weights tell how large each has become, and a relation
// whose columns grow too large is computed before it is used.

// heavy is the size from which on an expression is not put in place.
const heavy = 400

// weightOf returns the size of an expression with every column written out.
func (r relation) weightOf(e plan.Expr) int {
	sum := 1
	if c, ok := e.(*plan.Col); ok {
		return r.weight(c.Index)
	}
	for _, o := range plan.Operands(e) {
		sum = min(sum+r.weightOf(o), 1<<20)
	}
	return sum
}

func (r relation) weight(i int) int {
	if i < len(r.weights) {
		return r.weights[i]
	}
	return 1
}

// excess returns how much larger an expression gets by its columns being
// written out: what it is itself, however long, no relation before it lightens.
func (r relation) excess(e plan.Expr) int {
	if c, ok := e.(*plan.Col); ok {
		return r.weight(c.Index) - 1
	}
	sum := 0
	for _, o := range plan.Operands(e) {
		sum = min(sum+r.excess(o), 1<<20)
	}
	return sum
}

// lighten returns in, computed beforehand if an expression over it gets heavy.
func (g *generator) lighten(in relation, list ...plan.Expr) relation {
	for _, e := range list {
		if _, plain := e.(*plan.Col); !plain && in.excess(e) > heavy {
			in.weights = nil
			in.name = g.cte("SELECT * FROM " + in.name)
			g.materialize()
			in.natural = false
			return in
		}
	}
	return in
}

// weigh notes the weights of a projection's columns.
func (r *relation) weigh(in relation, list []plan.Named) {
	r.weights = make([]int, len(list))
	for i, c := range list {
		r.weights[i] = in.weightOf(c.Expr)
	}
}
