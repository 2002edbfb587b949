package bind

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// where binds where cond.
func (b *binder) where(in *relation, op *syntax.Where) *relation {
	r := b.windowRows(in)
	if named, ok := op.Cond.(*syntax.Named); ok {
		b.condition(named.X, r)
		cond := b.decline(named, diag.Unsupported, "a single = in a condition is not a comparison", "write ==", types.Bool)
		return in.with(&plan.Filter{Input: in.rel, Cond: cond})
	}
	cond := b.condition(op.Cond, r)
	if !r.window.used {
		return in.with(&plan.Filter{Input: in.rel, Cond: cond})
	}
	// A window function means something in a Project only: compute the
	// condition there, then drop it.
	cols := in.rel.Columns()
	computed := &plan.Project{Input: r.window.input(in.rel), Cols: append(keepAll(cols), plan.Named{Name: "$where", Expr: cond})}
	kept := &plan.Filter{Input: computed, Cond: &plan.Col{Index: len(cols), T: types.Bool, At: b.span(op.Cond)}}
	return in.with(&plan.Project{Input: kept, Cols: keepAll(cols)})
}

// A namedExpr is an expression of a list, and the name that was written for it.
type namedExpr struct {
	x    syntax.Expr
	name *syntax.Name // nil: none
	part *part        // the one of several columns that x gives; nil: it gives one
}

// splitNames takes the names off expressions, and says which columns each
// gives.
func (b *binder) splitNames(list []syntax.Expr) []namedExpr {
	split := make([]namedExpr, 0, len(list))
	for _, x := range list {
		if n, ok := x.(*syntax.Named); ok {
			split = append(split, b.parts(n.X, n.Names)...)
			continue
		}
		split = append(split, b.parts(x, nil)...)
	}
	return split
}

// reserveNames takes the names that were written, and reports those that are
// there twice.
func (b *binder) reserveNames(list []namedExpr, taken names) {
	for _, e := range list {
		if e.name == nil {
			continue
		}
		if taken[e.name.Text] {
			b.duplicate(e.name, e.name.Text)
		}
		taken[e.name.Text] = true
	}
}

func (b *binder) duplicate(n syntax.Node, name string) {
	b.report(n, diag.DuplicateColumn, "two columns are called "+name, "give one of them another name")
}

// extend binds extend: columns are replaced in place, or added last.
func (b *binder) extend(in *relation, exprs []syntax.Expr) *relation {
	r := b.windowRows(in)
	cols := keepAll(r.cols)
	list := b.splitNames(exprs)
	written := make(names)
	b.reserveNames(list, written)
	taken := namesOf(r.cols)
	for name := range written {
		taken[name] = true
	}
	set := make(names)
	for _, e := range list {
		value := b.value(e, r)
		name := ""
		if e.name != nil {
			name = e.name.Text
		} else if name = b.nameOfNamed(e); name == "" {
			name = taken.numbered("Column")
		} else if set[name] && (!b.env.Analyze || e.part != nil) || written[name] { // Microsoft's binder lets the last one be
			name = taken.unique(name)
		}
		set[name], taken[name] = true, true
		cols = setColumn(cols, name, value)
	}
	return in.with(&plan.Project{Input: r.window.input(in.rel), Cols: cols})
}

// setColumn replaces the column of a name, or adds one.
func setColumn(cols []plan.Named, name string, value plan.Expr) []plan.Named {
	for i := range cols {
		if cols[i].Name == name {
			cols[i].Expr = value
			return cols
		}
	}
	return append(cols, plan.Named{Name: name, Expr: value})
}

// project binds project.
func (b *binder) project(in *relation, op *syntax.Project) *relation {
	r := b.windowRows(in)
	cols := b.projection(op.Exprs, r, true)
	return &relation{rel: &plan.Project{Input: r.window.input(in.rel), Cols: cols}}
}

// projection binds a list of expressions as the columns of a result. If
// strict, a plain column that is there twice is an error.
func (b *binder) projection(exprs []syntax.Expr, r *rows, strict bool) []plan.Named {
	list := b.splitNames(exprs)
	taken := make(names)
	b.reserveNames(list, taken)
	cols := make([]plan.Named, 0, len(list))
	for _, e := range list {
		value := b.value(e, r)
		cols = append(cols, plan.Named{Name: b.resultName(e, r, taken, strict), Expr: value})
	}
	return cols
}

// resultName returns the name of a result column. One without a name gets a
// number that no column of the input has either.
func (b *binder) resultName(e namedExpr, r *rows, taken names, strict bool) string {
	if e.name != nil {
		return e.name.Text
	}
	name := b.nameOfNamed(e)
	if name == "" {
		return taken.fresh(r)
	}
	if plain, ok := e.x.(*syntax.Name); ok && taken[name] && strict {
		b.duplicate(plain, name)
	}
	return taken.unique(name)
}

// matching returns the indexes of the columns that names and wildcards name,
// in the order of mention; each once.
func (b *binder) matching(list []syntax.Expr, in *relation) []int {
	r := in.rows()
	var indexes []int
	for _, x := range list {
		for _, i := range b.columnsOf(x, r) {
			if !slices.Contains(indexes, i) {
				indexes = append(indexes, i)
			}
		}
	}
	return indexes
}

// columnsOf returns the indexes of the columns that a name or a wildcard
// names.
func (b *binder) columnsOf(x syntax.Expr, r *rows) []int {
	if w, ok := x.(*syntax.Wildcard); ok {
		return matchingColumns(w.Pattern, r.cols)
	}
	name, ok := x.(*syntax.Name)
	if !ok {
		b.report(x, diag.UnknownName, "a column's name is expected here", "")
		return nil
	}
	if i := b.columnOf(name, r); i >= 0 {
		return []int{i}
	}
	return nil
}

// columnOf returns the index of a column, or -1 after a report.
func (b *binder) columnOf(x *syntax.Name, r *rows) int {
	i := r.column(x.Text)
	if i < 0 && !r.open {
		b.report(x, diag.UnknownName, "no column is called "+x.Text, b.columnHint(x.Text, r))
	}
	return i
}

// matchingColumns returns the indexes of the columns whose names match a
// pattern with stars.
func matchingColumns(pattern string, cols []types.Column) []int {
	var indexes []int
	for i, c := range cols {
		if matches(pattern, c.Name) {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// matches tells whether a name matches a pattern in which * is any text.
func matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(name, parts[0]) {
		return false
	}
	name = name[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return strings.HasSuffix(name, parts[len(parts)-1])
}

func (b *binder) projectAway(in *relation, op *syntax.ProjectAway) *relation {
	in = withNamed(in, op.Columns)
	away := b.matching(op.Columns, in)
	cols := in.rel.Columns()
	var kept []int
	for i := range cols {
		if !slices.Contains(away, i) {
			kept = append(kept, i)
		}
	}
	return in.with(&plan.Project{Input: in.rel, Cols: keep(cols, kept...)})
}

func (b *binder) projectKeep(in *relation, op *syntax.ProjectKeep) *relation {
	in = withNamed(in, op.Columns)
	kept := b.matching(op.Columns, in)
	slices.Sort(kept)
	return in.with(&plan.Project{Input: in.rel, Cols: keep(in.rel.Columns(), kept...)}).closedUnless(hasWildcard(op.Columns))
}

// projectRename binds project-rename new = old.
func (b *binder) projectRename(in *relation, op *syntax.ProjectRename) *relation {
	in = withNamed(in, op.Exprs)
	r := in.rows()
	cols := keepAll(r.cols)
	for _, x := range op.Exprs {
		n, ok := x.(*syntax.Named)
		var old *syntax.Name
		if ok {
			old, ok = n.X.(*syntax.Name)
		}
		if !ok || len(n.Names) != 1 {
			b.report(x, diag.Expected, "new = old is expected here", "")
			continue
		}
		if i := b.columnOf(old, r); i >= 0 {
			cols[i].Name = n.Names[0].Text
		}
	}
	taken := make(names)
	for _, c := range cols {
		if taken[c.Name] {
			b.duplicate(op, c.Name)
		}
		taken[c.Name] = true
	}
	return in.with(&plan.Project{Input: in.rel, Cols: cols})
}

// projectReorder puts the columns named first, in the order of mention.
func (b *binder) projectReorder(in *relation, op *syntax.ProjectReorder) *relation {
	in = withNamed(in, reorderKeys(op.Keys))
	r := in.rows()
	var order []int
	for _, key := range op.Keys {
		found := b.matching([]syntax.Expr{key.X}, in)
		switch key.Order {
		case "asc", "desc":
			slices.SortStableFunc(found, func(i, j int) int { return strings.Compare(r.cols[i].Name, r.cols[j].Name) })
			if key.Order == "desc" {
				slices.Reverse(found)
			}
		case "granny-asc", "granny-desc":
			b.abstain(key, "project-reorder "+key.Order, "name the columns in the order you want")
		}
		for _, i := range found {
			if !slices.Contains(order, i) {
				order = append(order, i)
			}
		}
	}
	for i := range r.cols {
		if !slices.Contains(order, i) {
			order = append(order, i)
		}
	}
	return in.with(&plan.Project{Input: in.rel, Cols: keep(r.cols, order...)})
}
