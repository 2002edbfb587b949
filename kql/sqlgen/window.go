package sqlgen

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// windows computes the window functions that expressions call, inner ones
// first, and returns the expressions with a column in the place of each call.
func (g *generator) windows(in relation, list []plan.Expr) (relation, []plan.Expr) {
	out := make([]plan.Expr, len(list))
	for i, e := range list {
		in, out[i] = g.withoutWindows(in, e)
	}
	return in, out
}

func (g *generator) withoutWindows(in relation, e plan.Expr) (relation, plan.Expr) {
	if !hasWindow(e) {
		return in, e
	}
	switch e := e.(type) {
	case *plan.Call:
		c := *e
		in, c.Args = g.windows(in, e.Args)
		if !isWindow(&c) {
			return in, &c
		}
		return g.windowColumn(in, &c)
	case *plan.Path:
		p := *e
		in, p.X = g.withoutWindows(in, e.X)
		p.Steps = append([]plan.Step(nil), e.Steps...)
		for i, step := range p.Steps {
			if step.Index != nil {
				in, p.Steps[i].Index = g.withoutWindows(in, step.Index)
			}
		}
		return in, &p
	case *plan.InQuery:
		q := *e
		in, q.X = g.withoutWindows(in, e.X)
		return in, &q
	case *plan.Col, *plan.Const, *plan.Subquery:
		return in, e
	default:
		panic(e) // unreachable: gochecksumtype proves the switch complete
	}
}

func hasWindow(e plan.Expr) bool {
	found := false
	plan.WalkExpr(e, func(e plan.Expr) {
		if c, ok := e.(*plan.Call); ok && isWindow(c) {
			found = true
		}
	})
	return found
}

func isWindow(c *plan.Call) bool {
	f, ok := builtin.Lookup(c.Func)
	return c.Func == plan.StepFunc || ok && (f.Kind == builtin.Window || builtin.Placed(f.Name))
}

// A windowCall is a window function that is being written.
type windowCall struct {
	g    *generator
	in   *relation
	call *plan.Call
}

// windowColumn computes a window function as a hidden column.
func (g *generator) windowColumn(in relation, c *plan.Call) (relation, plan.Expr) {
	if c.Func == plan.StepFunc {
		return g.stepColumn(in, c)
	}
	form, ok := g.dialect.windows[c.Func]
	if !ok {
		g.refuse(c.Func, g.dialect.refused[c.Func], "", c.At)
		return in, &plan.Const{Value: types.Null(c.T)}
	}
	w := windowCall{g: g, in: &in, call: c}
	value := form(g, w)
	column := w.layer(value)
	col := &plan.Col{Index: len(in.cols), T: c.T, At: c.At}
	in.cols = append(in.cols[:len(in.cols):len(in.cols)], column)
	return in, col
}

// layer computes an expression as a hidden column, which further ones may use.
// Those that use none of one another stand in one list: the database then sorts
// the rows of one window once.
func (w windowCall) layer(expression string) string {
	if column, ok := w.g.beside(w.in, expression); ok {
		return column
	}
	wider, added := w.g.extend(*w.in, []string{expression}, "$window")
	*w.in = wider
	w.g.layer = windowLayer{name: wider.name, added: added}
	return added[0]
}

// A windowLayer is the relation that computed window functions last.
type windowLayer struct {
	name  string
	added []string
}

// beside adds an expression to the layer that in is, if in is the relation that
// was written last and the expression uses nothing that is computed there.
func (g *generator) beside(in *relation, expression string) (column string, ok bool) {
	last := len(g.ctes) - 1
	if in.name == "" || in.name != g.layer.name || in.name != fmt.Sprintf("r%d", last+1) {
		return "", false
	}
	for _, added := range g.layer.added {
		if strings.Contains(expression, added) {
			return "", false
		}
	}
	column = in.taken().name("$window")
	g.ctes[last] = strings.Replace(g.ctes[last], "(\n  SELECT *, ", "(\n  SELECT *, "+expression+" AS "+column+", ", 1)
	g.layer.added = append(g.layer.added, column)
	in.scratch = append(in.scratch[:len(in.scratch):len(in.scratch)], column)
	return column, true
}

func (w windowCall) has(i int) bool { return i < len(w.call.Args) }

func (w windowCall) arg(i int) string { return w.g.expr(w.in.cols, w.call.Args[i]) }

// segments returns the column that counts the restarts up to each row, to
// partition by; nothing if argument i is not given.
func (w windowCall) segments(i int) []string {
	if !w.has(i) {
		return nil
	}
	return []string{w.layer("sum(CASE WHEN " + w.arg(i) + " THEN 1 ELSE 0 END) " + w.upTo())}
}

// upTo is the window of the rows up to this one.
func (w windowCall) upTo(partition ...string) string {
	over := w.in.over(partition...)
	return over[:len(over)-1] + " ROWS UNBOUNDED PRECEDING)"
}

func (w windowCall) offset() string {
	if !w.has(1) {
		return "1"
	}
	if c, ok := w.call.Args[1].(*plan.Const); ok && c.Value.Valid && c.Value.Int >= 0 {
		return strconv.FormatInt(c.Value.Int, 10)
	}
	return w.g.refuse(w.call.Func, "the distance is not a constant", "", w.call.At)
}

// shifted writes prev and next.
func shifted(function string) windowForm {
	return func(g *generator, w windowCall) string {
		otherwise := g.literal(types.Null(w.call.T))
		if w.has(2) {
			otherwise = w.arg(2)
		}
		return function + "(" + w.arg(0) + ", " + w.offset() + ", " + otherwise + ") " + w.in.over()
	}
}

func windowForms() map[string]windowForm {
	forms := map[string]windowForm{
		"row_window_session": sessions,
		"prev":               shifted("lag"),
		"next":               shifted("lead"),
		"row_number": func(_ *generator, w windowCall) string {
			start := literalLong(1)
			if w.has(0) {
				start = w.arg(0)
			}
			segments := w.segments(1)
			return "row_number() " + w.in.over(segments...) + " - 1 + " + start
		},
		"row_cumsum": func(g *generator, w windowCall) string {
			if w.call.T == types.Decimal {
				return g.refuse("row_cumsum of a decimal", "it is kept as text", "convert it with toreal(…)", w.call.At)
			}
			segments := w.segments(1)
			sum := "sum(" + w.arg(0) + ") " + w.upTo(segments...)
			if w.call.T == types.Real {
				return "coalesce(" + sum + ", 0)"
			}
			return "coalesce(kql_wrap(" + sum + "), 0)"
		},
		"row_rank_dense": func(_ *generator, w windowCall) string {
			segments, change := w.changes()
			return "CAST(sum(" + change + ") " + w.upTo(segments...) + " AS BIGINT)"
		},
		"row_rank_min": func(_ *generator, w windowCall) string {
			segments, change := w.changes()
			number := w.layer("row_number() " + w.in.over(segments...))
			return "max(CASE WHEN " + change + " = 1 THEN " + number + " END) " + w.upTo(segments...)
		},
	}
	for name, form := range placedWindows() {
		forms[name] = form
	}
	return forms
}

// changes returns the segments and a column that is 1 where the first argument
// differs from the row before.
func (w windowCall) changes() (segments []string, change string) {
	segments = w.segments(1)
	before := w.layer("lag(" + w.arg(0) + ") " + w.in.over(segments...))
	number := w.layer("row_number() " + w.in.over(segments...))
	return segments, w.layer("CASE WHEN " + number + " = 1 OR " + w.arg(0) + " IS DISTINCT FROM " + before + " THEN 1 ELSE 0 END")
}
