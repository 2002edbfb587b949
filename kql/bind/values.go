package bind

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// print binds print: one row. A column without a name is print_ and its place.
func (b *binder) print(op *syntax.Print) *relation {
	list := b.splitNames(op.Exprs)
	taken := make(names)
	b.reserveNames(list, taken)
	var cols []plan.Named
	for i, e := range withoutRest(list) {
		name := "print_" + decimalText(i)
		if e.name != nil {
			name = e.name.Text
		} else {
			if e.part != nil {
				name = b.nameOfNamed(e)
			}
			name = taken.unique(name)
		}
		cols = append(cols, plan.Named{Name: name, Expr: b.value(e, noRows())})
	}
	return &relation{rel: oneRow(cols)}
}

// withoutRest leaves out what follows the first column of several, where only
// that one has a name: print x = f(…) is one column, and with extend all are.
func withoutRest(list []namedExpr) []namedExpr {
	var kept []namedExpr
	named := false
	for _, e := range list {
		if e.part == nil || e.part.index == 0 {
			named = e.name != nil
		}
		if e.part == nil || e.part.index == 0 || !named || e.name != nil {
			kept = append(kept, e)
		}
	}
	return kept
}

// oneRow is a row of constants, or of expressions over a row that has nothing
// to say.
func oneRow(cols []plan.Named) plan.Rel {
	values := &plan.Values{Rows: [][]plan.Expr{nil}}
	constant := true
	for _, c := range cols {
		_, ok := c.Expr.(*plan.Const)
		constant = constant && ok
		values.Cols = append(values.Cols, types.Column{Name: c.Name, Type: c.Expr.Type()})
		values.Rows[0] = append(values.Rows[0], c.Expr)
	}
	if constant {
		return values
	}
	zero := &plan.Const{Value: types.NewLong(0)}
	return &plan.Project{
		Input: &plan.Values{Cols: []types.Column{{Name: "$row", Type: types.Long}}, Rows: [][]plan.Expr{{zero}}},
		Cols:  cols,
	}
}

// rangeRows binds range name from a to b step c.
func (b *binder) rangeRows(op *syntax.Range) *relation {
	from, to, step := b.expr(op.From, noRows()), b.expr(op.To, noRows()), b.expr(op.Step, noRows())
	col := types.Column{Name: op.Name.Text}
	if anyUnknown(from, to, step) {
		return &relation{rel: &plan.Values{Cols: []types.Column{col}}}
	}
	t, ok := commonType(from.Type(), to.Type())
	width := t
	switch {
	case t == types.DateTime:
		width = types.TimeSpan
	case t.Numeric() && step.Type().Numeric():
		t = max(t, step.Type())
		if t == types.Int {
			t = types.Long
		}
		width = t
	case t != types.TimeSpan:
		ok = false
	}
	if !ok || conversionCost(step.Type(), width, false) == impossible {
		b.report(op, diag.TypeMismatch, fmt.Sprintf("there is no range from %s to %s by %s", from.Type(), to.Type(), step.Type()), "")
		return &relation{rel: &plan.Values{Cols: []types.Column{col}}}
	}
	col.Type = t
	return &relation{rel: &plan.Range{Col: col, From: convert(from, t), To: convert(to, t), Step: convert(step, width)}}
}

// dataTable binds datatable(columns) [values].
func (b *binder) dataTable(x *syntax.DataTable) *relation {
	node := &plan.Values{}
	taken := make(names)
	for _, c := range x.Columns {
		t, _ := b.scalarType(c, c.Type)
		if taken[c.Name.Text] {
			b.duplicate(c, c.Name.Text)
		}
		taken[c.Name.Text] = true
		node.Cols = append(node.Cols, types.Column{Name: c.Name.Text, Type: t})
	}
	n := len(node.Cols)
	if n == 0 || len(x.Values)%n != 0 {
		b.report(x, diag.Expected, fmt.Sprintf("datatable has %d columns and %d values", n, len(x.Values)), "")
		return &relation{rel: &plan.Values{Cols: node.Cols}}
	}
	for i, v := range x.Values {
		if i%n == 0 {
			node.Rows = append(node.Rows, make([]plan.Expr, n))
		}
		node.Rows[len(node.Rows)-1][i%n] = b.cell(v, node.Cols[i%n].Type)
	}
	return &relation{rel: node}
}

// cell binds a value of datatable, converted to its column's type.
func (b *binder) cell(x syntax.Expr, t types.Scalar) plan.Expr {
	e := b.expr(x, noRows())
	v, ok := constantOf(e)
	if !ok || t == types.Unknown || v.Type == t {
		return e
	}
	if v, ok = cellValue(v, t); ok {
		return &plan.Const{Value: v, At: b.span(x)}
	}
	b.report(x, diag.TypeMismatch, fmt.Sprintf("a %s stands in a column of type %s", e.Type(), t), "write "+t.String()+"(…)")
	return b.failed(x)
}

// cellValue converts a literal to the type of its column.
func cellValue(v types.Value, t types.Scalar) (types.Value, bool) {
	switch {
	case !v.Valid:
		return types.Null(t), true
	case t == types.Dynamic:
		return convertValue(v, t)
	case v.Type.Numeric() && t.Numeric():
		return convertValue(v, t)
	case v.Type == types.String:
		return parseText(v.Text, t)
	}
	return types.Value{}, false
}

// parseText reads a text as a value of another type.
func parseText(text string, t types.Scalar) (types.Value, bool) {
	v := types.Value{Type: t, Valid: true}
	ok := false
	switch t {
	case types.DateTime:
		v.Int, ok = types.ParseDateTime(text)
	case types.TimeSpan:
		v.Int, ok = types.ParseTimeSpan(text)
	case types.GUID:
		v.Text, ok = types.ParseGUID(text)
	case types.Unknown, types.Bool, types.Int, types.Long, types.Real, types.Decimal, types.String, types.Dynamic:
	}
	return v, ok
}
