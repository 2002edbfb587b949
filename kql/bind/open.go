package bind

import (
	"slices"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// asked are the columns that a query names and a table is not known to have,
// in the order of mention. It is kept for open tables: there the name stands,
// and has no type.
type asked struct{ cols []types.Column }

// add notes that a column was named; to a nil asked it adds nothing.
func (a *asked) add(name string) {
	if a == nil || name == "" || slices.ContainsFunc(a.cols, func(c types.Column) bool { return c.Name == name }) {
		return
	}
	a.cols = append(a.cols, types.Column{Name: name})
}

// afresh returns r with nothing asked of it yet.
func (r *relation) afresh() *relation {
	if r == nil || !r.open {
		return r
	}
	return &relation{rel: r.rel, open: true, asked: &asked{}}
}

// settled returns r with the columns that were asked of it as its last.
func settled(r *relation) *relation {
	if !r.open || r.asked == nil || len(r.asked.cols) == 0 {
		return r
	}
	cols := keepAll(r.rel.Columns())
	taken := namesOf(r.rel.Columns())
	for _, c := range r.asked.cols {
		if !taken[c.Name] {
			cols = append(cols, plan.Named{Name: c.Name, Expr: &plan.Const{}})
		}
	}
	return &relation{rel: &plan.Project{Input: r.rel, Cols: cols}, open: true, asked: &asked{}}
}

// withNamed returns an open table with the columns that a list names: an
// operator that moves or renames columns finds them there.
func withNamed(r *relation, list []syntax.Expr) *relation {
	if !r.open {
		return r
	}
	r = r.afresh()
	has := namesOf(r.rel.Columns())
	for _, x := range list {
		if n, ok := x.(*syntax.Named); ok {
			x = n.X
		}
		if name, ok := unparen(x).(*syntax.Name); ok && !has[name.Text] {
			r.asked.add(name.Text)
		}
	}
	return settled(r)
}

// draft is a call whose arguments are not all known, where a query is only
// looked at: its type is known if every way to call the function has it.
func (b *binder) draft(x syntax.Node, f *builtin.Function, args []plan.Expr) plan.Expr {
	t := types.Unknown
	for i := range f.Signatures {
		s := &f.Signatures[i]
		switch {
		case !takes(s, len(args)):
		case s.Result == types.Unknown, t != types.Unknown && t != s.Result:
			return b.failed(x)
		default:
			t = s.Result
		}
	}
	if !b.env.Analyze || t == types.Unknown {
		return b.failed(x)
	}
	return &plan.Call{Func: f.Name, Args: args, T: t, At: b.span(x)}
}

// closedUnless returns r, whose columns are all known unless keep.
func (r *relation) closedUnless(keep bool) *relation {
	if keep {
		return r
	}
	return &relation{rel: r.rel}
}

func hasWildcard(list []syntax.Expr) bool {
	return slices.ContainsFunc(list, func(x syntax.Expr) bool {
		_, ok := x.(*syntax.Wildcard)
		return ok
	})
}

// joinOf is the result of a join: open if a side is that it keeps columns of.
func joinOf(node *plan.Join, left, right *relation) *relation {
	open := left.open || right.open
	switch node.Kind {
	case plan.LeftSemi, plan.LeftAnti:
		open = left.open
	case plan.RightSemi, plan.RightAnti:
		open = right.open
	case plan.InnerUnique, plan.Inner, plan.LeftOuter, plan.RightOuter, plan.FullOuter:
	}
	return (&relation{rel: node, open: open}).afresh()
}

func expandedNames(list []*syntax.Expansion) []syntax.Expr {
	named := make([]syntax.Expr, len(list))
	for i, c := range list {
		named[i] = c.X
	}
	return named
}

func reorderKeys(list []*syntax.SortKey) []syntax.Expr {
	named := make([]syntax.Expr, len(list))
	for i, key := range list {
		named[i] = key.X
	}
	return named
}
