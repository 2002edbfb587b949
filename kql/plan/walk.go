package plan

// Inputs returns the relations that r reads, in order; those that stand in
// its expressions are not among them.
func Inputs(r Rel) []Rel {
	switch r := r.(type) {
	case *Scan, *Values, *Range, *Given:
		return nil
	case *Filter:
		return []Rel{r.Input}
	case *Project:
		return []Rel{r.Input}
	case *Aggregate:
		return []Rel{r.Input}
	case *Join:
		return []Rel{r.Left, r.Right}
	case *Union:
		return r.Inputs
	case *Sort:
		return []Rel{r.Input}
	case *Limit:
		return []Rel{r.Input}
	case *Expand:
		return []Rel{r.Input}
	case *Apply:
		return []Rel{r.Input, r.Sub}
	case *Match:
		return []Rel{r.Input}
	case *Partition:
		return []Rel{r.Input, r.Sub}
	case *Parse:
		return []Rel{r.Input}
	case *MakeSeries:
		return []Rel{r.Input}
	case *Serialize:
		return []Rel{r.Input}
	case *Plugin:
		return []Rel{r.Input}
	case *Shared:
		return []Rel{r.Input}
	default:
		panic(r) // unreachable: gochecksumtype proves the switch complete
	}
}

// Exprs returns the expressions of r itself, in order; those that are left
// out are not among them.
func Exprs(r Rel) []Expr {
	if p, ok := r.(*Project); ok { // it may be wide, and leaves none out
		return namedExprs(p.Cols)
	}
	var list []Expr
	add := func(exprs ...Expr) {
		for _, e := range exprs {
			if e != nil {
				list = append(list, e)
			}
		}
	}
	switch r := r.(type) {
	case *Scan, *Union, *Given, *Serialize, *Shared, *Match:
	case *Values:
		for _, row := range r.Rows {
			add(row...)
		}
	case *Range:
		add(r.From, r.To, r.Step)
	case *Filter:
		add(r.Cond)
	case *Project:
		add(namedExprs(r.Cols)...)
	case *Aggregate:
		add(namedExprs(r.Keys)...)
		for _, a := range r.Aggs {
			add(callExprs(a.Call)...)
		}
	case *Join:
		for _, k := range r.On {
			add(k.Left, k.Right)
		}
	case *Sort:
		for _, k := range r.Keys {
			add(k.Expr)
		}
	case *Limit:
		add(r.N)
	case *Expand:
		add(expansionExprs(r.Items)...)
		add(r.Limit)
	case *Apply:
		add(expansionExprs(r.Items)...)
		add(r.Limit)
	case *Partition:
		add(r.Keys...)
	case *Parse:
		add(r.Source)
	case *MakeSeries:
		add(namedExprs(r.Keys)...)
		for _, a := range r.Aggs {
			add(callExprs(a.Call)...)
			add(a.Default)
		}
		add(r.Axis.Expr, r.From, r.To, r.Step)
	case *Plugin:
		add(r.Args...)
	default:
		panic(r) // unreachable: gochecksumtype proves the switch complete
	}
	return list
}

func namedExprs(list []Named) []Expr {
	exprs := make([]Expr, len(list))
	for i, n := range list {
		exprs[i] = n.Expr
	}
	return exprs
}

func callExprs(c *AggCall) []Expr {
	if c.By == nil {
		return c.Args
	}
	return append([]Expr{c.By}, c.Args...)
}

func expansionExprs(items []Expansion) []Expr {
	exprs := make([]Expr, len(items))
	for i, item := range items {
		exprs[i] = item.Expr
	}
	return exprs
}

// Operands returns the expressions that e is made of, in order.
func Operands(e Expr) []Expr {
	switch e := e.(type) {
	case *Col, *Const, *Subquery:
		return nil
	case *Call:
		return e.Args
	case *Path:
		list := []Expr{e.X}
		for _, s := range e.Steps {
			if s.Index != nil {
				list = append(list, s.Index)
			}
		}
		return list
	case *InQuery:
		return []Expr{e.X}
	default:
		panic(e) // unreachable: gochecksumtype proves the switch complete
	}
}

// WalkExpr calls visit for e and every expression in it, e first. It does not
// enter the relations of subqueries.
func WalkExpr(e Expr, visit func(Expr)) {
	visit(e)
	for _, o := range Operands(e) {
		WalkExpr(o, visit)
	}
}

// Walk calls visit for r and every relation under it, those of subqueries
// too, r first. A Shared is visited wherever it is used, what it holds only
// the first time.
func Walk(r Rel, visit func(Rel)) { walk(r, visit, map[*Shared]bool{}) }

func walk(r Rel, visit func(Rel), seen map[*Shared]bool) {
	visit(r)
	if s, ok := r.(*Shared); ok {
		if seen[s] {
			return
		}
		seen[s] = true
	}
	for _, e := range Exprs(r) {
		WalkExpr(e, func(e Expr) {
			if sub := SubqueryOf(e); sub != nil {
				walk(sub, visit, seen)
			}
		})
	}
	for _, in := range Inputs(r) {
		walk(in, visit, seen)
	}
}

// SubqueryOf returns the relation that stands in e itself, or nil.
func SubqueryOf(e Expr) Rel {
	switch e := e.(type) {
	case *Subquery:
		return e.Rel
	case *InQuery:
		return e.Rel
	case *Col, *Const, *Call, *Path:
		return nil
	default:
		panic(e) // unreachable: gochecksumtype proves the switch complete
	}
}
