package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A placing is evaluate geo_line_lookup(Table, line, longitude, latitude,
// radius, …) or geo_polygon_lookup(Table, polygon, longitude, latitude, …).
type placing struct {
	*pluginCall
	shapes              *relation
	shape               *plan.Col // of the table
	longitude, latitude *plan.Col // of the input
	radius              *types.Value
	all                 bool // rows without a shape stay
	key                 bool // the shape is in the result
}

// placeLookup binds geo_line_lookup and geo_polygon_lookup. The input's points,
// each once, are paired with every shape, and those kept that fit; the pairs
// are joined to the input by the point.
func (p *pluginCall) placeLookup(name string) *relation {
	l := &placing{pluginCall: p}
	if !l.bind(name) {
		return broken()
	}
	dropped := map[int]bool{l.shape.Index: !l.key}
	cols := l.shapes.rel.Columns()
	if p.in.open || l.shapes.open {
		node := &plan.Join{Left: p.in.rel, Right: l.shapes.rel, Kind: plan.Inner, Cols: joinColumns(p.rows.cols, cols, plan.Inner, dropped)}
		return (&relation{rel: node, open: true}).afresh()
	}
	input := p.b.share(name, p.in)
	points := &plan.Aggregate{
		Input: input.rel, Grouped: true, Untraced: true,
		Keys: []plan.Named{{Name: "$longitude", Expr: l.longitude}, {Name: "$latitude", Expr: l.latitude}},
	}
	n := len(cols)
	on := []plan.KeyPair{{Left: l.longitude, Right: col(n, types.Real)}, {Left: l.latitude, Right: col(n+1, types.Real)}}
	node := &plan.Join{Left: input.rel, Right: l.pairs(name, points), Kind: plan.Inner, On: on, Span: p.b.span(p.op)}
	if l.all {
		node.Kind = plan.LeftOuter
	}
	node.Cols = joinColumns(p.rows.cols, cols, node.Kind, dropped)
	return &relation{rel: node}
}

// pairs are the shapes with the points that fit them: the columns of the
// table, then longitude and latitude.
func (l *placing) pairs(name string, points plan.Rel) plan.Rel {
	cols := l.shapes.rel.Columns()
	one := &plan.Const{Value: types.NewLong(1)}
	node := &plan.Join{Left: points, Right: l.shapes.rel, Kind: plan.Inner, On: []plan.KeyPair{{Left: one, Right: one}}, Span: l.b.span(l.op)}
	for i, c := range cols {
		node.Cols = append(node.Cols, plan.JoinColumn{Right: true, Index: i, Name: c.Name, Type: c.Type})
	}
	node.Cols = append(node.Cols, plan.JoinColumn{Index: 0, Name: "$longitude", Type: types.Real}, plan.JoinColumn{Index: 1, Name: "$latitude", Type: types.Real})
	point := []plan.Expr{col(len(cols), types.Real), col(len(cols)+1, types.Real), l.shape}
	if l.radius == nil {
		return &plan.Filter{Input: node, Cond: call("geo_point_in_polygon", types.Bool, point...)}
	}
	distance := "geo_distance_point_to_line"
	if name == "geo_polygon_lookup" {
		distance = "geo_distance_point_to_polygon"
	}
	return &plan.Filter{Input: node, Cond: call("<=", types.Bool, call(distance, types.Real, point...), &plan.Const{Value: *l.radius})}
}

// bind reads the arguments.
func (l *placing) bind(name string) bool {
	least := 4
	if name == "geo_line_lookup" {
		least = 5
	}
	if _, named := l.named["radius"]; named {
		least = 4
	}
	if len(l.args) < least {
		l.b.report(l.op, diag.ArgumentCount, name+" needs a table, its column of shapes, a longitude, a latitude and, for lines, a radius", "")
		return false
	}
	if !l.fits(8, "radius", "return_unmatched", "lookup_area_radius", "return_lookup_key") {
		return false
	}
	if _, named := l.named["lookup_area_radius"]; named || len(l.args) > 6 {
		l.b.refuse(l.op, name+" with lookup_area_radius", "leave it out; every shape is looked at")
		return false
	}
	l.shapes = l.b.table(l.args[0])
	right := l.shapes.rows()
	shape, longitude, latitude := l.b.expr(l.args[1], right), l.b.expr(l.args[2], l.rows), l.b.expr(l.args[3], l.rows)
	var ok [3]bool
	l.shape, ok[0] = l.columnOfType(l.args[1], shape, types.Dynamic)
	l.longitude, ok[1] = l.columnOfType(l.args[2], longitude, types.Real)
	l.latitude, ok[2] = l.columnOfType(l.args[3], latitude, types.Real)
	return ok == [3]bool{true, true, true} && l.options()
}

// columnOfType reports an argument that is no column of a type.
func (l *placing) columnOfType(x syntax.Expr, e plan.Expr, t types.Scalar) (*plan.Col, bool) {
	c, ok := e.(*plan.Col)
	if ok && c.T == t {
		return c, true
	}
	if e.Type() != types.Unknown {
		l.b.report(x, diag.TypeMismatch, l.op.Call.Func.Text+" takes a column of type "+t.String()+" here", "compute it with extend first")
	}
	return nil, false
}

// options reads the constants after the columns.
func (l *placing) options() bool {
	x, ok := l.named["radius"]
	if !ok && len(l.args) > 4 {
		x, ok = l.args[4], true
	}
	if ok {
		e, constant := l.constant(x, types.Real)
		if !constant {
			return false
		}
		v, _ := constantOf(e)
		l.radius = &v
	}
	all, okAll := l.option("return_unmatched", 5, types.NewBool(false))
	key, okKey := l.option("return_lookup_key", 7, types.NewBool(false))
	l.all, l.key = all.Int != 0, key.Int != 0
	return okAll && okKey
}
