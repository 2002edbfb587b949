package bind

import (
	"slices"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// evaluate binds evaluate plugin(args) : (schema).
func (b *binder) evaluate(in *relation, op *syntax.Evaluate) *relation {
	name := op.Call.Func.Text
	f, ok := builtin.Lookup(name)
	if !ok || f.Kind != builtin.Plugin {
		b.report(op.Call.Func, diag.UnknownFunction, "no plugin is called "+name, didYouMean(name, pluginNames()))
		return b.unreadAs(op.Schema)
	}
	in = withNamed(in, arguments(op.Call.Args))
	p := &pluginCall{b: b, op: op, in: in, rows: in.rows(), named: make(map[string]syntax.Expr)}
	for _, a := range argsOf(op.Call) {
		if a.name == "" {
			p.args = append(p.args, a.x)
			continue
		}
		p.named[a.name] = a.x
	}
	switch f.Name {
	case "bag_unpack":
		return p.bagUnpack()
	case "pivot":
		return p.pivot()
	case "narrow":
		return p.narrow()
	case "ipv4_lookup", "ipv6_lookup":
		return p.addressLookup(f.Name)
	case "geo_line_lookup", "geo_polygon_lookup":
		return p.placeLookup(f.Name)
	}
	if t, ok := p.procedural(f.Name); ok {
		return t
	}
	b.refuse(op, "evaluate "+name, "")
	return b.unreadAs(op.Schema)
}

func pluginNames() []string {
	var plugins []string
	for _, f := range builtin.Functions() {
		if f.Kind == builtin.Plugin {
			plugins = append(plugins, f.Name)
		}
	}
	return plugins
}

// unreadAs is the table of a plugin that did not bind: of the columns that its
// schema declares, or open.
func (b *binder) unreadAs(schema *syntax.TypeOf) *relation {
	if schema == nil || schema.Star {
		return broken()
	}
	return b.unread(b.declaredColumns(schema.Columns), false)
}

// A pluginCall is a plugin being bound.
type pluginCall struct {
	b     *binder
	op    *syntax.Evaluate
	in    *relation
	rows  *rows
	args  []syntax.Expr          // by place
	named map[string]syntax.Expr // by name
}

// option returns the constant given for a parameter, by name or by place, or
// fallback.
func (p *pluginCall) option(name string, place int, fallback types.Value) (types.Value, bool) {
	x, ok := p.named[name]
	if !ok {
		if place >= len(p.args) {
			return fallback, true
		}
		x = p.args[place]
	}
	e := p.b.expr(x, noRows())
	v, ok := constantOf(e)
	if ok && v.Type == fallback.Type {
		return v, true
	}
	if e.Type() != types.Unknown {
		p.b.report(x, diag.TypeMismatch, name+" of "+p.op.Call.Func.Text+" is a constant of type "+fallback.Type.String(), "")
	}
	return fallback, false
}

// fits reports arguments whose names are not among those of the plugin, and
// arguments past the most that it takes; a negative most is no limit.
func (p *pluginCall) fits(most int, allowed ...string) bool {
	ok := true
	for _, a := range argsOf(p.op.Call) {
		if a.name != "" && !slices.Contains(allowed, a.name) {
			p.b.report(a.x, diag.UnknownName, p.op.Call.Func.Text+" has no parameter "+a.name, didYouMean(a.name, allowed))
			ok = false
		}
	}
	if most >= 0 && len(p.args) > most {
		p.b.report(p.op, diag.ArgumentCount, p.op.Call.Func.Text+" has too many arguments", "")
		ok = false
	}
	return ok
}

// column binds an argument that is the name of a column.
func (p *pluginCall) column(x syntax.Expr) (*plan.Col, bool) {
	e := p.b.expr(x, p.rows)
	col, ok := e.(*plan.Col)
	if !ok && e.Type() != types.Unknown {
		p.b.report(x, diag.TypeMismatch, p.op.Call.Func.Text+" takes the name of a column here", "compute it with extend first")
	}
	return col, ok
}

// others returns the input's columns, by index, that are not among some.
func (p *pluginCall) others(some map[int]bool) []int {
	var rest []int
	for i := range p.rows.cols {
		if !some[i] {
			rest = append(rest, i)
		}
	}
	return rest
}

// open is the result when its columns cannot be known: those that are, and
// perhaps more.
func (p *pluginCall) open(known []plan.Named) *relation {
	return (&relation{rel: &plan.Project{Input: p.in.rel, Cols: known}, open: true}).afresh()
}
