package bind

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// literal gives a literal its value.
func (b *binder) literal(x *syntax.Literal) plan.Expr {
	v, ok := literalValue(x)
	if !ok {
		message := x.Text + " is no " + v.Type.String()
		if v.Type == types.DateTime {
			return b.decline(x, diag.TypeMismatch, message, "write datetime(2026-01-31) or datetime(2026-01-31T12:00:00Z)", v.Type)
		}
		b.report(x, diag.TypeMismatch, message, "")
		return b.failed(x)
	}
	return b.constant(x, v)
}

func (b *binder) constant(n syntax.Node, v types.Value) plan.Expr {
	return &plan.Const{Value: v, At: b.span(n)}
}

// failed stands for an expression that did not bind; it has no type.
func (b *binder) failed(n syntax.Node) plan.Expr {
	return &plan.Const{At: b.span(n)}
}

// literalValue returns the value of a literal; the type is set even if the
// text is none of it.
func literalValue(x *syntax.Literal) (types.Value, bool) {
	t := literalType(x.Kind)
	if x.Kind == syntax.StringLiteral {
		return types.NewString(x.Text), true
	}
	text := unquoted(strings.TrimSpace(x.Text))
	if text == "null" {
		return types.Null(t), true
	}
	v := types.Value{Type: t, Valid: true}
	var ok bool
	switch x.Kind {
	case syntax.BoolLiteral:
		v.Int, ok = parseBool(text)
	case syntax.LongLiteral, syntax.IntLiteral:
		v.Int, ok = parseWhole(text)
		if t == types.Int && (v.Int > math.MaxInt32 || v.Int < math.MinInt32) {
			ok = false
		}
	case syntax.RealLiteral:
		v.Float, ok = parseReal(text)
	case syntax.DecimalLiteral:
		v.Text, ok = parseDecimal(text)
	case syntax.DateTimeLiteral:
		v.Int, ok = types.ParseDateTime(dashed(text))
	case syntax.TimeSpanLiteral:
		v.Int, ok = types.ParseTimeSpan(text)
	case syntax.GUIDLiteral:
		v.Text, ok = types.ParseGUID(text)
	case syntax.NullLiteral:
		return types.Null(types.Dynamic), true
	case syntax.StringLiteral:
		ok = true
	default:
		panic(x.Kind)
	}
	return v, ok
}

// unquoted takes the quotes off datetime('2020-01-01').
func unquoted(text string) string {
	if n := len(text); n >= 2 && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] {
		return strings.TrimSpace(text[1 : n-1])
	}
	return text
}

func literalType(kind syntax.LiteralKind) types.Scalar {
	switch kind {
	case syntax.BoolLiteral:
		return types.Bool
	case syntax.LongLiteral:
		return types.Long
	case syntax.IntLiteral:
		return types.Int
	case syntax.RealLiteral:
		return types.Real
	case syntax.DecimalLiteral:
		return types.Decimal
	case syntax.StringLiteral:
		return types.String
	case syntax.DateTimeLiteral:
		return types.DateTime
	case syntax.TimeSpanLiteral:
		return types.TimeSpan
	case syntax.GUIDLiteral:
		return types.GUID
	case syntax.NullLiteral:
		return types.Dynamic
	}
	panic(kind)
}

// dashed takes the spaces off the dashes of datetime(2020 - 01 - 01).
func dashed(text string) string {
	return strings.ReplaceAll(text, " - ", "-")
}

func parseBool(text string) (int64, bool) {
	switch strings.ToLower(text) {
	case "true", "1":
		return 1, true
	case "false", "0":
		return 0, true
	}
	return 0, false
}

func parseWhole(text string) (int64, bool) {
	digits := text
	if rest, ok := strings.CutPrefix(strings.ToLower(strings.TrimPrefix(text, "-")), "0x"); ok {
		n, err := strconv.ParseUint(rest, 16, 64)
		if strings.HasPrefix(text, "-") {
			return -int64(n), err == nil
		}
		return int64(n), err == nil
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil
}

func parseReal(text string) (float64, bool) {
	switch strings.ToLower(text) {
	case "nan":
		return math.NaN(), true
	case "inf", "+inf", "infinity":
		return math.Inf(1), true
	case "-inf", "-infinity":
		return math.Inf(-1), true
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil && !strings.ContainsAny(text, "xX_")
}

// parseDecimal checks a decimal and returns it in its one spelling: without an
// exponent and without zeros that say nothing.
func parseDecimal(text string) (string, bool) {
	if strings.ContainsAny(text, "xX_/") {
		return "", false
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok || len(text) > 40 {
		return "", false
	}
	digits := 34
	if !strings.ContainsAny(text, "eE") {
		digits = len(text)
	}
	whole, fraction, _ := strings.Cut(n.FloatString(digits), ".")
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		return whole + "." + fraction, true
	}
	if whole == "-0" {
		whole = "0"
	}
	return whole, true
}

// dynamic gives dynamic(…) its value: JSON text.
func (b *binder) dynamic(x *syntax.Dynamic) plan.Expr {
	text, ok := b.appendJSON(nil, x.Value)
	if !ok {
		return b.failed(x)
	}
	if string(text) == "null" {
		return b.constant(x, types.Null(types.Dynamic))
	}
	return b.constant(x, types.NewDynamic(string(text)))
}

// appendJSON appends a value inside dynamic(…) as JSON.
func (b *binder) appendJSON(text []byte, x syntax.Expr) ([]byte, bool) {
	switch x := x.(type) {
	case *syntax.Literal:
		v, ok := literalValue(x)
		if !ok {
			b.report(x, diag.TypeMismatch, x.Text+" is no "+v.Type.String(), "")
		}
		return v.AppendJSON(text), ok
	case *syntax.Dynamic:
		return b.appendJSON(text, x.Value)
	case *syntax.Unary:
		if v, ok := b.expr(x, noRows()).(*plan.Const); ok && v.Type() != types.Unknown {
			return v.Value.AppendJSON(text), true
		}
	case *syntax.DynamicArray:
		return b.appendArray(text, x)
	case *syntax.DynamicBag:
		return b.appendBag(text, x)
	case *syntax.Name, *syntax.Wildcard, *syntax.Binary, *syntax.Between, *syntax.Membership,
		*syntax.Call, *syntax.Path, *syntax.Index, *syntax.Paren, *syntax.Named, *syntax.TypeOf,
		*syntax.Pipe, *syntax.DataTable, *syntax.ExternalData, *syntax.Foreign, *syntax.EntityGroup, *syntax.FunctionLiteral:
	default:
		panic(x)
	}
	b.report(x, diag.TypeMismatch, "inside dynamic(…) stand literals only", "use pack_array or bag_pack for expressions")
	return text, false
}

func (b *binder) appendArray(text []byte, x *syntax.DynamicArray) ([]byte, bool) {
	text = append(text, '[')
	for i, e := range x.Elements {
		if i > 0 {
			text = append(text, ',')
		}
		var ok bool
		if text, ok = b.appendJSON(text, e); !ok {
			return text, false
		}
	}
	return append(text, ']'), true
}

func (b *binder) appendBag(text []byte, x *syntax.DynamicBag) ([]byte, bool) {
	text = append(text, '{')
	for i, e := range x.Values {
		if i > 0 {
			text = append(text, ',')
		}
		text = types.AppendQuoted(text, x.Keys[i].Text)
		text = append(text, ':')
		var ok bool
		if text, ok = b.appendJSON(text, e); !ok {
			return text, false
		}
	}
	return append(text, '}'), true
}
