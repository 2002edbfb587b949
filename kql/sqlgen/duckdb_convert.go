package sqlgen

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A conversion writes an expression converted to one type; what has no value
// of that type is null.
type conversion func(g *generator, s scope, e plan.Expr) string

// conversionForms returns how to convert to each type.
func conversionForms() map[types.Scalar]conversion {
	return map[types.Scalar]conversion{
		types.String:   (*generator).text,
		types.Long:     (*generator).long,
		types.Int:      (*generator).int,
		types.Real:     (*generator).real,
		types.Bool:     (*generator).boolean,
		types.DateTime: (*generator).datetime,
		types.TimeSpan: (*generator).timespan,
		types.GUID:     (*generator).guid,
		types.Decimal:  (*generator).decimal,
		types.Dynamic: func(g *generator, s scope, e plan.Expr) string {
			if e.Type() == types.String {
				return "kql_parse_json(" + g.expr(s, e) + ")"
			}
			return g.dynamic(s, e)
		},
	}
}

// conversionCalls are the functions to<type>.
func conversionCalls() map[string]callForm {
	forms := map[string]callForm{}
	for name, t := range map[string]types.Scalar{
		"tostring": types.String, "tolong": types.Long, "toint": types.Int, "toreal": types.Real, "tobool": types.Bool,
		"todatetime": types.DateTime, "totimespan": types.TimeSpan, "toguid": types.GUID, "todecimal": types.Decimal, "todynamic": types.Dynamic,
	} {
		convert := conversionForms()[t]
		forms[name] = func(g *generator, s scope, c *plan.Call) string { return convert(g, s, c.Args[0]) }
	}
	return forms
}

func (g *generator) noConversion(e plan.Expr, to types.Scalar) string {
	return g.refuse("to"+to.String()+" of a "+e.Type().String(), "there is no such conversion", "", e.Span())
}

func (g *generator) long(s scope, e plan.Expr) string {
	x := g.expr(s, e)
	switch e.Type() {
	case types.Long, types.DateTime, types.TimeSpan:
		return x
	case types.Bool, types.Int:
		return "CAST(" + x + " AS BIGINT)"
	case types.Real:
		return "kql_real_long(" + x + ")"
	case types.String, types.GUID:
		return "kql_text_long(" + x + ")"
	case types.Dynamic:
		return "kql_dynamic_long(" + x + ")"
	case types.Decimal:
		return "kql_real_long(kql_text_real(" + x + "))"
	case types.Unknown:
	}
	return g.noConversion(e, types.Long)
}

func (g *generator) int(s scope, e plan.Expr) string {
	x := g.expr(s, e)
	switch e.Type() {
	case types.Int:
		return x
	case types.Bool:
		return "CAST(" + x + " AS INTEGER)"
	case types.Long:
		return "TRY_CAST(" + x + " AS INTEGER)"
	case types.DateTime, types.TimeSpan:
		return "kql_low_int(" + x + ")"
	case types.Real:
		return "kql_real_int(" + x + ")"
	case types.String, types.GUID:
		return "kql_text_int(" + x + ")"
	case types.Dynamic:
		return "kql_dynamic_int(" + x + ")"
	case types.Decimal:
		return "kql_real_int(kql_text_real(" + x + "))"
	case types.Unknown:
	}
	return g.noConversion(e, types.Int)
}

func (g *generator) real(s scope, e plan.Expr) string {
	x := g.expr(s, e)
	switch e.Type() {
	case types.Real:
		return x
	case types.Bool, types.Int, types.Long, types.DateTime, types.TimeSpan:
		return "CAST(" + x + " AS DOUBLE)"
	case types.String, types.Decimal, types.GUID:
		return "kql_text_real(" + x + ")"
	case types.Dynamic:
		return "kql_dynamic_real(" + x + ")"
	case types.Unknown:
	}
	return g.noConversion(e, types.Real)
}

func (g *generator) boolean(s scope, e plan.Expr) string {
	x := g.expr(s, e)
	switch e.Type() {
	case types.Bool:
		return x
	case types.Int, types.Long:
		return "(" + x + " <> 0)"
	case types.Real:
		return "(" + x + " <> 0 OR isnan(" + x + "))"
	case types.String:
		return "kql_text_bool(" + x + ")"
	case types.Dynamic:
		return "kql_dynamic_bool(" + x + ")"
	case types.DateTime, types.TimeSpan, types.GUID, types.Decimal, types.Unknown:
	}
	return g.noConversion(e, types.Bool)
}

func (g *generator) datetime(s scope, e plan.Expr) string {
	x := g.expr(s, e)
	switch e.Type() {
	case types.DateTime:
		return x
	case types.Int, types.Long, types.TimeSpan:
		return "kql_add_time(CAST(" + x + " AS BIGINT), 0)"
	case types.String:
		return "kql_text_datetime(" + x + ")"
	case types.Dynamic:
		return "kql_dynamic_datetime(" + x + ")"
	case types.Bool, types.Real, types.GUID, types.Decimal, types.Unknown:
	}
	return g.noConversion(e, types.DateTime)
}

func (g *generator) timespan(s scope, e plan.Expr) string {
	x := g.expr(s, e)
	switch e.Type() {
	case types.TimeSpan:
		return x
	case types.Int, types.Long:
		return "CAST(" + x + " AS BIGINT)"
	case types.String:
		return "kql_text_timespan(" + x + ")"
	case types.Dynamic:
		return "kql_dynamic_timespan(" + x + ")"
	case types.Bool, types.Real, types.DateTime, types.GUID, types.Decimal, types.Unknown:
	}
	return g.noConversion(e, types.TimeSpan)
}

func (g *generator) guid(s scope, e plan.Expr) string {
	switch e.Type() {
	case types.GUID:
		return g.expr(s, e)
	case types.String, types.Dynamic:
		return "kql_text_guid(" + g.text(s, e) + ")"
	case types.Bool, types.Int, types.Long, types.Real, types.Decimal, types.DateTime, types.TimeSpan, types.Unknown:
	}
	return g.noConversion(e, types.GUID)
}

func (g *generator) decimal(s scope, e plan.Expr) string {
	switch e.Type() {
	case types.Decimal:
		return g.expr(s, e)
	case types.Int, types.Long, types.String, types.Dynamic:
		return "kql_text_decimal(" + g.text(s, e) + ")"
	case types.Bool, types.Real, types.GUID, types.DateTime, types.TimeSpan, types.Unknown:
	}
	return g.noConversion(e, types.Decimal)
}

// conditionForms choose between values, or ask whether there is one.
func conditionForms() map[string]callForm {
	return map[string]callForm{
		"iff":  caseForm,
		"case": caseForm,
		"coalesce": func(g *generator, s scope, c *plan.Call) string {
			args := g.exprs(s, c.Args)
			if c.T == types.String {
				for i, a := range args {
					args[i] = "nullif(" + a + ", '')"
				}
				args = append(args, "''")
			}
			return "coalesce(" + strings.Join(args, ", ") + ")"
		},
		"isnull": func(g *generator, s scope, c *plan.Call) string {
			if c.Args[0].Type() == types.String {
				return "false"
			}
			return "(" + g.expr(s, c.Args[0]) + " IS NULL)"
		},
		"isnotnull": func(g *generator, s scope, c *plan.Call) string {
			if c.Args[0].Type() == types.String {
				return "true"
			}
			return "(" + g.expr(s, c.Args[0]) + " IS NOT NULL)"
		},
		"isempty":    func(g *generator, s scope, c *plan.Call) string { return g.empty(s, c.Args[0]) },
		"isnotempty": func(g *generator, s scope, c *plan.Call) string { return "(NOT " + g.empty(s, c.Args[0]) + ")" },
		"max_of":     extremeOf("greatest"),
		"min_of":     extremeOf("least"),
		"gettype": func(g *generator, s scope, c *plan.Call) string {
			if t := c.Args[0].Type(); t != types.Dynamic {
				return Quote(t.String())
			}
			return "kql_gettype(" + g.expr(s, c.Args[0]) + ")"
		},
	}
}

// caseForm writes iff and case: a condition that is null is not true.
func caseForm(g *generator, s scope, c *plan.Call) string {
	args := g.exprs(s, c.Args)
	var b strings.Builder
	b.WriteString("CASE")
	for i := 0; i+1 < len(args); i += 2 {
		fmt.Fprintf(&b, " WHEN %s THEN %s", args[i], args[i+1])
	}
	return b.String() + " ELSE " + args[len(args)-1] + " END"
}

func extremeOf(function string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		switch c.T {
		case types.Dynamic, types.Decimal, types.GUID:
			return g.refuse(c.Func+" of a "+c.T.String(), "it has no order here", "", c.At)
		case types.Unknown, types.Bool, types.Int, types.Long, types.Real, types.String, types.DateTime, types.TimeSpan:
		}
		return fn(function)(g, s, c)
	}
}

func (g *generator) empty(s scope, e plan.Expr) string {
	x := g.expr(s, e)
	switch e.Type() {
	case types.String:
		return "(" + x + " = '')"
	case types.Dynamic:
		return "kql_is_empty(" + x + ")"
	case types.Unknown, types.Bool, types.Int, types.Long, types.Real, types.Decimal, types.DateTime, types.TimeSpan, types.GUID:
	}
	return "(" + x + " IS NULL)"
}
