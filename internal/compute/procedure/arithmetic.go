package procedure

import (
	"math"

	"github.com/conshelf/conshelf/kql/types"
)

// arithmetic computes with two values that are not null. A long wraps round.
func arithmetic(t types.Scalar, a []types.Value, whole func(x, y int64) (int64, bool), real func(x, y float64) float64) types.Value {
	if !a[0].Valid || !a[1].Valid {
		return types.Null(t)
	}
	if t == types.Real {
		return types.NewReal(real(float(a[0]), float(a[1])))
	}
	if a[0].Type == types.Real || a[1].Type == types.Real { // a timespan and a number
		n, ok := truncated(math.Round(real(float(a[0]), float(a[1]))))
		return types.Value{Type: t, Valid: ok, Int: n}
	}
	n, ok := whole(a[0].Int, a[1].Int)
	if t == types.DateTime && (n < 0 || n > types.LastTick) {
		ok = false // no calendar has it
	}
	if !ok {
		return types.Null(t)
	}
	return types.Value{Type: t, Valid: true, Int: n}
}

func float(v types.Value) float64 {
	if v.Type == types.Real {
		return v.Float
	}
	return float64(v.Int)
}

// zero is the neutral value of a type.
func zero(t types.Scalar) types.Value { return types.Value{Type: t, Valid: true} }

func add(t types.Scalar, a []types.Value) types.Value {
	return arithmetic(t, a, func(x, y int64) (int64, bool) {
		sum := x + y
		return sum, t != types.DateTime || (x < 0) != (y < 0) || (sum < 0) == (x < 0)
	}, func(x, y float64) float64 { return x + y })
}

func subtract(t types.Scalar, a []types.Value) types.Value {
	return arithmetic(t, a, func(x, y int64) (int64, bool) {
		difference := x - y
		return difference, t != types.DateTime || (x < 0) == (y < 0) || (difference < 0) == (x < 0)
	}, func(x, y float64) float64 { return x - y })
}

func multiply(t types.Scalar, a []types.Value) types.Value {
	return arithmetic(t, a, func(x, y int64) (int64, bool) { return x * y, true }, func(x, y float64) float64 { return x * y })
}

// divide is null where a whole number is divided by 0.
func divide(t types.Scalar, a []types.Value) types.Value {
	return arithmetic(t, a, func(x, y int64) (int64, bool) {
		if y == 0 {
			return 0, false
		}
		return x / y, true
	}, func(x, y float64) float64 { return x / y })
}

// modulo is Euclidean: never negative.
func modulo(t types.Scalar, a []types.Value) types.Value {
	return arithmetic(t, a, func(x, y int64) (int64, bool) {
		switch y {
		case 0:
			return 0, false
		case -1:
			return 0, true
		}
		r := x % y
		if r < 0 && y < 0 {
			r -= y
		} else if r < 0 {
			r += y
		}
		return r, true
	}, func(x, y float64) float64 {
		r := math.Mod(x, y)
		if r < 0 {
			r += math.Abs(y)
		}
		return r
	})
}

// truncated cuts a number towards zero, if a long can hold that.
func truncated(f float64) (int64, bool) {
	if !(f >= math.MinInt64 && f < math.MaxInt64) {
		return 0, false
	}
	return int64(f), true
}

// whole converts to a long or an int.
func whole(v types.Value, t types.Scalar) types.Value {
	n, ok := v.Int, v.Valid
	if ok && v.Type == types.Real {
		n, ok = truncated(v.Float)
	}
	if !ok || t == types.Int && int64(int32(n)) != n {
		return types.Null(t)
	}
	return types.Value{Type: t, Valid: true, Int: n}
}

func toReal(_ types.Scalar, a []types.Value) types.Value {
	if !a[0].Valid {
		return types.Null(types.Real)
	}
	return types.NewReal(float(a[0]))
}
