package bind

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// projectByNames binds project-by-names: the columns that strings, arrays of
// strings and patterns name, in the order of mention. A name that is not there
// is no mistake.
func (b *binder) projectByNames(in *relation, op *syntax.ProjectByNames) *relation {
	var patterns []string
	for _, x := range op.Exprs {
		names, ok := b.namesIn(x)
		if !ok {
			return broken()
		}
		patterns = append(patterns, names...)
	}
	if in.open {
		return broken()
	}
	cols := in.rel.Columns()
	var kept []int
	for _, pattern := range patterns {
		for i, c := range cols {
			if (c.Name == pattern || strings.Contains(pattern, "*") && matches(pattern, c.Name)) && !slices.Contains(kept, i) {
				kept = append(kept, i)
			}
		}
	}
	if len(kept) == 0 {
		b.report(op, diag.UnknownName, "none of the columns is there", "")
		return broken()
	}
	return in.with(&plan.Project{Input: in.rel, Cols: keep(cols, kept...)})
}

// columnNamesOf binds column_names_of(T): a constant array.
func (b *binder) columnNamesOf(x *syntax.Call) plan.Expr {
	if len(x.Args) != 1 {
		b.report(x, diag.ArgumentCount, "column_names_of takes 1 argument", "")
		return b.failed(x)
	}
	t := b.table(x.Args[0])
	names, err := json.Marshal(columnNames(t.rel.Columns()))
	if err != nil || t.open && !b.env.Analyze {
		return b.failed(x)
	}
	return b.constant(x, types.NewDynamic(string(names)))
}

// namesIn reads names out of a constant string or array, or column_names_of(T).
func (b *binder) namesIn(x syntax.Expr) ([]string, bool) {
	if call, ok := unparen(x).(*syntax.Call); ok && call.Func.Text == "column_names_of" && len(call.Args) == 1 {
		t := b.table(call.Args[0])
		return columnNames(t.rel.Columns()), !t.open
	}
	e := b.expr(x, noRows())
	v, ok := constantOf(e)
	var list []string
	switch {
	case e.Type() == types.Unknown:
		return nil, false
	case ok && v.Type == types.String:
		return []string{v.Text}, true
	case ok && v.Type == types.Dynamic && v.Valid && json.Unmarshal([]byte(v.Text), &list) == nil:
		return list, true
	}
	b.report(x, diag.TypeMismatch, "the names of columns are constant strings, or a constant array of them", "")
	return nil, false
}
