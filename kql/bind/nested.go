package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A nestedLevel is a level of top-nested that is bound. Every level counts
// the rows below the values that the levels above it kept.
type nestedLevel struct {
	*syntax.TopNestedLevel
	key  plan.Named // over the input
	name string     // of the aggregate
	of   types.Scalar
	n    plan.Expr // nil: all values
	rel  plan.Rel  // the keys down to this level, and the aggregate
	base plan.Rel  // the rows that the level counts
}

// topNested binds top-nested: the first values of a key by an aggregate, below
// each of them the first values of the next key, and so on. Of values that the
// aggregate does not tell apart, the greater come first.
func (b *binder) topNested(in *relation, op *syntax.TopNested) *relation {
	t := &nester{binder: b, in: b.share("top-nested", in)}
	if !t.bind(op) {
		return broken()
	}
	for i := range t.levels {
		t.keep(i)
	}
	rows := []leg{{relation: &relation{rel: t.chain(len(t.levels)-1, nil)}}}
	for i, level := range t.levels {
		if level.Others != nil {
			rows = append(rows, leg{relation: &relation{rel: t.others(i)}})
		}
	}
	return unordered(&relation{rel: unionOf(rows, unionProps{})})
}

// unordered returns rows of which no window function may rely on the order.
func unordered(r *relation) *relation {
	if _, ok := r.rel.(*plan.Union); ok {
		return r
	}
	return r.with(&plan.Union{Inputs: []plan.Rel{r.rel}})
}

// A nester binds one top-nested.
type nester struct {
	*binder
	in     *relation
	levels []*nestedLevel
}

// bind binds keys, aggregates and numbers of all levels.
func (t *nester) bind(op *syntax.TopNested) bool {
	if t.in.open {
		for _, level := range op.Levels {
			t.expr(unnamed(level.Of), t.in.rows())
		}
		return false
	}
	r, taken := t.in.rows(), make(names)
	others := 0
	for _, x := range op.Levels {
		list := t.splitNames([]syntax.Expr{x.Of})
		if len(list) == 0 {
			return false
		}
		t.reserveNames(list, taken)
		level := &nestedLevel{TopNestedLevel: x}
		level.key = t.groupKeys(list, r, taken)[0]
		level.name = "aggregated_" + level.key.Name
		if n, ok := x.By.(*syntax.Named); ok && len(n.Names) == 1 {
			level.name = n.Names[0].Text
		}
		if taken[level.name] {
			t.duplicate(x.By, level.name)
		}
		taken[level.name] = true
		t.levels = append(t.levels, level)
		if x.N != nil {
			level.n = t.expr(x.N, noRows())
			if !level.n.Type().Integral() && level.n.Type() != types.Unknown {
				t.report(x.N, diag.TypeMismatch, "the number of values is a long, not a "+level.n.Type().String(), "")
			}
			level.n = convert(level.n, types.Long)
		}
		if x.Others != nil {
			others++
		}
		if anyUnknown(level.key.Expr) {
			return false
		}
	}
	if others > 1 {
		t.refuse(op, "top-nested with others at several levels", "ask for them at one level")
	}
	return !t.list.HasErrors()
}

func unnamed(x syntax.Expr) syntax.Expr {
	if n, ok := x.(*syntax.Named); ok {
		return n.X
	}
	return x
}

// aggregated counts rows by the keys of the first levels, as level i does.
func (t *nester) aggregated(base plan.Rel, i, keys int) plan.Rel {
	agg := &aggregation{rows: t.in.rows(), keys: keys}
	level := t.levels[i]
	value := t.expr(unnamed(level.By), &rows{aggs: agg})
	level.of = value.Type()
	by := make([]plan.Named, keys)
	for k := range by {
		by[k] = t.levels[k].key
	}
	return aggregateNode(base, by, agg, []plan.Named{{Name: level.name, Expr: value}}, true)
}

// keep finds the values that level i keeps, below those that the level before
// it kept.
func (t *nester) keep(i int) {
	level := t.levels[i]
	level.base = t.in.rel
	if i > 0 {
		level.base = t.matched(t.in.rel, i-1, plan.LeftSemi)
	}
	rel := t.aggregated(level.base, i, i+1)
	if level.n != nil {
		given := rel
		if i > 0 {
			given = &plan.Given{Cols: rel.Columns()}
		}
		first := plan.Rel(&plan.Limit{Input: t.sorted(given, i), N: level.n})
		if i > 0 {
			first = &plan.Partition{Input: rel, Keys: columnsTo(rel, i), Sub: first}
		}
		rel = first
	}
	level.rel = &plan.Shared{Name: level.key.Name, Input: rel}
}

// sorted puts the first values of level i first.
func (t *nester) sorted(rel plan.Rel, i int) plan.Rel {
	cols := rel.Columns()
	asc := t.levels[i].Order == "asc"
	return &plan.Sort{Input: rel, Keys: []plan.SortKey{
		{Expr: &plan.Col{Index: i + 1, T: cols[i+1].Type}, Desc: !asc, NullsFirst: asc},
		{Expr: &plan.Col{Index: i, T: cols[i].Type}, Desc: true},
	}}
}

// columnsTo returns the first n columns of a relation.
func columnsTo(rel plan.Rel, n int) []plan.Expr {
	exprs := make([]plan.Expr, n)
	for i, c := range rel.Columns()[:n] {
		exprs[i] = &plan.Col{Index: i, T: c.Type}
	}
	return exprs
}

// matched joins rows of the input with what level i kept, by the keys down to it.
func (t *nester) matched(rows plan.Rel, i int, kind plan.JoinKind) plan.Rel {
	join := &plan.Join{Left: rows, Right: t.levels[i].rel, Kind: kind}
	for k, key := range columnsTo(t.levels[i].rel, i+1) {
		join.On = append(join.On, plan.KeyPair{Left: t.levels[k].key.Expr, Right: key})
	}
	for k, c := range rows.Columns() {
		join.Cols = append(join.Cols, plan.JoinColumn{Index: k, Name: c.Name, Type: c.Type})
	}
	return join
}

// chain returns the levels down to i side by side: key and aggregate of each.
// Last, if not nil, stands in the place of level i.
func (t *nester) chain(i int, last plan.Rel) plan.Rel {
	own := last
	if own == nil {
		own = t.levels[i].rel
	}
	if i == 0 {
		return own
	}
	above := t.chain(i-1, nil)
	join := &plan.Join{Left: above, Right: own, Kind: plan.Inner}
	for k, key := range columnsTo(own, i) {
		c := above.Columns()[2*k]
		join.On = append(join.On, plan.KeyPair{Left: &plan.Col{Index: 2 * k, T: c.Type}, Right: key})
	}
	for k, c := range above.Columns() {
		join.Cols = append(join.Cols, plan.JoinColumn{Index: k, Name: c.Name, Type: c.Type})
	}
	for k := i; k < i+2; k++ {
		c := own.Columns()[k]
		join.Cols = append(join.Cols, plan.JoinColumn{Right: true, Index: k, Name: c.Name, Type: c.Type})
	}
	return join
}

// others is a row, for each value that the level above kept, of what level i
// did not keep. The levels below are null.
func (t *nester) others(i int) plan.Rel {
	level := t.levels[i]
	label := t.expr(level.Others, noRows())
	if conversionCost(label.Type(), level.key.Expr.Type(), false) == impossible {
		t.report(level.Others, diag.TypeMismatch, "the name of the others is a "+label.Type().String()+", the key a "+level.key.Expr.Type().String(), "")
	}
	left := t.matched(level.base, i, plan.LeftAnti)
	rel := t.aggregated(left, i, i)
	cols := keepAll(rel.Columns())
	named := append(cols[:i:i], plan.Named{Name: level.key.Name, Expr: convert(label, level.key.Expr.Type())}, cols[i])
	out := t.chain(i, &plan.Project{Input: rel, Cols: named})
	full := keepAll(out.Columns())
	for _, below := range t.levels[i+1:] {
		full = append(full,
			plan.Named{Name: below.key.Name, Expr: &plan.Const{Value: types.Null(below.key.Expr.Type())}},
			plan.Named{Name: below.name, Expr: &plan.Const{Value: types.Null(below.of)}})
	}
	return &plan.Project{Input: out, Cols: full}
}
