package bind

import "github.com/conshelf/conshelf/kql/plan"

// substituted returns e with another expression in the place of each column.
func substituted(e plan.Expr, by func(*plan.Col) plan.Expr) plan.Expr {
	switch e := e.(type) {
	case *plan.Col:
		return by(e)
	case *plan.Const, *plan.Subquery:
		return e
	case *plan.Call:
		c := *e
		c.Args = make([]plan.Expr, len(e.Args))
		for i, a := range e.Args {
			c.Args[i] = substituted(a, by)
		}
		return &c
	case *plan.Path:
		p := *e
		p.X = substituted(e.X, by)
		p.Steps = append([]plan.Step(nil), e.Steps...)
		for i, step := range p.Steps {
			if step.Index != nil {
				p.Steps[i].Index = substituted(step.Index, by)
			}
		}
		return &p
	case *plan.InQuery:
		q := *e
		q.X = substituted(e.X, by)
		return &q
	}
	panic(e)
}
