package bind

import (
	"encoding/json"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// An addressing is evaluate ipv4_lookup(Table, address, range, keys…,
// return_unmatched), or that of IPv6.
type addressing struct {
	*pluginCall
	ranges  *relation
	source  *plan.Col // the address, of the input
	network *plan.Col // the range, of the table
	extra   []joinKey
	dropped map[int]bool // columns of the table that the input has as keys
	all     bool         // rows without a range stay
}

// addressLookup binds ipv4_lookup and ipv6_lookup. The input's addresses, each
// once, are paired with the ranges that they are in; the pairs are joined to the
// input by the address.
//
//	input ─distinct address─▶ pairs with ranges ─┐
//	  └──────────────────────────────────────────┴─join on address─▶ result
func (p *pluginCall) addressLookup(name string) *relation {
	a, ok := p.addressing()
	if !ok || p.in.open || a.ranges.open {
		return a.opened()
	}
	input := p.b.share(name, p.in)
	n := len(a.ranges.rel.Columns())
	address := &plan.Project{Input: input.rel, Cols: []plan.Named{{Name: "$address", Expr: a.source}}}
	distinct := &plan.Aggregate{Input: address, Keys: keep(address.Columns(), 0), Grouped: true, Untraced: true}
	var pairs plan.Rel
	if name == "ipv4_lookup" {
		pairs = a.byMask(distinct)
	} else {
		pairs = a.byTrial(distinct)
	}
	on := []plan.KeyPair{{Left: a.source, Right: col(n, types.String)}}
	for _, key := range a.extra {
		on = append(on, plan.KeyPair{Left: key.left, Right: key.right})
	}
	node := &plan.Join{Left: input.rel, Right: pairs, Kind: plan.Inner, On: on, Span: p.b.span(p.op)}
	if a.all {
		node.Kind = plan.LeftOuter
	}
	node.Cols = joinColumns(p.rows.cols, a.ranges.rel.Columns(), node.Kind, a.dropped)
	return &relation{rel: node}
}

// opened is the result when one of the tables is open.
func (a *addressing) opened() *relation {
	if a.ranges == nil {
		return broken()
	}
	node := &plan.Join{Left: a.in.rel, Right: a.ranges.rel, Kind: plan.Inner}
	node.Cols = joinColumns(a.rows.cols, a.ranges.rel.Columns(), plan.Inner, a.dropped)
	return (&relation{rel: node, open: a.in.open || a.ranges.open}).afresh()
}

// addressing reads the arguments.
func (p *pluginCall) addressing() (*addressing, bool) {
	a := &addressing{pluginCall: p, dropped: make(map[int]bool)}
	args := p.args
	if len(args) < 3 {
		p.b.report(p.op, diag.ArgumentCount, p.op.Call.Func.Text+" needs a table, an address and the table's column of ranges", "")
		return a, false
	}
	if !p.fits(-1, "return_unmatched") {
		return a, false
	}
	unmatched := len(args)
	if last, ok := unparen(args[len(args)-1]).(*syntax.Literal); ok && last.Kind == syntax.BoolLiteral {
		unmatched--
	}
	all, ok := p.option("return_unmatched", unmatched, types.NewBool(false))
	a.all = all.Int != 0
	a.ranges = p.b.table(args[0])
	right := a.ranges.rows()
	var okSource, okNetwork bool
	a.source, okSource = p.textColumn(args[1], p.rows)
	a.network, okNetwork = p.textColumn(args[2], right)
	for _, x := range args[3:unmatched] {
		ok = a.extraKey(x, right) && ok
	}
	return a, ok && okSource && okNetwork
}

// textColumn binds the name of a column of r that holds text.
func (p *pluginCall) textColumn(x syntax.Expr, r *rows) (*plan.Col, bool) {
	e := p.b.expr(x, r)
	c, ok := e.(*plan.Col)
	if e.Type() == types.Unknown {
		return nil, false
	}
	if !ok || e.Type() != types.String {
		p.b.report(x, diag.TypeMismatch, "an address is a column of type string, not "+e.Type().String(), "compute it with extend first")
		return nil, false
	}
	return c, true
}

// extraKey binds a column that both tables have and that must be equal.
func (a *addressing) extraKey(x syntax.Expr, right *rows) bool {
	name, ok := unparen(x).(*syntax.Name)
	if !ok {
		a.b.report(x, diag.TypeMismatch, "a key is a column that both tables have", "")
		return false
	}
	key := joinKey{left: a.b.sideColumn(name, a.rows, "left"), right: a.b.sideColumn(name, right, "right"), x: x}
	if c, ok := key.right.(*plan.Col); ok {
		a.dropped[c.Index] = true
	}
	pair, ok := a.b.keyPair(key)
	a.extra = append(a.extra, joinKey{left: pair.Left, right: pair.Right, x: x})
	return ok
}

// byMask pairs addresses with ranges by the address under each prefix: an
// equality, so that a long list of ranges costs no more than a short one.
func (a *addressing) byMask(distinct plan.Rel) plan.Rel {
	lengths := make([]int, 33)
	for i := range lengths {
		lengths[i] = i
	}
	list, err := json.Marshal(lengths)
	if err != nil {
		panic(err) // integers always have a form
	}
	each := &plan.Expand{
		Input: distinct,
		Items: []plan.Expansion{{Expr: &plan.Const{Value: types.NewDynamic(string(list))}, Index: 1, Type: types.Long}},
		Cols:  []types.Column{{Name: "$address", Type: types.String}, {Name: "$length", Type: types.Long}},
	}
	under := call("format_ipv4_mask", types.String, col(0, types.String), col(1, types.Long))
	masked := nonEmpty(&plan.Aggregate{
		Input: each, Grouped: true, Untraced: true,
		Keys: []plan.Named{{Name: "$address", Expr: col(0, types.String)}, {Name: "$range", Expr: under}},
	}, 1)
	cols := a.ranges.rel.Columns()
	normal := call("format_ipv4_mask", types.String, a.network)
	ranges := nonEmpty(&plan.Project{Input: a.ranges.rel, Cols: append(keepAll(cols), plan.Named{Name: "$range", Expr: normal})}, len(cols))
	on := []plan.KeyPair{{Left: col(1, types.String), Right: col(len(cols), types.String)}}
	return a.pairs(masked, ranges, on)
}

// nonEmpty keeps the rows whose text in column i is not empty.
func nonEmpty(rel plan.Rel, i int) plan.Rel {
	return &plan.Filter{Input: rel, Cond: call("!=", types.Bool, col(i, types.String), text(""))}
}

// byTrial pairs every address with every range, and keeps those that fit.
func (a *addressing) byTrial(distinct plan.Rel) plan.Rel {
	cols := a.ranges.rel.Columns()
	one := &plan.Const{Value: types.NewLong(1)}
	rel := a.pairs(distinct, a.ranges.rel, []plan.KeyPair{{Left: one, Right: one}})
	within := call("ipv6_is_in_range", types.Bool, col(len(cols), types.String), a.network)
	return &plan.Filter{Input: rel, Cond: within}
}

// pairs joins addresses and ranges: the columns of the table, then the address.
func (a *addressing) pairs(addresses, ranges plan.Rel, on []plan.KeyPair) plan.Rel {
	node := &plan.Join{Left: addresses, Right: ranges, Kind: plan.Inner, On: on, Span: a.b.span(a.op)}
	for i, c := range a.ranges.rel.Columns() {
		node.Cols = append(node.Cols, plan.JoinColumn{Right: true, Index: i, Name: c.Name, Type: c.Type})
	}
	node.Cols = append(node.Cols, plan.JoinColumn{Index: 0, Name: "$address", Type: types.String})
	return node
}
