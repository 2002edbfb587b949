package bind

import (
	"fmt"
	"math"
	"strings"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// unary binds -x and +x.
func (b *binder) unary(x *syntax.Unary, r *rows) plan.Expr {
	if least(x) {
		return b.constant(x, types.NewLong(math.MinInt64))
	}
	e := b.expr(x.X, r)
	if e.Type() == types.Unknown {
		return e
	}
	f := b.builtin("neg")
	s := choose(f, []plan.Expr{e})
	switch {
	case e.Type() == types.Dynamic || e.Type() == types.DateTime:
		return b.declineOperands(x, x.Op, e.Type(), e)
	case s == nil:
		b.mismatch(x, x.Op, e)
		return b.failed(x)
	}
	if x.Op == "+" {
		return convert(e, s.Args[0])
	}
	return b.finish(x, apply(f, s, []plan.Expr{e}))
}

// least tells whether x is the least long, whose digits alone are none.
func least(x *syntax.Unary) bool {
	digits, ok := x.X.(*syntax.Literal)
	return ok && x.Op == "-" && digits.Kind == syntax.LongLiteral && digits.Text == "9223372036854775808"
}

// builtin returns the row of a name that is known to have one.
func (b *binder) builtin(name string) *builtin.Function {
	f, ok := builtin.Lookup(name)
	if !ok {
		panic("no builtin " + name)
	}
	return f
}

// finish places a call in the query, and folds it.
func (b *binder) finish(x syntax.Node, call *plan.Call) plan.Expr {
	call.At = b.span(x)
	return fold(call)
}

// mismatch reports operands that an operator does not take.
func (b *binder) mismatch(x syntax.Node, op string, operands ...plan.Expr) {
	b.report(x, diag.TypeMismatch, mismatchText(op, operands), mismatchHint(operands))
}

func mismatchText(op string, operands []plan.Expr) string {
	kinds := make([]string, len(operands))
	for i, e := range operands {
		kinds[i] = e.Type().String()
	}
	return fmt.Sprintf("the operator %s is not defined for %s", op, strings.Join(kinds, " and "))
}

// declineOperands reports operands that Microsoft's binder takes, and of which
// the answer is not known. The result is of type t.
func (b *binder) declineOperands(x syntax.Node, op string, t types.Scalar, operands ...plan.Expr) plan.Expr {
	return b.decline(x, diag.TypeMismatch, mismatchText(op, operands), mismatchHint(operands), t)
}

// mismatchHint suggests a conversion that makes operands fit.
func mismatchHint(operands []plan.Expr) string {
	var other types.Scalar
	loose := false // a string or dynamic that could be converted
	for _, e := range operands {
		switch t := e.Type(); t {
		case types.String, types.Dynamic:
			loose = true
		case types.Unknown, types.Bool, types.Int, types.Long, types.Real, types.Decimal, types.DateTime, types.TimeSpan, types.GUID:
			other = t
		}
	}
	switch {
	case loose && other != types.Unknown:
		return "convert with " + plan.Conversion(other) + "(…)"
	case loose && len(operands) > 1:
		return "convert with tolong(…), toreal(…) or another function of the type it has"
	}
	return ""
}

// binary binds x op y.
func (b *binder) binary(x *syntax.Binary, r *rows) plan.Expr {
	if star, ok := x.X.(*syntax.Wildcard); ok {
		if star.Pattern == "*" {
			return b.anyColumn(x, r)
		}
		b.refuse(star, "a pattern of columns here", "name the columns, joined by or")
		b.expr(x.Y, r)
		return b.failed(x)
	}
	if x.Op == "and" || x.Op == "or" {
		return b.logic(x, r)
	}
	left, right := b.expr(x.X, r), b.expr(x.Y, r)
	f, ok := builtin.Lookup(x.Op)
	if !ok || f.Kind != builtin.Infix {
		b.refuse(x, "the operator "+x.Op, operatorHint(x.Op))
		return b.failed(x)
	}
	if anyUnknown(left, right) {
		return b.failed(x)
	}
	return b.infix(x, x.Op, f, left, right)
}

func operatorHint(op string) string {
	switch op {
	case ":":
		return "write has"
	case "like", "notlike", "likecs", "notlikecs":
		return "write contains, startswith or matches regex"
	}
	return ""
}

// infix applies an operator to bound operands.
func (b *binder) infix(x syntax.Node, written string, f *builtin.Function, left, right plan.Expr) plan.Expr {
	switch f.Name {
	case "==", "!=":
		left, right = likenNumberToText(left, right)
		left, right = likenTruth(left, right)
		left, right = likenText(left, right)
		left, right = likenNumbers(left, right)
	case "<", "<=", ">", ">=":
		left, right = likenNumbers(left, right)
		if !hasOrder(left.Type(), right.Type()) || !hasOrder(right.Type(), left.Type()) {
			b.mismatch(x, written, left, right)
			return b.failed(x)
		}
	case "+", "-", "*", "/", "%":
		if left.Type() == types.Dynamic || right.Type() == types.Dynamic {
			// Microsoft's binder takes arithmetic of dynamic values, Kusto does not.
			return b.declineOperands(x, written, dynamicArithmetic(written, left.Type(), right.Type()), left, right)
		}
	}
	operands := []plan.Expr{left, right}
	s := choose(f, operands)
	if s == nil && (f.Name == "==" || f.Name == "!=") {
		return b.declineOperands(x, written, types.Bool, left, right)
	}
	if t, ok := checkedArithmetic(f.Name, left.Type(), right.Type()); ok && s == nil {
		return b.declineOperands(x, written, t, left, right)
	}
	if s == nil {
		b.mismatch(x, written, left, right)
		return b.failed(x)
	}
	return b.finish(x, apply(f, s, operands))
}

// hasOrder tells whether a value of type t has an order beside one of type
// other: a dynamic value has one beside numbers and strings only.
func hasOrder(t, other types.Scalar) bool {
	return t != types.Dynamic || other.Numeric() || other == types.String || other == types.Dynamic
}

// likenNumberToText makes a number the text of itself where the other side is
// a string: in Kusto a string is never read as a number to compare it.
func likenNumberToText(x, y plan.Expr) (like, likeToo plan.Expr) {
	if x.Type() == types.String && y.Type().Numeric() {
		return x, convert(y, types.String)
	}
	if y.Type() == types.String && x.Type().Numeric() {
		return convert(x, types.String), y
	}
	return x, y
}

// likenTruth makes a bool the number 0 or 1 where the other side is a number.
func likenTruth(x, y plan.Expr) (like, likeToo plan.Expr) {
	if x.Type() == types.Bool && y.Type().Integral() {
		return convert(x, types.Long), y
	}
	if y.Type() == types.Bool && x.Type().Integral() {
		return x, convert(y, types.Long)
	}
	return x, y
}

// likenText makes a constant text the value that prints as just that text,
// where the other side is a bool, a timespan or a guid: whether Kusto compares
// the values or the texts, the answer is the same.
func likenText(x, y plan.Expr) (like, likeToo plan.Expr) {
	if v, ok := canonical(y, x.Type()); ok {
		return x, &plan.Const{Value: v, At: y.Span()}
	}
	if v, ok := canonical(x, y.Type()); ok {
		return &plan.Const{Value: v, At: x.Span()}, y
	}
	return x, y
}

// canonical reads a constant text as the value of type t that prints as it.
func canonical(e plan.Expr, t types.Scalar) (types.Value, bool) {
	text, ok := constantOf(e)
	if !ok || text.Type != types.String {
		return types.Value{}, false
	}
	v := types.Value{Type: t, Valid: true}
	switch t {
	case types.Bool:
		v.Int, ok = parseBool(text.Text)
	case types.TimeSpan:
		v.Int, ok = types.ParseTimeSpan(text.Text)
	case types.GUID:
		v.Text, ok = types.ParseGUID(text.Text)
	case types.Unknown, types.Int, types.Long, types.Real, types.Decimal, types.String, types.DateTime, types.Dynamic:
		ok = false
	}
	return v, ok && v.String() == text.Text
}

// likenNumbers widens the narrower of two numbers.
func likenNumbers(x, y plan.Expr) (like, likeToo plan.Expr) {
	if !x.Type().Numeric() || !y.Type().Numeric() {
		return x, y
	}
	t := max(x.Type(), y.Type(), types.Long)
	return convert(x, t), convert(y, t)
}

// logic binds and, or. A long chain is walked without recursion.
func (b *binder) logic(x *syntax.Binary, r *rows) plan.Expr {
	var chain []*syntax.Binary
	var first syntax.Expr = x
	for {
		next, ok := first.(*syntax.Binary)
		if !ok || next.Op != "and" && next.Op != "or" {
			break
		}
		chain = append(chain, next)
		first = next.X
	}
	e := b.condition(first, r)
	for i := len(chain) - 1; i >= 0; i-- {
		y := b.condition(chain[i].Y, r)
		if anyUnknown(e, y) {
			e = b.failed(chain[i])
			continue
		}
		e = &plan.Call{Func: chain[i].Op, Args: []plan.Expr{e, y}, T: types.Bool, At: b.span(chain[i])}
	}
	return e
}

// between binds x between (low .. high). The upper bound of a datetime may be
// a timespan, which is counted from the lower one.
func (b *binder) between(x *syntax.Between, r *rows) plan.Expr {
	of, low, high := b.expr(x.X, r), b.expr(x.Low, r), b.expr(x.High, r)
	if anyUnknown(of, low, high) {
		return b.failed(x)
	}
	if low.Type() == types.DateTime && high.Type() == types.TimeSpan {
		high = b.finish(x.High, &plan.Call{Func: "+", Args: []plan.Expr{low, high}, T: types.DateTime})
	}
	name := "between"
	if x.Not {
		name = "!between"
	}
	f, operands := b.builtin(name), []plan.Expr{of, low, high}
	s := choose(f, operands)
	if of.Type() == types.Dynamic && s == nil {
		return b.declineOperands(x, name, types.Bool, operands...)
	}
	if s == nil {
		b.mismatch(x, name, operands...)
		return b.failed(x)
	}
	return b.finish(x, apply(f, s, operands))
}
