package sqlgen

import "github.com/conshelf/conshelf/kql/plan"

// Tables are wide and queries are not: needs tells which columns of each
// relation are used above it. Only those are written, so that the database
// need not find out. A relation that is used twice is written with what either
// use needs.
type needs map[plan.Rel]columnSet

// A columnSet is columns by position.
type columnSet []bool

func (s columnSet) has(i int) bool { return i < len(s) && s[i] }

// needsOf returns the needs of a query of which every column is wanted.
func needsOf(root plan.Rel) needs {
	n := needs{}
	all := make([]int, len(root.Columns()))
	for i := range all {
		all[i] = i
	}
	n.add(root, all)
	return n
}

// add notes that columns of r are needed, and what r needs for them. It ends
// because it goes on only where something is new.
func (n needs) add(r plan.Rel, columns []int) {
	set, known := n[r]
	if !known {
		set = make(columnSet, len(r.Columns()))
		n[r] = set
	}
	grew := !known
	for _, i := range columns {
		if !set[i] {
			set[i], grew = true, true
		}
	}
	if !grew {
		return
	}
	for _, e := range plan.Exprs(r) {
		plan.WalkExpr(e, func(e plan.Expr) {
			if sub := plan.SubqueryOf(e); sub != nil && len(sub.Columns()) > 0 {
				n.add(sub, []int{0})
			}
		})
	}
	n.inputs(r, set)
}

// inputs adds what r needs of its inputs.
func (n needs) inputs(r plan.Rel, set columnSet) {
	switch r := r.(type) {
	case *plan.Scan, *plan.Values, *plan.Range, *plan.Given:
	case *plan.Filter:
		n.add(r.Input, append(set.list(), used(r.Cond)...))
	case *plan.Project:
		var list []int
		for i, c := range r.Cols {
			if set[i] {
				list = append(list, used(c.Expr)...)
			}
		}
		n.add(r.Input, list)
	case *plan.Aggregate:
		n.add(r.Input, used(plan.Exprs(r)...))
	case *plan.MakeSeries:
		n.add(r.Input, used(plan.Exprs(r)...))
	case *plan.Join:
		n.join(r, set)
	case *plan.Union:
		n.union(r, set)
	case *plan.Match:
		n.add(r.Input, everything(r.Input))
	case *plan.Partition:
		n.partition(r, set)
	case *plan.Sort:
		n.add(r.Input, append(set.list(), used(plan.Exprs(r)...)...))
	case *plan.Limit:
		n.add(r.Input, set.list())
	case *plan.Serialize:
		n.add(r.Input, set.list())
	case *plan.Shared:
		n.add(r.Input, set.list())
	case *plan.Expand:
		n.add(r.Input, append(kept(set, r.Items, len(r.Input.Columns())), used(plan.Exprs(r)...)...))
	case *plan.Parse:
		n.add(r.Input, append(unparsed(set, r), used(r.Source)...))
	case *plan.Apply:
		n.apply(r, set)
	case *plan.Plugin:
		n.add(r.Input, everything(r.Input))
	default:
		panic(r) // unreachable: gochecksumtype proves the switch complete
	}
}

func (n needs) join(r *plan.Join, set columnSet) {
	var left, right []int
	for _, k := range r.On {
		left, right = append(left, used(k.Left)...), append(right, used(k.Right)...)
	}
	for i, c := range r.Cols {
		switch {
		case !set[i]:
		case c.Right:
			right = append(right, c.Index)
		default:
			left = append(left, c.Index)
		}
	}
	n.add(r.Left, left)
	n.add(r.Right, right)
}

func (n needs) union(r *plan.Union, set columnSet) {
	for i, in := range r.Inputs {
		if r.At == nil {
			n.add(in, set.list())
			continue
		}
		var list []int
		for k, at := range r.At[i] {
			if at >= 0 && set[at] {
				list = append(list, k)
			}
		}
		n.add(in, list)
	}
}

func (n needs) partition(r *plan.Partition, set columnSet) {
	n.add(r.Sub, set.list())
	list := used(r.Keys...)
	for _, given := range givens(r.Sub) {
		list = append(list, n[given].list()...)
	}
	n.add(r.Input, list)
}

func (n needs) apply(r *plan.Apply, set columnSet) {
	list := used(plan.Exprs(r)...)
	var inner []int
	for i := range r.Cols {
		switch {
		case !set[i]:
		case i < len(r.Outer):
			list = append(list, r.Outer[i])
		default:
			inner = append(inner, r.Inner[i-len(r.Outer)])
		}
	}
	n.add(r.Sub, inner)
	for _, given := range givens(r.Sub) {
		list = append(list, kept(n[given], r.Items, len(r.Input.Columns()))...)
	}
	n.add(r.Input, list)
}

func (s columnSet) list() []int {
	var list []int
	for i, needed := range s {
		if needed {
			list = append(list, i)
		}
	}
	return list
}

// used returns the columns that expressions name.
func used(list ...plan.Expr) []int {
	var columns []int
	for _, e := range list {
		plan.WalkExpr(e, func(e plan.Expr) {
			if c, ok := e.(*plan.Col); ok {
				columns = append(columns, c.Index)
			}
		})
	}
	return columns
}

// kept returns the columns of the input that stand in a result of an
// expansion.
func kept(set columnSet, items []plan.Expansion, inputs int) []int {
	var list []int
	for _, i := range set.list() {
		expanded := false
		for _, item := range items {
			expanded = expanded || item.Index == i
		}
		if !expanded && i < inputs {
			list = append(list, i)
		}
	}
	return list
}

// unparsed returns the columns of the input that a parse passes on.
func unparsed(set columnSet, r *plan.Parse) []int {
	var list []int
	for _, i := range set.list() {
		captured := false
		for _, part := range r.Pattern {
			captured = captured || part.Capture && part.Index == i
		}
		if !captured {
			list = append(list, i)
		}
	}
	return list
}

func everything(r plan.Rel) []int {
	list := make([]int, len(r.Columns()))
	for i := range list {
		list[i] = i
	}
	return list
}
