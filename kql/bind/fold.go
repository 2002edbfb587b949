package bind

import (
	"math/bits"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// fold computes a call of constants, where its result is beyond doubt; other
// calls it returns as they are. It makes constants of let arithmetic, such as
// 2 * 7d, so that arguments that must be constants are.
func fold(c *plan.Call) plan.Expr {
	values := make([]types.Value, len(c.Args))
	for i, a := range c.Args {
		v, ok := constantOf(a)
		if !ok || !v.Valid {
			return c
		}
		values[i] = v
	}
	if v, ok := foldValues(c.Func, c.T, values); ok {
		return &plan.Const{Value: v, At: c.At}
	}
	return c
}

func foldValues(name string, t types.Scalar, args []types.Value) (types.Value, bool) {
	switch {
	case name == "neg":
		return negated(args[0])
	case name == "strcat":
		return joined(args, "")
	case len(args) != 2:
		return types.Value{}, false
	case t == types.Long && args[0].Type == types.Long && args[1].Type == types.Long:
		n, ok := longResult(name, args[0].Int, args[1].Int)
		return types.NewLong(n), ok
	case t == types.TimeSpan || t == types.DateTime:
		n, ok := ticksResult(name, args[0], args[1])
		if t == types.DateTime && (n < 0 || n > types.LastTick) {
			ok = false // the engine gives null for what no calendar has
		}
		return types.Value{Type: t, Valid: true, Int: n}, ok
	}
	return types.Value{}, false
}

func negated(v types.Value) (types.Value, bool) {
	switch v.Type {
	case types.Long, types.TimeSpan:
		v.Int = -v.Int
	case types.Real:
		v.Float = -v.Float
	case types.Decimal:
		rest, negative := strings.CutPrefix(v.Text, "-")
		if v.Text = rest; !negative && rest != "0" {
			v.Text = "-" + rest
		}
	case types.Unknown, types.Bool, types.Int, types.String, types.DateTime, types.GUID, types.Dynamic:
		return v, false
	}
	return v, true
}

// maxFolded is the longest text that is computed beforehand: names that double
// each other would fill the memory.
const maxFolded = 1 << 20

func joined(args []types.Value, delimiter string) (types.Value, bool) {
	parts := make([]string, len(args))
	length := 0
	for i, v := range args {
		if v.Type != types.String {
			return types.Value{}, false
		}
		parts[i] = v.Text
		length += len(delimiter) + len(v.Text)
	}
	if length > maxFolded {
		return types.Value{}, false
	}
	return types.NewString(strings.Join(parts, delimiter)), true
}

// longResult computes on longs, which wrap round.
func longResult(name string, x, y int64) (int64, bool) {
	switch name {
	case "+":
		return x + y, true
	case "-":
		return x - y, true
	case "*":
		return x * y, true
	case "/":
		if y == 0 || y == -1 {
			return 0, false
		}
		return x / y, true
	}
	return 0, false
}

// ticksResult computes on datetimes and timespans. What overflows is left to
// the engine.
func ticksResult(name string, x, y types.Value) (int64, bool) {
	if !isTicks(x.Type) && x.Type != types.Long || !isTicks(y.Type) && y.Type != types.Long {
		return 0, false
	}
	switch name {
	case "+":
		sum := x.Int + y.Int
		return sum, (sum > x.Int) == (y.Int > 0)
	case "-":
		difference := x.Int - y.Int
		return difference, (difference < x.Int) == (y.Int > 0)
	case "*":
		hi, lo := bits.Mul64(magnitude(x.Int), magnitude(y.Int))
		return x.Int * y.Int, hi == 0 && lo < 1<<63
	}
	return 0, false
}

func isTicks(t types.Scalar) bool { return t == types.DateTime || t == types.TimeSpan }

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
