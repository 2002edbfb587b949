package sqlgen

import (
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// addDecimals completes the arithmetic with that of decimals. They are not
// divided: how many digits Kusto then keeps is not documented.
func addDecimals(forms map[types.Scalar]callForm, function string) map[types.Scalar]callForm {
	forms[types.Decimal] = fn(function)
	return forms
}

// rankable writes a value that sorts in SQL as it does in Kusto. A decimal is
// kept as text, and 9 is before 10.
func (g *generator) rankable(s scope, e plan.Expr) string {
	if e.Type() == types.Decimal {
		return "kql_decimal_key(" + g.expr(s, e) + ")"
	}
	return g.expr(s, e)
}

// decimalSum writes the sum of decimals; that of none is 0.
func decimalSum(g *generator, a aggregateCall) string {
	x := a.arg(g, 0)
	return "coalesce(kql_decimal_sum(list(" + x + ")" + a.filter(x+" IS NOT NULL") + "), '0')"
}

// decimalExtreme writes min or max of decimals: arg_min or arg_max by what
// sorts as they do.
func decimalExtreme(g *generator, a aggregateCall, function string) string {
	x := a.arg(g, 0)
	return function + "(" + x + ", kql_decimal_key(" + x + "))" + a.filter()
}
