package bind

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
)

// A sizer counts what a plan would be if everything in it were written out, as
// far as the most that is allowed. A named relation is written once.
type sizer struct {
	size   int
	shared map[*plan.Shared]bool
}

// limitSize tells whether a plan is small enough to hand on, and reports one
// that is not: a few names that double each other grow without bound.
func (b *binder) limitSize(q *plan.Query, span diag.Span) bool {
	s := &sizer{shared: make(map[*plan.Shared]bool)}
	s.rel(q.Root)
	for _, other := range q.Others {
		s.rel(other.Root)
	}
	if s.size >= maxSize {
		b.list.Errorf(span, diag.TooComplex, "%s", fmt.Sprintf("the query grows past %d operations", maxSize))
		return false
	}
	return true
}

func (s *sizer) rel(r plan.Rel) {
	s.size++
	if shared, ok := r.(*plan.Shared); ok {
		if s.shared[shared] {
			return
		}
		s.shared[shared] = true
	}
	s.size += len(r.Columns())
	for _, in := range plan.Inputs(r) {
		if s.size >= maxSize {
			return
		}
		s.rel(in)
	}
	for _, e := range plan.Exprs(r) {
		s.expr(e)
	}
}

func (s *sizer) expr(e plan.Expr) {
	if s.size >= maxSize {
		return
	}
	s.size++
	if c, ok := e.(*plan.Const); ok {
		s.size += len(c.Value.Text) / 64 // a text is written out too
	}
	for _, operand := range plan.Operands(e) {
		s.expr(operand)
	}
	if rel := plan.SubqueryOf(e); rel != nil {
		s.rel(rel)
	}
}
