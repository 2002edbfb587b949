package bind

import (
	"math"
	"math/big"
	"strconv"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// convert returns e as a value of type t. To Unknown is e itself.
func convert(e plan.Expr, t types.Scalar) plan.Expr {
	if e.Type() == t || t == types.Unknown || e.Type() == types.Unknown {
		return e
	}
	if c, ok := e.(*plan.Const); ok {
		if v, ok := convertValue(c.Value, t); ok {
			return &plan.Const{Value: v, At: c.At}
		}
	}
	if t == types.Dynamic {
		// The value as it is: todynamic would read a text as JSON.
		array := &plan.Call{Func: "pack_array", Args: []plan.Expr{e}, T: types.Dynamic, At: e.Span()}
		first := &plan.Const{Value: types.NewLong(0), At: e.Span()}
		return &plan.Path{X: array, Steps: []plan.Step{{Index: first}}, At: e.Span()}
	}
	return &plan.Call{Func: plan.Conversion(t), Args: []plan.Expr{e}, T: t, At: e.Span()}
}

// convertValue converts constants where the result is beyond doubt.
func convertValue(v types.Value, t types.Scalar) (types.Value, bool) {
	switch {
	case !v.Valid && v.Type != types.Dynamic:
		return types.Null(t), true
	case t == types.Dynamic && v.Type != types.Decimal:
		return types.NewDynamic(string(v.AppendJSON(nil))), true
	case v.Type == types.Int && t == types.Long:
		return types.NewLong(v.Int), true
	case v.Type == types.Long && t == types.Int && v.Int >= math.MinInt32 && v.Int <= math.MaxInt32:
		return types.NewInt(int32(v.Int)), true
	case v.Type.Integral() && t == types.Real:
		return types.NewReal(float64(v.Int)), true
	case v.Type.Integral() && t == types.Decimal:
		return types.Value{Type: types.Decimal, Valid: true, Text: strconv.FormatInt(v.Int, 10)}, true
	case v.Type == types.Real && t == types.Decimal && v.Valid:
		return exactDecimal(v.Float)
	case t == types.String && v.Type != types.Dynamic:
		return types.NewString(v.String()), true
	}
	return types.Value{}, false
}

// A cost says how far a conversion goes; the nearest signature is taken.
// impossible is none.
type cost int

const impossible cost = -1

// conversionCost tells what it takes to make a to of a from without being
// asked to. Text is of a signature that takes any scalar for a string.
func conversionCost(from, to types.Scalar, text bool) cost {
	switch {
	case to == types.Unknown || from == to:
		return 0
	case from == types.Int && to == types.Long:
		return 1
	case from.Integral() && to == types.Real:
		return 2
	case from.Numeric() && to == types.Decimal:
		return 3
	case from == types.Dynamic && to == types.String:
		return 4
	case from == types.Dynamic:
		return 5
	case text && to == types.String:
		return 6
	case from == types.Decimal && to == types.Real:
		return 7
	}
	return impossible
}

// choose returns the signature of f that takes arguments of these types with
// the least conversion, or nil.
func choose(f *builtin.Function, args []plan.Expr) *builtin.Signature {
	var best *builtin.Signature
	least := cost(math.MaxInt)
	for i := range f.Signatures {
		s := &f.Signatures[i]
		if c := signatureCost(s, args); c != impossible && c < least {
			best, least = s, c
		}
	}
	return best
}

func signatureCost(s *builtin.Signature, args []plan.Expr) cost {
	if !takes(s, len(args)) {
		return impossible
	}
	var sum cost
	for i, a := range args {
		c := conversionCost(a.Type(), argType(s, i), s.Text)
		if c == impossible {
			return impossible
		}
		sum += c
	}
	return sum
}

// takes tells whether a signature takes n arguments.
func takes(s *builtin.Signature, n int) bool {
	return n >= len(s.Args)-s.Optional && (n <= len(s.Args) || s.Variadic)
}

// argType returns the type of argument i.
func argType(s *builtin.Signature, i int) types.Scalar {
	if i >= len(s.Args) {
		return s.Args[len(s.Args)-1]
	}
	return s.Args[i]
}

// apply converts arguments to a signature and returns the call.
func apply(f *builtin.Function, s *builtin.Signature, args []plan.Expr) *plan.Call {
	converted := make([]plan.Expr, len(args))
	kinds := make([]types.Scalar, len(args))
	for i, a := range args {
		converted[i] = convert(a, argType(s, i))
		kinds[i] = converted[i].Type()
	}
	t := s.Result
	if s.ResultOf != nil {
		t = s.ResultOf(kinds)
	}
	return &plan.Call{Func: f.Name, Args: converted, T: t}
}

// commonType returns the type that values of these types have in common: the
// widest of numbers, the type itself if it is one. Others have none.
func commonType(a, b types.Scalar) (types.Scalar, bool) {
	switch {
	case a == b:
		return a, true
	case a.Numeric() && b.Numeric():
		return max(a, b), true // int, long, real, decimal
	}
	return types.Unknown, false
}

// anyUnknown tells whether an expression did not bind.
func anyUnknown(list ...plan.Expr) bool {
	for _, e := range list {
		if e.Type() == types.Unknown {
			return true
		}
	}
	return false
}

// constantOf returns the value of a constant.
func constantOf(e plan.Expr) (types.Value, bool) {
	c, ok := e.(*plan.Const)
	if !ok {
		return types.Value{}, false
	}
	return c.Value, c.Value.Type != types.Unknown
}

// exactDecimal writes a real in digits, if it is just the number that they say,
// as 2.5 is and 1.1 is not.
func exactDecimal(f float64) (types.Value, bool) {
	exact := new(big.Rat).SetFloat64(f)
	if exact == nil || math.Abs(f) >= 1e15 {
		return types.Value{}, false
	}
	digits := strconv.FormatFloat(f, 'f', -1, 64)
	written, ok := new(big.Rat).SetString(digits)
	if !ok || written.Cmp(exact) != 0 {
		return types.Value{}, false
	}
	if f == 0 {
		digits = "0"
	}
	return types.Value{Type: types.Decimal, Valid: true, Text: digits}, true
}
