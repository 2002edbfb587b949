package procedure

import (
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/conshelf/conshelf/kql/types"
)

// An expr is an expression of a machine: a call, a constant, a column of the
// row, or a column that a step remembers.
type expr struct {
	Type types.Scalar
	Call string
	Args []expr
	Cell *machineCell
	Row  *int
	Step *int
	Col  int

	constant types.Value
	compute  operation
}

// An operation computes a call of values that have been computed.
type operation func(t types.Scalar, args []types.Value) types.Value

// Evaluates tells whether a machine can compute a function of what its steps
// remember.
func Evaluates(name string) bool {
	_, ok := operations()[name]
	return ok || name == "and" || name == "or"
}

func (e *expr) prepare() error {
	if e.Cell != nil {
		v, err := e.Cell.value()
		e.constant = v
		return err
	}
	if e.Call == "" {
		return nil
	}
	if !Evaluates(e.Call) {
		return fmt.Errorf("%s of what a step remembers is not supported", e.Call)
	}
	e.compute = operations()[e.Call]
	for i := range e.Args {
		if err := e.Args[i].prepare(); err != nil {
			return err
		}
	}
	return nil
}

func (e *expr) eval(s *scanning, row []types.Value, state *sequence) types.Value {
	switch {
	case e.Cell != nil:
		return e.constant
	case e.Row != nil:
		return row[*e.Row]
	case e.Step != nil:
		return s.remembered(state, *e.Step, e.Col)
	}
	args := make([]types.Value, len(e.Args))
	for i := range e.Args {
		args[i] = e.Args[i].eval(s, row, state)
	}
	switch e.Call {
	case "and":
		return logical(args, false)
	case "or":
		return logical(args, true)
	}
	return e.compute(e.Type, args)
}

// logical joins conditions: decisive decides alone, null is not known.
func logical(args []types.Value, decisive bool) types.Value {
	known := true
	for _, v := range args {
		if v.Valid && (v.Int != 0) == decisive {
			return types.NewBool(decisive)
		}
		known = known && v.Valid
	}
	if !known {
		return types.Null(types.Bool)
	}
	return types.NewBool(!decisive)
}

var operations = sync.OnceValue(func() map[string]operation {
	return map[string]operation{
		"not":      func(_ types.Scalar, a []types.Value) types.Value { return negate(a[0]) },
		"==":       func(_ types.Scalar, a []types.Value) types.Value { return equal(a[0], a[1]) },
		"!=":       func(_ types.Scalar, a []types.Value) types.Value { return negate(equal(a[0], a[1])) },
		"<":        ordering(func(c int) bool { return c < 0 }),
		"<=":       ordering(func(c int) bool { return c <= 0 }),
		">":        ordering(func(c int) bool { return c > 0 }),
		">=":       ordering(func(c int) bool { return c >= 0 }),
		"between":  func(_ types.Scalar, a []types.Value) types.Value { return within(a) },
		"!between": func(_ types.Scalar, a []types.Value) types.Value { return negate(within(a)) },
		"in":       func(_ types.Scalar, a []types.Value) types.Value { return types.NewBool(among(a)) },
		"!in":      func(_ types.Scalar, a []types.Value) types.Value { return types.NewBool(!among(a)) },
		"+":        add,
		"-":        subtract,
		"*":        multiply,
		"/":        divide,
		"%":        modulo,
		"neg": func(t types.Scalar, a []types.Value) types.Value {
			return subtract(t, []types.Value{zero(a[0].Type), a[0]})
		},
		"iff":        choose,
		"case":       choose,
		"coalesce":   coalesce,
		"isnull":     func(_ types.Scalar, a []types.Value) types.Value { return types.NewBool(!a[0].Valid) },
		"isnotnull":  func(_ types.Scalar, a []types.Value) types.Value { return types.NewBool(a[0].Valid) },
		"isempty":    func(_ types.Scalar, a []types.Value) types.Value { return types.NewBool(empty(a[0])) },
		"isnotempty": func(_ types.Scalar, a []types.Value) types.Value { return types.NewBool(!empty(a[0])) },
		"max_of":     extreme(1),
		"min_of":     extreme(-1),
		"strcat":     concatenate,
		"tostring":   func(_ types.Scalar, a []types.Value) types.Value { return types.NewString(a[0].String()) },
		"tolong":     func(_ types.Scalar, a []types.Value) types.Value { return whole(a[0], types.Long) },
		"toint":      func(_ types.Scalar, a []types.Value) types.Value { return whole(a[0], types.Int) },
		"toreal":     toReal,
	}
})

func negate(v types.Value) types.Value {
	if !v.Valid {
		return v
	}
	return types.NewBool(v.Int == 0)
}

// equal is null only if both sides are; NaN equals nothing.
func equal(a, b types.Value) types.Value {
	switch {
	case !a.Valid && !b.Valid:
		return types.Null(types.Bool)
	case a.Valid != b.Valid:
		return types.NewBool(false)
	case a.Type == types.Real:
		return types.NewBool(a.Float == b.Float)
	}
	return types.NewBool(a.Int == b.Int && a.Text == b.Text)
}

// ordering compares two values of one type: null with a null, false with NaN.
func ordering(holds func(int) bool) operation {
	return func(_ types.Scalar, a []types.Value) types.Value {
		if !a[0].Valid || !a[1].Valid {
			return types.Null(types.Bool)
		}
		if math.IsNaN(a[0].Float) || math.IsNaN(a[1].Float) {
			return types.NewBool(false)
		}
		return types.NewBool(holds(compare(a[0], a[1])))
	}
}

func compare(a, b types.Value) int {
	switch a.Type {
	case types.Real:
		switch {
		case a.Float < b.Float:
			return -1
		case a.Float > b.Float:
			return 1
		}
		return 0
	case types.String:
		return strings.Compare(a.Text, b.Text)
	case types.Bool, types.Int, types.Long, types.DateTime, types.TimeSpan:
		switch {
		case a.Int < b.Int:
			return -1
		case a.Int > b.Int:
			return 1
		}
		return 0
	case types.Unknown, types.Decimal, types.GUID, types.Dynamic:
	}
	panic("order of " + a.Type.String())
}

func within(a []types.Value) types.Value {
	low := ordering(func(c int) bool { return c >= 0 })(types.Bool, a[:2])
	high := ordering(func(c int) bool { return c <= 0 })(types.Bool, []types.Value{a[0], a[2]})
	return logical([]types.Value{low, high}, false)
}

// among tells whether the first value is one of the others; null is none.
func among(a []types.Value) bool {
	for _, v := range a[1:] {
		if v.Valid && equal(a[0], v).Int != 0 {
			return true
		}
	}
	return false
}

func choose(_ types.Scalar, a []types.Value) types.Value {
	for i := 0; i+1 < len(a); i += 2 {
		if a[i].Valid && a[i].Int != 0 {
			return a[i+1]
		}
	}
	return a[len(a)-1]
}

func coalesce(t types.Scalar, a []types.Value) types.Value {
	for _, v := range a {
		if !empty(v) {
			return v
		}
	}
	return types.Null(t)
}

// empty tells whether a value is null, or ” for a string.
func empty(v types.Value) bool { return !v.Valid || v.Type == types.String && v.Text == "" }

// extreme returns the greatest value, or the least; null is neither.
func extreme(sign int) operation {
	return func(t types.Scalar, a []types.Value) types.Value {
		best := types.Value{}
		for _, v := range a {
			if v.Valid && (!best.Valid || sign*compareNaN(v, best) > 0) {
				best = v
			}
		}
		if !best.Valid {
			return types.Null(t)
		}
		return best
	}
}

// compareNaN is compare, with NaN above every number.
func compareNaN(a, b types.Value) int {
	switch an, bn := math.IsNaN(a.Float), math.IsNaN(b.Float); {
	case an && bn:
		return 0
	case an:
		return 1
	case bn:
		return -1
	}
	return compare(a, b)
}

func concatenate(_ types.Scalar, a []types.Value) types.Value {
	var b strings.Builder
	for _, v := range a {
		b.WriteString(v.String())
	}
	return types.NewString(b.String())
}
