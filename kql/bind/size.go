package bind

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
)

// A sizer counts what a plan would be if everything in it were written out. A
// named relation is written once.
type sizer struct {
	exprs  map[plan.Expr]int
	rels   map[plan.Rel]int
	shared map[*plan.Shared]bool
}

// limitSize tells whether a plan is small enough to hand on, and reports one
// that is not: a few names that double each other grow without bound.
func (b *binder) limitSize(q *plan.Query, span diag.Span) bool {
	s := &sizer{exprs: make(map[plan.Expr]int), rels: make(map[plan.Rel]int), shared: make(map[*plan.Shared]bool)}
	size := s.rel(q.Root)
	for _, other := range q.Others {
		size += s.rel(other.Root)
	}
	if size >= maxSize {
		b.list.Errorf(span, diag.TooComplex, "%s", fmt.Sprintf("the query grows past %d operations", maxSize))
		return false
	}
	return true
}

func (s *sizer) rel(r plan.Rel) int {
	if shared, ok := r.(*plan.Shared); ok {
		if s.shared[shared] {
			return 1
		}
		s.shared[shared] = true
	}
	if n, ok := s.rels[r]; ok {
		return n
	}
	n := 1 + len(r.Columns())
	for _, in := range plan.Inputs(r) {
		n = min(n+s.rel(in), maxSize)
	}
	for _, e := range plan.Exprs(r) {
		n = min(n+s.expr(e), maxSize)
	}
	s.rels[r] = n
	return n
}

func (s *sizer) expr(e plan.Expr) int {
	if _, ok := e.(*plan.Col); ok {
		return 1
	}
	if n, ok := s.exprs[e]; ok {
		return n
	}
	n := 1
	for _, operand := range plan.Operands(e) {
		n = min(n+s.expr(operand), maxSize)
	}
	if rel := plan.SubqueryOf(e); rel != nil {
		n = min(n+s.rel(rel), maxSize)
	}
	s.exprs[e] = n
	return n
}
