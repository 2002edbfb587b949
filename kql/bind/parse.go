package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// parse binds parse and parse-where. A captured column replaces the column of
// its name and type, or is added last.
func (b *binder) parse(in *relation, op *syntax.Parse) *relation {
	r := in.rows()
	source := b.expr(op.X, r)
	if t := source.Type(); t != types.String && t != types.Dynamic && t != types.Unknown {
		source = b.decline(op.X, diag.TypeMismatch, "parse reads a string, not a "+t.String(), "write tostring(…)", types.String)
	} else {
		source = convert(source, types.String)
	}
	node := &plan.Parse{Input: in.rel, Source: source, Where: op.Where, Cols: append([]types.Column(nil), r.cols...)}
	b.parseProps(op, node)
	captured := make(names)
	for _, p := range op.Pattern {
		node.Pattern = append(node.Pattern, b.patternPart(p, node, captured))
	}
	if len(node.Pattern) == 0 {
		b.report(op, diag.Expected, "parse needs a pattern", "")
	}
	return in.with(node)
}

func (b *binder) parseProps(op *syntax.Parse, node *plan.Parse) {
	for _, p := range op.Props {
		value := valueText(p.Value)
		switch p.Name.Text {
		case "kind":
			switch value {
			case "simple":
				node.Mode = plan.ParseSimple
			case "relaxed":
				node.Mode = plan.ParseRelaxed
			case "regex":
				node.Mode = plan.ParseRegex
			default:
				b.report(p, diag.UnexpectedText, "there is no parse kind="+value, "it is simple, relaxed or regex")
			}
		case "flags":
			node.Flags = value
		}
	}
}

// patternPart binds a text, a skip or a capture.
func (b *binder) patternPart(p *syntax.PatternPart, node *plan.Parse, captured names) plan.ParsePart {
	switch {
	case p.Text != nil:
		return plan.ParsePart{Text: p.Text.Text}
	case p.Star:
		return plan.ParsePart{Skip: true}
	}
	name, t := p.Column.Name.Text, types.String
	if p.Column.Type != "" {
		t, _ = b.scalarType(p.Column, p.Column.Type)
	}
	if captured[name] {
		b.duplicate(p, name)
	}
	captured[name] = true
	part := plan.ParsePart{Capture: true, Index: len(node.Cols), Type: t}
	for i, c := range node.Cols {
		if c.Name == name && c.Type == t {
			part.Index = i
			return part
		}
	}
	node.Cols = append(node.Cols, types.Column{Name: namesOf(node.Cols).unique(name), Type: t})
	return part
}
