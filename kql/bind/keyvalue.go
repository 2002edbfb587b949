package bind

import (
	"regexp"
	"unicode/utf8"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// The hidden column of the pairs that parse-kv found.
const pairsColumn = "$pairs"

// kvOptions are what stands after with in parse-kv.
type kvOptions struct {
	pair, kv, quotes, escapes, regex string
	greedy                           bool
}

// parseKv binds parse-kv: a column for each key that is named.
func (b *binder) parseKv(in *relation, op *syntax.ParseKv) *relation {
	source := b.expr(op.X, in.rows())
	if t := source.Type(); t != types.String && t != types.Dynamic && t != types.Unknown {
		source = b.decline(op.X, diag.TypeMismatch, "parse-kv reads a string, not a "+t.String(), "write tostring(…)", types.String)
	}
	o, ok := b.kvOptions(op)
	if !ok || in.open || anyUnknown(source) {
		return broken()
	}
	pairs := b.pairs(op, convert(source, types.String), o)
	n := len(in.rel.Columns())
	found := &plan.Project{Input: in.rel, Cols: append(keepAll(in.rel.Columns()), plan.Named{Name: pairsColumn, Expr: pairs})}
	cols := keepAll(in.rel.Columns())
	named := make(names)
	for _, c := range op.Columns {
		if named[c.Name.Text] {
			b.duplicate(c, c.Name.Text)
		}
		named[c.Name.Text] = true
		cols = setColumn(cols, c.Name.Text, b.pairValue(c, n))
	}
	return in.with(&plan.Project{Input: found, Cols: cols})
}

// pairValue reads the value of a key out of the pairs, as its type.
func (b *binder) pairValue(c *syntax.Column, n int) plan.Expr {
	t, ok := types.String, true
	if c.Type != "" {
		t, ok = b.scalarType(c, c.Type)
	}
	if !ok {
		return b.failed(c)
	}
	if t == types.Dynamic {
		b.refuse(c, "parse-kv into a dynamic column", "take it as a string, and write parse_json(…)")
		return b.failed(c)
	}
	at := b.span(c)
	value := plan.Expr(&plan.Path{X: &plan.Col{Index: n, T: types.Dynamic, At: at}, Steps: []plan.Step{{Name: c.Name.Text}}, At: at})
	return convert(convert(value, types.String), t)
}

// pairs calls the function that finds keys and values.
func (b *binder) pairs(op *syntax.ParseKv, source plan.Expr, o kvOptions) plan.Expr {
	at := b.span(op)
	text := func(s string) plan.Expr { return &plan.Const{Value: types.NewString(s), At: at} }
	if o.regex != "" {
		all := &plan.Call{Func: "extract_all", Args: []plan.Expr{text(o.regex), source}, T: types.Dynamic, At: at}
		return &plan.Call{Func: plan.FirstPairsFunc, Args: []plan.Expr{all}, T: types.Dynamic, At: at}
	}
	greedy := &plan.Const{Value: types.NewBool(o.greedy), At: at}
	args := []plan.Expr{source, text(o.pair), text(o.kv), text(o.quotes), text(o.escapes), greedy}
	return &plan.Call{Func: plan.ParseKvFunc, Args: args, T: types.Dynamic, At: at}
}

func (b *binder) kvOptions(op *syntax.ParseKv) (o kvOptions, ok bool) {
	ok = true
	for _, p := range op.Props {
		value := valueText(p.Value)
		switch p.Name.Text {
		case "pair_delimiter":
			o.pair = value
		case "kv_delimiter":
			o.kv = value
		case "quote":
			ok = b.kvQuote(p, value, &o) && ok
		case "escape":
			if utf8.RuneCountInString(value) != 1 {
				b.report(p, diag.TypeMismatch, "an escape is one character", "")
				ok = false
			}
			o.escapes += value
		case "greedy":
			truth, known := parseBool(value)
			o.greedy = truth == 1
			if !known {
				b.report(p, diag.TypeMismatch, "greedy is true or false", "")
				ok = false
			}
		case "regex":
			o.regex = value
		default:
			b.report(p, diag.UnexpectedText, "parse-kv has no option "+p.Name.Text, "")
			ok = false
		}
	}
	return o, ok && b.kvMode(op, o)
}

// kvQuote adds a pair of quotes; one character both opens and closes.
func (b *binder) kvQuote(p *syntax.Property, value string, o *kvOptions) bool {
	switch utf8.RuneCountInString(value) {
	case 1:
		o.quotes += value + value
	case 2:
		o.quotes += value
	default:
		b.report(p, diag.TypeMismatch, "a quote is one character, or the opening and the closing one", "")
		return false
	}
	return true
}

// kvMode reports options that do not go together.
func (b *binder) kvMode(op *syntax.ParseKv, o kvOptions) bool {
	switch {
	case o.regex != "" && (o.pair != "" || o.kv != "" || o.quotes != "" || o.greedy):
		b.report(op, diag.UnexpectedText, "parse-kv with a regular expression takes no other option", "")
	case o.regex != "" && !twoGroups(o.regex):
		b.report(op, diag.TypeMismatch, "the regular expression of parse-kv has two groups: the key and the value", "")
	case (o.pair == "") != (o.kv == ""):
		b.report(op, diag.Expected, "pair_delimiter and kv_delimiter go together", "write both")
	default:
		return true
	}
	return false
}

// twoGroups tells whether an expression has two groups. One that this program
// cannot read is refused where it is run.
func twoGroups(expression string) bool {
	re, err := regexp.Compile(expression)
	return err != nil || re.NumSubexp() == 2
}
