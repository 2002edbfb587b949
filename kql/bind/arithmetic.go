package bind

import "github.com/conshelf/conshelf/kql/types"

// dynamicArithmetic returns the type that Microsoft's binder gives arithmetic
// of which an operand is dynamic; Kusto has no answer to it.
func dynamicArithmetic(op string, left, right types.Scalar) types.Scalar {
	t := left
	if t == types.Dynamic {
		t = right
	}
	switch {
	case t == types.Int:
		return types.Long
	case op == "-" && right == types.DateTime:
		return types.TimeSpan
	}
	return t
}

// checkedArithmetic returns the type that Microsoft's binder gives operands
// that no documentation says the answer of: a datetime times a number.
func checkedArithmetic(op string, left, right types.Scalar) (types.Scalar, bool) {
	if isComparison(op) {
		return types.Bool, left == types.Bool && right.Numeric() || right == types.Bool && left.Numeric()
	}
	if !isQuantity(left) || !isQuantity(right) {
		return types.Unknown, false
	}
	switch op {
	case "+":
		return types.DateTime, left == types.DateTime && right == types.DateTime
	case "-":
		return types.DateTime, left == types.TimeSpan && right == types.DateTime
	case "*":
		return checkedProduct(left, right)
	case "/":
		if isTicks(right) {
			return types.Real, left == types.DateTime
		}
		return types.DateTime, left == types.DateTime
	case "%":
		return checkedRemainder(left, right)
	}
	return types.Unknown, false
}

func checkedProduct(left, right types.Scalar) (types.Scalar, bool) {
	switch {
	case left == types.DateTime && right.Numeric(), left.Numeric() && right == types.DateTime:
		return types.DateTime, true
	case left == types.TimeSpan && right == types.TimeSpan:
		return types.TimeSpan, true
	}
	return types.Unknown, false
}

func checkedRemainder(left, right types.Scalar) (types.Scalar, bool) {
	switch {
	case left == types.DateTime && right.Numeric():
		return types.DateTime, true
	case isTicks(left):
		return types.TimeSpan, true
	}
	return types.Unknown, false
}

// isQuantity tells whether there is arithmetic on values of a type.
func isQuantity(t types.Scalar) bool { return t.Numeric() || isTicks(t) }

func isComparison(op string) bool { return op == "<" || op == "<=" || op == ">" || op == ">=" }
