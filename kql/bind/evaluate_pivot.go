package bind

import (
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A pivoting is evaluate pivot(column, aggregate, keys…).
type pivoting struct {
	*pluginCall
	by   *plan.Col
	agg  *plan.AggCall
	keys []int // columns of the input that rows are grouped by
}

const pivotHint = "say what columns it gives: evaluate pivot(c) : (key:string, a:long, b:long)"

// pivot binds pivot as an Aggregate: the keys, then one column for each value,
// which aggregates the rows that have it. Values are in order.
func (p *pluginCall) pivot() *relation {
	v, ok := p.pivoting()
	if !ok {
		return p.unpivoted(v)
	}
	values, ok := v.values()
	if !ok {
		return p.unpivoted(v)
	}
	return v.aggregate(values)
}

// unpivoted is the result when the values are not known.
func (p *pluginCall) unpivoted(v *pivoting) *relation {
	if p.op.Schema != nil && !p.op.Schema.Star {
		return p.b.unreadAs(p.op.Schema)
	}
	return p.open(keep(p.rows.cols, v.keys...))
}

// pivoting reads the arguments.
func (p *pluginCall) pivoting() (*pivoting, bool) {
	v := &pivoting{pluginCall: p}
	if len(p.args) == 0 || !p.fits(-1) {
		p.b.report(p.op, diag.ArgumentCount, "pivot needs a column", "")
		return v, false
	}
	by, ok := p.column(p.args[0])
	v.by = by
	rest := p.args[1:]
	counted := len(rest) == 0
	if !counted {
		_, named := unparen(rest[0]).(*syntax.Name)
		counted = named
	}
	if counted {
		v.agg = &plan.AggCall{Func: "count", Type: types.Long, Span: p.b.span(p.op)}
	} else {
		v.agg, rest = p.pivotAggregate(rest[0]), rest[1:]
	}
	for _, x := range rest {
		key, found := p.column(x)
		if ok = ok && found; found {
			v.keys = append(v.keys, key.Index)
		}
	}
	if len(rest) == 0 {
		v.keys = v.remaining()
	}
	return v, ok && v.agg != nil && by.Type() != types.Unknown
}

// remaining are the columns that pivot groups by if none is named: all but the
// one whose values become columns and those that are aggregated.
func (v *pivoting) remaining() []int {
	used := make(map[int]bool)
	if v.by != nil {
		used[v.by.Index] = true
	}
	if v.agg != nil {
		for _, e := range v.agg.Args {
			plan.WalkExpr(e, func(e plan.Expr) {
				if c, ok := e.(*plan.Col); ok {
					used[c.Index] = true
				}
			})
		}
	}
	return v.others(used)
}

// pivotAggregate binds the aggregate; nil after a report.
func (p *pluginCall) pivotAggregate(x syntax.Expr) *plan.AggCall {
	c, ok := unparen(x).(*syntax.Call)
	var f *builtin.Function
	if ok {
		f, ok = builtin.Lookup(c.Func.Text)
	}
	if !ok || f.Kind != builtin.Aggregate {
		p.b.report(x, diag.TypeMismatch, "the second argument of pivot is an aggregate, or a column", "write count()")
		return nil
	}
	if conditional(f.Name) == "" {
		p.b.refuse(x, "pivot by "+f.Name, "it is one of count, sum, avg, min, max, take_any, dcount, stdev, variance, make_list, make_set and make_bag")
		return nil
	}
	return p.b.aggCall(c, f, p.rows)
}

// conditional is the aggregate that does the same over the rows that meet a
// condition.
func conditional(name string) string {
	switch name {
	case "count", "sum", "avg", "min", "max", "dcount", "take_any", "stdev", "variance":
		return name + "if"
	case "make_list", "make_set", "make_bag":
		return name + "_if"
	}
	return ""
}

// values are the columns that pivot adds: those of the schema, or those that
// the rows have.
func (v *pivoting) values() ([]string, bool) {
	if v.op.Schema != nil && (v.b.env.Discover == nil || v.b.failures > 0) {
		return v.declaredValues(), true
	}
	if v.in.open {
		return nil, false
	}
	rows, ok := v.b.discover(v.op, "the columns of pivot", pivotHint, v.question())
	if !ok {
		return nil, false
	}
	var found []string
	for _, row := range rows {
		if row[0].Text == "" {
			v.b.report(v.op, diag.DependsOnRows, "pivot: a row has no value, and no column can be named for it",
				"leave such rows out before: | where isnotempty("+v.rows.cols[v.by.Index].Name+")")
			return nil, false
		}
		found = append(found, row[0].Text)
	}
	if v.op.Schema == nil {
		return found, true
	}
	declared := v.declaredValues()
	for _, value := range found {
		if !slices.Contains(declared, value) {
			v.b.report(v.op.Schema, diag.DependsOnRows, fmt.Sprintf("pivot: the rows have the value %q, which the schema does not list", value), "")
			return nil, false
		}
	}
	return declared, true
}

// declaredValues are the columns of the schema that are no keys.
func (v *pivoting) declaredValues() []string {
	var values []string
	for _, c := range v.b.declaredColumns(v.op.Schema.Columns) {
		if i := v.rows.column(c.Name); i < 0 || !slices.Contains(v.keys, i) {
			values = append(values, c.Name)
		}
	}
	return values
}

// key is the text that names the column of a row.
func (v *pivoting) key() plan.Expr { return convert(v.by, types.String) }

// question is the query for the values, in order.
func (v *pivoting) question() plan.Rel {
	distinct := &plan.Aggregate{Input: v.in.rel, Keys: []plan.Named{{Name: "value", Expr: v.key()}}, Grouped: true}
	return &plan.Sort{Input: distinct, Keys: []plan.SortKey{{Expr: col(0, types.String)}}}
}

// aggregate computes the columns.
func (v *pivoting) aggregate(values []string) *relation {
	node := &plan.Aggregate{Input: v.in.rel, Keys: keep(v.rows.cols, v.keys...), Grouped: true}
	taken := make(names)
	for _, k := range node.Keys {
		taken[k.Name] = true
	}
	for _, value := range values {
		if taken[value] {
			v.b.report(v.op, diag.DuplicateColumn, fmt.Sprintf("pivot: a value and a key are both called %s", value), "rename the key with project-rename")
			return v.unpivoted(v)
		}
		taken[value] = true
		node.Aggs = append(node.Aggs, plan.Agg{Name: value, Call: v.cell(value)})
	}
	if v.op.Schema == nil {
		return &relation{rel: node}
	}
	return v.asDeclared(node)
}

// cell is the aggregate of the rows that have a value.
func (v *pivoting) cell(value string) *plan.AggCall {
	is := call("==", types.Bool, v.key(), text(value))
	args := []plan.Expr{is}
	if len(v.agg.Args) > 0 {
		args = append([]plan.Expr{v.agg.Args[0], is}, v.agg.Args[1:]...)
	}
	return &plan.AggCall{Func: conditional(v.agg.Func), Args: args, Type: v.agg.Type, Span: v.agg.Span}
}

// asDeclared puts the columns into the order of the schema. One of another type
// than declared is an error.
func (v *pivoting) asDeclared(node *plan.Aggregate) *relation {
	r := (&relation{rel: node}).rows()
	var order []int
	if v.op.Schema.Star {
		for i := range v.keys {
			order = append(order, i)
		}
	}
	for _, c := range v.b.declaredColumns(v.op.Schema.Columns) {
		i := r.column(c.Name)
		if t := r.cols[i].Type; t != c.Type && c.Type != types.Unknown {
			v.b.report(v.op.Schema, diag.TypeMismatch, fmt.Sprintf("column %s of pivot is a %s, not a %s", c.Name, t, c.Type), "")
		}
		if !slices.Contains(order, i) {
			order = append(order, i)
		}
	}
	return &relation{rel: &plan.Project{Input: node, Cols: keep(r.cols, order...)}}
}
