package bind

import (
	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// evaluate binds evaluate plugin(args) : (schema). Without a schema a plugin
// whose columns depend on the rows is refused: what follows could not be
// checked.
func (b *binder) evaluate(in *relation, op *syntax.Evaluate) *relation {
	name := op.Call.Func.Text
	f, ok := builtin.Lookup(name)
	if !ok || f.Kind != builtin.Plugin {
		var plugins []string
		for _, f := range builtin.Functions() {
			if f.Kind == builtin.Plugin {
				plugins = append(plugins, f.Name)
			}
		}
		b.report(op.Call.Func, diag.UnknownFunction, "no plugin is called "+name, didYouMean(name, plugins))
		return broken()
	}
	if name != "bag_unpack" || op.Schema == nil {
		hint := ""
		if name == "bag_unpack" {
			hint = "say what columns it gives: evaluate bag_unpack(d) : (a:string, b:long)"
		}
		b.refuse(op, "evaluate "+name, hint)
		return broken()
	}
	return b.bagUnpack(in, op)
}

// bagUnpack binds evaluate bag_unpack(d) : (schema).
func (b *binder) bagUnpack(in *relation, op *syntax.Evaluate) *relation {
	if len(op.Call.Args) != 1 {
		b.refuse(op, "bag_unpack with more than one argument", "")
		return broken()
	}
	r := in.rows()
	e := b.expr(op.Call.Args[0], r)
	col, ok := e.(*plan.Col)
	if e.Type() == types.Unknown {
		return broken()
	}
	if !ok || e.Type() != types.Dynamic {
		b.report(op.Call.Args[0], diag.TypeMismatch, "bag_unpack takes a column of type dynamic", "")
		return broken()
	}
	node := &plan.Plugin{Name: "bag_unpack", Input: in.rel, Args: []plan.Expr{e}, Span: b.span(op)}
	if op.Schema.Star {
		for i, c := range r.cols {
			if i != col.Index {
				node.Cols = append(node.Cols, c)
			}
		}
	}
	taken := namesOf(node.Cols)
	for _, c := range op.Schema.Columns {
		t, _ := b.scalarType(c, c.Type)
		if taken[c.Name.Text] {
			b.duplicate(c, c.Name.Text)
		}
		taken[c.Name.Text] = true
		node.Cols = append(node.Cols, types.Column{Name: c.Name.Text, Type: t})
	}
	return &relation{rel: node}
}
