package bind

import (
	"slices"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// packedColumn is the bag of the columns that find does not show.
const packedColumn = "pack_"

// find binds find: the rows of all tables in which a condition is true. What
// is not said to be shown is packed into a bag.
func (b *binder) find(op *syntax.Find) *relation {
	legs := b.searchedLegs(op, op.Tables, "find_arg")
	if legs == nil {
		return broken()
	}
	if op.ProjectAway != nil {
		b.refuse(op, "find … project-away", "write | project-away after it")
		return broken()
	}
	s := b.searcher(legs, false)
	cond := s.term(op.Cond)
	if b.anyOpen(legs) {
		return broken()
	}
	f := finder{binder: b, legs: legs, source: findSource(op.Props)}
	if op.Project != nil {
		f.project(op.Project)
	} else {
		f.smart(s.mentioned)
	}
	for i, l := range legs {
		kept := filtered(l.relation, cond(s, i))
		legs[i].relation = kept.with(&plan.Project{Input: kept.rel, Cols: f.columns(l)})
	}
	return &relation{rel: unionOf(legs, unionProps{})}
}

func findSource(props []*syntax.Property) string {
	for _, p := range props {
		if p.Name.Text == "withsource" || p.Name.Text == "with_source" {
			return valueText(p.Value)
		}
	}
	return "source_"
}

// A finder says which columns find shows.
type finder struct {
	*binder
	legs   []leg
	source string
	shown  []types.Column
	pack   bool
}

// smart shows the columns that all tables have, then those that the condition
// names, and packs the others.
func (f *finder) smart(mentioned []string) {
	f.pack = true
	for _, c := range f.legs[0].rel.Columns() {
		if !slices.ContainsFunc(f.legs, func(l leg) bool { return !slices.Contains(l.rel.Columns(), c) }) {
			f.shown = append(f.shown, c)
		}
	}
	all, _ := unionColumns(f.legs, unionProps{})
	for _, c := range all {
		if slices.Contains(mentioned, c.Name) && c.Name == c.source && !slices.Contains(f.shown, c.Column) {
			f.shown = append(f.shown, c.Column)
		}
	}
}

// project shows the columns of a list: name, name:type, pack(*).
func (f *finder) project(list []syntax.Expr) {
	for _, x := range list {
		typed, isTyped := x.(*syntax.Binary)
		name, isName := x.(*syntax.Name)
		call, isCall := x.(*syntax.Call)
		switch {
		case isName:
			f.show(x, name, types.Unknown)
		case isTyped:
			f.showAs(typed)
		case isCall && call.Func.Text == "pack":
			f.pack = true
		default:
			f.report(x, diag.Expected, "a column, or pack(*), is expected here", "")
		}
	}
}

// showAs shows name:type.
func (f *finder) showAs(x *syntax.Binary) {
	name, isName := x.X.(*syntax.Name)
	kind, isKind := x.Y.(*syntax.Name)
	if isName && isKind {
		t, _ := f.scalarType(x, kind.Text)
		f.show(x, name, t)
	}
}

// show shows a column, of the type that the tables give it unless one is said.
func (f *finder) show(x syntax.Node, name *syntax.Name, want types.Scalar) {
	if slices.ContainsFunc(f.shown, func(c types.Column) bool { return c.Name == name.Text }) {
		f.duplicate(x, name.Text)
		return
	}
	var found []types.Scalar
	all := &rows{}
	for _, l := range f.legs {
		r := l.rows()
		all.cols = append(all.cols, r.cols...)
		if i := r.column(name.Text); i >= 0 && !slices.Contains(found, r.cols[i].Type) {
			found = append(found, r.cols[i].Type)
		}
	}
	switch {
	case len(found) == 0:
		f.columnOf(name, all)
		return
	case slices.ContainsFunc(found, func(t types.Scalar) bool { return !shownAs(t, want) }):
		f.report(x, diag.TypeMismatch, "column "+name.Text+" is a "+found[0].String()+", which find does not show as "+want.String(), "convert it after find")
		return
	case want != types.Unknown:
	case len(found) > 1:
		f.report(x, diag.TypeMismatch, "column "+name.Text+" has several types in these tables", "say which: "+name.Text+":"+found[0].String())
		return
	default:
		want = found[0]
	}
	f.shown = append(f.shown, types.Column{Name: name.Text, Type: want})
}

// columns are what is shown of a leg.
func (f *finder) columns(l leg) []plan.Named {
	r := l.rows()
	cols := []plan.Named{{Name: f.source, Expr: &plan.Const{Value: types.NewString(l.source)}}}
	shown := make(map[int]bool)
	for _, c := range f.shown {
		value := plan.Expr(&plan.Const{Value: types.Null(c.Type)})
		if i := r.column(c.Name); i >= 0 {
			shown[i] = true
			value = convert(&plan.Col{Index: i, T: r.cols[i].Type}, c.Type)
		}
		cols = append(cols, plan.Named{Name: c.Name, Expr: value})
	}
	if !f.pack {
		return cols
	}
	bag := &plan.Call{Func: "bag_pack", T: types.Dynamic}
	for i, c := range r.cols {
		if !shown[i] {
			bag.Args = append(bag.Args, &plan.Const{Value: types.NewString(c.Name)}, &plan.Col{Index: i, T: c.Type})
		}
	}
	packed := plan.Expr(bag)
	if len(bag.Args) == 0 {
		packed = &plan.Const{Value: types.NewDynamic("{}")}
	}
	return append(cols, plan.Named{Name: packedColumn, Expr: packed})
}

// shownAs tells whether find converts a column to the type asked for.
func shownAs(t, want types.Scalar) bool {
	return want == types.Unknown || want == t || want == types.String || t == types.String || t == types.Dynamic ||
		t.Numeric() && want.Numeric()
}
