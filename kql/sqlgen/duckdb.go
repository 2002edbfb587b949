package sqlgen

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// DuckDB is the dialect of the embedded engine. A bool is a BOOLEAN, an int an
// INTEGER, a long a BIGINT, a real a DOUBLE; a datetime and a timespan are
// BIGINT ticks; a string, a guid and a decimal are VARCHAR, and a dynamic value
// is VARCHAR of canonical JSON, NULL for null. Functions that start with kql_
// are the engine's own.
func DuckDB() Dialect { return duckDB() }

var duckDB = sync.OnceValue(func() Dialect {
	d := Dialect{Name: "DuckDB", calls: map[string]callForm{}, aggregates: aggregateForms(), windows: windowForms(), plugins: pluginForms(), refused: refusals()}
	for _, forms := range []map[string]callForm{
		logicForms(), equalityForms(), arithmeticForms(), searchForms(), memberForms(), conversionCalls(), conditionForms(),
		textForms(), regexForms(), timeForms(), numberForms(), dynamicForms(), addressForms(), originForms(), geoForms(), sketchForms(), placedForms(), placeForms(), codingForms(), statisticsForms(), keyValueForms(), seriesForms(),
	} {
		for name, form := range forms {
			d.calls[name] = form
		}
	}
	for _, f := range builtin.Functions() {
		if f.Replaced {
			d.refused[f.Name] = "binding leaves no call of it in a plan"
		}
	}
	return d
})

// fn writes a call of an SQL function with the same arguments.
func fn(name string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		return name + "(" + strings.Join(g.exprs(s, c.Args), ", ") + ")"
	}
}

// format writes a call with its arguments put into a pattern. Each should stand
// in it once: an expression may be long.
func format(pattern string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		args := g.exprs(s, c.Args)
		list := make([]any, len(args))
		for i, a := range args {
			list[i] = a
		}
		return fmt.Sprintf(pattern, list...)
	}
}

// byType chooses a form by the type of the first argument.
func byType(forms map[types.Scalar]callForm) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		form, ok := forms[c.Args[0].Type()]
		if !ok {
			return g.refuse(c.Func+" of a "+c.Args[0].Type().String(), "it has no exact form here", "", c.At)
		}
		return form(g, s, c)
	}
}

func logicForms() map[string]callForm {
	joined := func(word string) callForm {
		return func(g *generator, s scope, c *plan.Call) string {
			return "(" + strings.Join(g.exprs(s, chain(c)), " "+word+" ") + ")"
		}
	}
	return map[string]callForm{"and": joined("AND"), "or": joined("OR"), "not": format("(NOT %s)")}
}

func equalityForms() map[string]callForm {
	forms := map[string]callForm{
		"==": func(g *generator, s scope, c *plan.Call) string { return g.equal(s, c) },
		"!=": func(g *generator, s scope, c *plan.Call) string { return "(NOT " + g.equal(s, c) + ")" },
		"between": func(g *generator, s scope, c *plan.Call) string {
			return g.between(s, c)
		},
		"!between": func(g *generator, s scope, c *plan.Call) string { return "(NOT " + g.between(s, c) + ")" },
	}
	for _, op := range []string{"<", "<=", ">", ">="} {
		forms[op] = func(g *generator, s scope, c *plan.Call) string { return g.ordered(s, c, op) }
	}
	return forms
}

// equal writes ==, which is null only if both sides are.
func (g *generator) equal(s scope, c *plan.Call) string {
	x, y := c.Args[0], c.Args[1]
	if x.Type() == types.Dynamic || y.Type() == types.Dynamic {
		return g.equalDynamic(s, c)
	}
	a, b := g.expr(s, x), g.expr(s, y)
	guard := ""
	if x.Type() == types.Real && !isFiniteConst(x) && !isFiniteConst(y) {
		guard = " AND NOT isnan(" + a + ")"
	}
	switch {
	case !nullable(x) && !nullable(y):
		return "(" + a + " = " + b + guard + ")"
	case !nullable(x) || !nullable(y):
		return "(" + a + " IS NOT DISTINCT FROM " + b + guard + ")"
	}
	return fmt.Sprintf("CASE WHEN %[1]s IS NULL AND %[2]s IS NULL THEN NULL ELSE %[1]s IS NOT DISTINCT FROM %[2]s%[3]s END", a, b, guard)
}

func isFiniteConst(e plan.Expr) bool {
	c, ok := e.(*plan.Const)
	return ok && c.Value.Valid && c.Value.Float-c.Value.Float == 0
}

// equalDynamic compares a dynamic value with another or with a scalar. A
// string or a bool is equal to its JSON text alone.
func (g *generator) equalDynamic(s scope, c *plan.Call) string {
	for i, e := range c.Args {
		switch e.Type() {
		case types.DateTime, types.TimeSpan, types.GUID, types.Decimal:
			return g.refuse(c.Func+" of a dynamic value and a "+e.Type().String(), "a dynamic value holds none",
				"convert the dynamic value to "+e.Type().String(), c.At)
		case types.String, types.Bool:
			if !nullable(e) {
				return "(" + g.dynamic(s, c.Args[1-i]) + " IS NOT DISTINCT FROM " + g.dynamic(s, e) + ")"
			}
		case types.Unknown, types.Int, types.Long, types.Real, types.Dynamic:
		}
	}
	return "kql_json_equal(" + g.dynamic(s, c.Args[0]) + ", " + g.dynamic(s, c.Args[1]) + ")"
}

// ordered writes <, <=, > and >=: null if a side is null, false of NaN.
func (g *generator) ordered(s scope, c *plan.Call, op string) string {
	x, y := c.Args[0], c.Args[1]
	if x.Type() == types.Dynamic || y.Type() == types.Dynamic {
		return "(kql_json_compare(" + g.dynamic(s, x) + ", " + g.dynamic(s, y) + ") " + op + " 0)"
	}
	if x.Type() == types.Decimal {
		return "(kql_decimal_compare(" + g.expr(s, x) + ", " + g.expr(s, y) + ") " + op + " 0)"
	}
	if x.Type() == types.GUID {
		return g.refuse("order of "+x.Type().String(), "it is kept as text", "convert it with toreal(…) or tostring(…)", c.At)
	}
	a, b := g.expr(s, x), g.expr(s, y)
	out := a + " " + op + " " + b
	if x.Type() == types.Real {
		for i, e := range c.Args {
			if !isFiniteConst(e) {
				out += " AND NOT isnan(" + []string{a, b}[i] + ")"
			}
		}
	}
	return "(" + out + ")"
}

func (g *generator) between(s scope, c *plan.Call) string {
	low := &plan.Call{Func: ">=", Args: []plan.Expr{c.Args[0], c.Args[1]}, T: types.Bool, At: c.At}
	high := &plan.Call{Func: "<=", Args: []plan.Expr{c.Args[0], c.Args[2]}, T: types.Bool, At: c.At}
	return "(" + g.ordered(s, low, ">=") + " AND " + g.ordered(s, high, "<=") + ")"
}

// arithmeticForms are those of + - * / % and neg. A long wraps round; what is
// no datetime is null.
func arithmeticForms() map[string]callForm {
	forms := map[string]callForm{
		"+": byResult(addDecimals(map[types.Scalar]callForm{
			types.Long: fn("kql_add"), types.Real: format("(%s + %s)"), types.DateTime: fn("kql_add_time"), types.TimeSpan: fn("kql_add"),
		}, "kql_decimal_add")),
		"-": byResult(addDecimals(map[types.Scalar]callForm{
			types.Long: fn("kql_subtract"), types.Real: format("(%s - %s)"),
			types.DateTime: format("kql_add_time(%s, kql_subtract(0, %s))"), types.TimeSpan: fn("kql_subtract"),
		}, "kql_decimal_subtract")),
		"*": byResult(addDecimals(map[types.Scalar]callForm{
			types.Long: fn("kql_multiply"), types.Real: format("(%s * %s)"), types.TimeSpan: scaled("kql_multiply", "*"),
		}, "kql_decimal_multiply")),
		"/": byResult(map[types.Scalar]callForm{
			types.Long: fn("kql_divide"), types.Real: format("(CAST(%s AS DOUBLE) / CAST(%s AS DOUBLE))"), types.TimeSpan: scaled("kql_divide", "/"),
		}),
		"%": byResult(addDecimals(map[types.Scalar]callForm{
			types.Long: fn("kql_modulo"), types.Real: fn("kql_modulo_real"), types.TimeSpan: fn("kql_modulo"),
		}, "kql_decimal_modulo")),
		"neg": byResult(map[types.Scalar]callForm{
			types.Long: format("kql_subtract(0, %s)"), types.TimeSpan: format("kql_subtract(0, %s)"), types.Real: format("(- %s)"),
			types.Decimal: format("kql_decimal_subtract('0', %s)"),
		}),
	}
	return forms
}

// byResult chooses a form by the type of the call.
func byResult(forms map[types.Scalar]callForm) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		form, ok := forms[c.T]
		if !ok {
			return g.refuse(c.Func+" of a "+c.T.String(), "it has no exact form here", "convert with toreal(…)", c.At)
		}
		return form(g, s, c)
	}
}

// scaled multiplies or divides a timespan by a number.
func scaled(whole, op string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		a, b := g.expr(s, c.Args[0]), g.expr(s, c.Args[1])
		if c.Args[0].Type() != types.Real && c.Args[1].Type() != types.Real {
			return whole + "(" + a + ", " + b + ")"
		}
		return "kql_real_long(round(CAST(" + a + " AS DOUBLE) " + op + " CAST(" + b + " AS DOUBLE)))"
	}
}

// searchForms are the operators on text.
func searchForms() map[string]callForm {
	forms := map[string]callForm{
		"=~": fn("kql_equal"), "!~": format("(NOT kql_equal(%s, %s))"),
	}
	for name, function := range map[string]string{
		"has": "kql_has", "has_cs": "kql_has_cs", "hasprefix": "kql_hasprefix", "hasprefix_cs": "kql_hasprefix_cs",
		"hassuffix": "kql_hassuffix", "hassuffix_cs": "kql_hassuffix_cs", "contains": "kql_contains", "contains_cs": "contains",
		"startswith": "kql_startswith", "startswith_cs": "starts_with", "endswith": "kql_endswith", "endswith_cs": "ends_with",
	} {
		forms[name] = fn(function)
		forms["!"+name] = format("(NOT " + function + "(%s, %s))")
	}
	return forms
}

// memberForms are the operators on lists.
func memberForms() map[string]callForm {
	forms := map[string]callForm{
		"in":      func(g *generator, s scope, c *plan.Call) string { return g.in(s, c, false) },
		"in~":     func(g *generator, s scope, c *plan.Call) string { return g.in(s, c, true) },
		"has_any": func(g *generator, s scope, c *plan.Call) string { return g.hasTerms(s, c, "kql_has_any") },
		"has_all": func(g *generator, s scope, c *plan.Call) string { return g.hasTerms(s, c, "kql_has_all") },
	}
	for _, name := range []string{"in", "in~"} {
		positive := forms[name]
		forms["!"+name] = func(g *generator, s scope, c *plan.Call) string { return "(NOT " + positive(g, s, c) + ")" }
	}
	return forms
}

// in writes x in (list), never null. An element that is dynamic is an array.
func (g *generator) in(s scope, c *plan.Call, fold bool) string {
	x := c.Args[0]
	var plain, dynamic []string
	for _, e := range c.Args[1:] {
		switch {
		case x.Type() == types.Dynamic || e.Type() == types.Dynamic:
			dynamic = append(dynamic, g.dynamic(s, e))
		case fold:
			plain = append(plain, "kql_fold("+g.expr(s, e)+")")
		default:
			plain = append(plain, g.expr(s, e))
		}
	}
	var parts []string
	if len(plain) > 0 {
		value := g.expr(s, x)
		if fold {
			value = "kql_fold(" + value + ")"
		}
		parts = append(parts, "coalesce("+value+" IN ("+strings.Join(plain, ", ")+")"+notNaN(x, value)+", false)")
	}
	if len(dynamic) > 0 {
		function := "kql_json_in"
		if fold {
			function += "_fold"
		}
		parts = append(parts, function+"("+g.dynamic(s, x)+", "+strings.Join(dynamic, ", ")+")")
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// notNaN is the condition, to be added to an IN, that a real is a number: NaN
// equals nothing, itself neither, and DuckDB's IN finds it.
func notNaN(x plan.Expr, value string) string {
	if x.Type() != types.Real {
		return ""
	}
	return " AND NOT isnan(" + value + ")"
}

// hasTerms writes has_any and has_all.
func (g *generator) hasTerms(s scope, c *plan.Call, function string) string {
	var plain, lists []string
	for _, e := range c.Args[1:] {
		if e.Type() == types.Dynamic {
			lists = append(lists, "kql_strings("+g.expr(s, e)+")")
		} else {
			plain = append(plain, g.text(s, e))
		}
	}
	if len(plain) > 0 {
		lists = append([]string{"[" + strings.Join(plain, ", ") + "]"}, lists...)
	}
	list := lists[0]
	for _, l := range lists[1:] {
		list = "list_concat(" + list + ", " + l + ")"
	}
	return function + "(" + g.expr(s, c.Args[0]) + ", " + list + ")"
}

// regexForms are those that take a regular expression, which must be constant.
func regexForms() map[string]callForm {
	return map[string]callForm{
		"matches regex": func(g *generator, s scope, c *plan.Call) string {
			return "regexp_matches(" + g.searched(s, c.Args[0], c, 1) + ", " + g.regex(c, 1, "") + ")"
		},
		"extract":       func(g *generator, s scope, c *plan.Call) string { return g.extract(s, c) },
		"extract_all":   func(g *generator, s scope, c *plan.Call) string { return g.extractAll(s, c) },
		"replace_regex": func(g *generator, s scope, c *plan.Call) string { return g.replaceRegex(s, c, 0, 1, 2) },
		"replace":       func(g *generator, s scope, c *plan.Call) string { return g.replaceRegex(s, c, 2, 0, 1) },
		"trim": func(g *generator, s scope, c *plan.Call) string {
			return "regexp_replace(" + g.trimmed(s, c, "^(?:%s)") + ", " + g.regex(c, 0, "(?:%s)$") + ", '')"
		},
		"trim_start": func(g *generator, s scope, c *plan.Call) string { return g.trimmed(s, c, "^(?:%s)") },
		"trim_end":   func(g *generator, s scope, c *plan.Call) string { return g.trimmed(s, c, "(?:%s)$") },
		"indexof_regex": func(g *generator, s scope, c *plan.Call) string {
			return "kql_indexof_regex(" + g.searched(s, c.Args[0], c, 1) + ", " + g.regex(c, 1, "") + g.defaults(s, c, 2, 0, -1, 1) + ")"
		},
		"countof": func(g *generator, s scope, c *plan.Call) string {
			if kind, ok := constText(c, 2); ok && kind == "regex" {
				return "kql_countof_regex(" + g.searched(s, c.Args[0], c, 1) + ", " + g.regex(c, 1, "") + ")"
			}
			return "kql_countof(" + g.expr(s, c.Args[0]) + ", " + g.expr(s, c.Args[1]) + ")"
		},
	}
}

// constText returns the text of argument i if it is a constant string.
func constText(c *plan.Call, i int) (string, bool) {
	if i >= len(c.Args) {
		return "", false
	}
	constant, ok := c.Args[i].(*plan.Const)
	if !ok || constant.Value.Type != types.String {
		return "", false
	}
	return constant.Value.Text, true
}

// regex writes the regular expression that argument i is, put into a pattern.
func (g *generator) regex(c *plan.Call, i int, pattern string) string {
	expression, ok := g.regexText(c, i)
	if !ok {
		return "''"
	}
	if pattern != "" {
		expression = fmt.Sprintf(pattern, expression)
	}
	return g.literalText(expression)
}

func (g *generator) regexText(c *plan.Call, i int) (string, bool) {
	text, ok := constText(c, i)
	if !ok {
		g.refuse(c.Func, "its regular expression is not a constant", "", c.At)
		return "", false
	}
	expression, err := regexDialect(text)
	if err != nil {
		g.refuse(c.Func, err.Error(), "", c.Args[i].Span())
		return "", false
	}
	return expression, true
}

func (g *generator) trimmed(s scope, c *plan.Call, pattern string) string {
	return "regexp_replace(" + g.searched(s, c.Args[1], c, 0) + ", " + g.regex(c, 0, pattern) + ", '')"
}

func (g *generator) extract(s scope, c *plan.Call) string {
	expression, ok := g.regexText(c, 0)
	group, constant := c.Args[1].(*plan.Const)
	if !ok {
		return "NULL"
	}
	if !constant || !group.Value.Valid {
		return g.refuse("extract", "its group is not a constant", "", c.At)
	}
	if re, err := regexp.Compile(expression); err != nil || int(group.Value.Int) > re.NumSubexp() || group.Value.Int < 0 {
		return "''" // there is no such group: nothing is captured
	}
	return fmt.Sprintf("regexp_extract(%s, %s, %d)", g.searched(s, c.Args[2], c, 0), g.literalText(expression), group.Value.Int)
}

func (g *generator) extractAll(s scope, c *plan.Call) string {
	groups := "CAST(NULL AS VARCHAR)"
	if len(c.Args) == 3 {
		groups = g.expr(s, c.Args[1])
	}
	return "kql_extract_all(" + g.regex(c, 0, "") + ", " + groups + ", " + g.searched(s, c.Args[len(c.Args)-1], c, 0) + ")"
}

// replaceRegex replaces every match; in the rewrite \1 is a group.
func (g *generator) replaceRegex(s scope, c *plan.Call, text, expression, rewrite int) string {
	with, ok := constText(c, rewrite)
	if !ok {
		return g.refuse(c.Func, "its replacement is not a constant", "", c.At)
	}
	translated, ok := g.regexText(c, expression)
	if !ok {
		return "NULL"
	}
	re, err := regexp.Compile(translated)
	if err != nil {
		return g.refuse(c.Func, err.Error(), "", c.At)
	}
	for i := 0; i+1 < len(with); i++ {
		if with[i] != '\\' {
			continue
		}
		i++
		if with[i] == '\\' {
			continue
		}
		if n := int(with[i]) - '0'; n < 0 || n > 9 || n > re.NumSubexp() {
			return g.refuse(c.Func, `its replacement has a \ that names no group`, `write \\ for a backslash`, c.At)
		}
	}
	if strings.HasSuffix(strings.ReplaceAll(with, `\\`, ""), `\`) {
		return g.refuse(c.Func, `its replacement ends in a single \`, `write \\ for a backslash`, c.At)
	}
	return "regexp_replace(" + g.searched(s, c.Args[text], c, expression) + ", " + g.literalText(translated) + ", " + g.literalText(with) + ", 'g')"
}

// defaults writes the long arguments from i on; those left out are as given.
func (g *generator) defaults(s scope, c *plan.Call, i int, values ...int64) string {
	var b strings.Builder
	for k, v := range values {
		b.WriteString(", ")
		if i+k < len(c.Args) {
			b.WriteString(g.expr(s, c.Args[i+k]))
		} else {
			b.WriteString(literalLong(v))
		}
	}
	return b.String()
}

// texts writes arguments as tostring prints them.
func (g *generator) texts(s scope, list []plan.Expr) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = g.text(s, e)
	}
	return out
}

// dynamics writes arguments as dynamic values.
func (g *generator) dynamics(s scope, list []plan.Expr) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = g.dynamic(s, e)
	}
	return out
}
