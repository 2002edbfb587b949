package plan

import "github.com/conshelf/conshelf/kql/builtin"

// Scans returns every scan of evidence of q, those of subqueries too, in the
// order in which the plan reads them; References are not among them.
func Scans(q *Query) []*Scan {
	var list []*Scan
	Walk(q.Root, func(r Rel) {
		if s, ok := r.(*Scan); ok && !s.Reference {
			list = append(list, s)
		}
	})
	for _, other := range q.Others {
		list = append(list, Scans(other)...)
	}
	return list
}

// RowWise tells whether every row of q's result comes from one row of
// evidence and from nothing else: from no other row, and not from the instant
// of asking. Such a query gives the same rows for a window as for its parts.
// The order of the rows does not count.
func RowWise(q *Query) bool { return !q.UsesNow && len(q.Others) == 0 && rowWise(q.Root) }

func rowWise(r Rel) bool {
	if !constantExprs(r) {
		return false
	}
	switch r := r.(type) {
	case *Scan:
		return !r.Reference
	case *Filter:
		return rowWise(r.Input)
	case *Project:
		return rowWise(r.Input)
	case *Sort:
		return rowWise(r.Input)
	case *Serialize:
		return rowWise(r.Input)
	case *Expand:
		return rowWise(r.Input)
	case *Apply:
		return rowWise(r.Input) && !readsEvidence(r.Sub)
	case *Partition, *Match:
		return false
	case *Parse:
		return rowWise(r.Input)
	case *Shared:
		return rowWise(r.Input)
	case *Union:
		for _, in := range r.Inputs {
			if !rowWise(in) {
				return false
			}
		}
		return true
	case *Join:
		return rowWiseJoin(r)
	case *Values, *Range, *Given, *Aggregate, *Limit, *MakeSeries, *Plugin:
		return false
	default:
		panic(r) // unreachable: gochecksumtype proves the switch complete
	}
}

// rowWiseJoin tells whether a join looks each row up in a table that the
// query itself gives.
func rowWiseJoin(r *Join) bool {
	switch r.Kind {
	case Inner, LeftOuter, LeftSemi, LeftAnti:
		return rowWise(r.Left) && !readsEvidence(r.Right)
	case InnerUnique, RightOuter, FullOuter, RightSemi, RightAnti:
		return false
	}
	panic("plan: join kind")
}

// constantExprs tells whether the expressions of r depend on the row alone:
// no window function, and no subquery over evidence.
func constantExprs(r Rel) bool {
	constant := true
	for _, e := range Exprs(r) {
		WalkExpr(e, func(e Expr) {
			if sub := SubqueryOf(e); sub != nil && readsEvidence(sub) {
				constant = false
			}
			if c, ok := e.(*Call); ok && needsOrder(c.Func) {
				constant = false
			}
		})
	}
	return constant
}

// needsOrder tells whether a function looks at other rows.
func needsOrder(name string) bool {
	f, ok := builtin.Lookup(name)
	return ok && (f.Kind == builtin.Window || builtin.Placed(name))
}

func readsEvidence(r Rel) bool {
	reads := false
	Walk(r, func(r Rel) {
		if scan, ok := r.(*Scan); ok && !scan.Reference {
			reads = true
		}
	})
	return reads
}
