package sqlgen

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A scope is what each column of an expression's input is called in SQL.
type scope []string

// expr writes an expression. Its value is of the SQL type of its type, and a
// string is never NULL.
func (g *generator) expr(s scope, e plan.Expr) string {
	switch e := e.(type) {
	case *plan.Col:
		return s[e.Index]
	case *plan.Const:
		return g.literal(e.Value)
	case *plan.Call:
		return g.call(s, e)
	case *plan.Path:
		return g.path(s, e)
	case *plan.Subquery:
		return g.subquery(e)
	case *plan.InQuery:
		return g.inQuery(s, e)
	default:
		panic(e) // unreachable: gochecksumtype proves the switch complete
	}
}

func (g *generator) call(s scope, c *plan.Call) string {
	if reason, ok := g.dialect.refused[c.Func]; ok {
		return g.refuse(c.Func, reason, "", c.At)
	}
	emit, ok := g.dialect.calls[c.Func]
	if !ok {
		return g.refuse(c.Func, "it has no form in "+g.dialect.Name, "", c.At)
	}
	return emit(g, s, c)
}

// exprs writes the arguments of a call.
func (g *generator) exprs(s scope, list []plan.Expr) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = g.expr(s, e)
	}
	return out
}

// nullable tells whether an expression may be null.
func nullable(e plan.Expr) bool {
	if e.Type() == types.String {
		return false
	}
	switch e := e.(type) {
	case *plan.Const:
		return !e.Value.Valid
	case *plan.Call:
		return !total(e)
	case *plan.InQuery:
		return false
	case *plan.Col, *plan.Path, *plan.Subquery:
		return true
	default:
		panic(e) // unreachable: gochecksumtype proves the switch complete
	}
}

// total tells whether a call is never null, whatever its arguments.
func total(c *plan.Call) bool {
	switch c.Func {
	case "isnull", "isnotnull", "isempty", "isnotempty", "strlen", "pack_array", "bag_pack":
		return true
	case "has", "contains", "startswith", "endswith", "in", "in~", "has_any", "has_all", "=~", "matches regex":
		return true
	case "tolong", "toreal":
		return c.Args[0].Type().Integral() && !nullable(c.Args[0])
	}
	return false
}

// text writes the value as tostring prints it.
func (g *generator) text(s scope, e plan.Expr) string {
	if c, ok := e.(*plan.Const); ok && c.Value.Valid && e.Type() != types.Dynamic {
		return g.literalText(c.Value.String())
	}
	switch e.Type() {
	case types.String:
		return g.expr(s, e)
	case types.Bool:
		return fmt.Sprintf("CASE %s WHEN true THEN 'True' WHEN false THEN 'False' ELSE '' END", g.expr(s, e))
	case types.Int, types.Long:
		return fmt.Sprintf("coalesce(CAST(%s AS VARCHAR), '')", g.expr(s, e))
	case types.GUID, types.Decimal:
		return fmt.Sprintf("coalesce(%s, '')", g.expr(s, e))
	case types.Real:
		return "kql_real_text(" + g.expr(s, e) + ")"
	case types.DateTime:
		return "kql_datetime_text(" + g.expr(s, e) + ")"
	case types.TimeSpan:
		return "kql_timespan_text(" + g.expr(s, e) + ")"
	case types.Dynamic:
		return g.dynamicText(s, e)
	case types.Unknown:
	}
	return g.refuse("a value of no type", "it was not bound", "", e.Span())
}

func (g *generator) dynamicText(s scope, e plan.Expr) string {
	if p, ok := e.(*plan.Path); ok {
		if steps, ok := fixedSteps(p.Steps); ok && !isWrapped(p) {
			return "kql_path_text(" + g.expr(s, p.X) + ", " + g.literalText(steps) + ")"
		}
	}
	return "kql_dynamic_text(" + g.expr(s, e) + ")"
}

// dynamic writes the value as a dynamic one, NULL for null.
func (g *generator) dynamic(s scope, e plan.Expr) string {
	if c, ok := e.(*plan.Const); ok && e.Type() != types.Dynamic {
		if !c.Value.Valid {
			return "CAST(NULL AS VARCHAR)"
		}
		return g.literalText(string(c.Value.AppendJSON(nil)))
	}
	switch e.Type() {
	case types.Dynamic:
		return g.expr(s, e)
	case types.String, types.GUID, types.Decimal:
		return "kql_quote(" + g.expr(s, e) + ")"
	case types.Bool, types.Int, types.Long:
		return "CAST(" + g.expr(s, e) + " AS VARCHAR)"
	case types.Real:
		return "kql_real_json(" + g.expr(s, e) + ")"
	case types.DateTime:
		return "kql_quote(nullif(kql_datetime_text(" + g.expr(s, e) + "), ''))"
	case types.TimeSpan:
		return "kql_quote(nullif(kql_timespan_text(" + g.expr(s, e) + "), ''))"
	case types.Unknown:
	}
	return g.refuse("a value of no type", "it was not bound", "", e.Span())
}

// path writes a walk into a dynamic value.
func (g *generator) path(s scope, p *plan.Path) string {
	if refused, ok := g.unknownPart(p); ok {
		return refused
	}
	if isWrapped(p) {
		return g.dynamic(s, p.X.(*plan.Call).Args[0])
	}
	out := g.expr(s, p.X)
	for i := 0; i < len(p.Steps); {
		n := i
		for n < len(p.Steps) && isFixed(p.Steps[n]) {
			n++
		}
		if n > i {
			steps, _ := fixedSteps(p.Steps[i:n])
			out = "kql_path(" + out + ", " + g.literalText(steps) + ")"
			i = n
			continue
		}
		out = g.step(s, out, p.Steps[i].Index)
		i++
	}
	return out
}

func (g *generator) step(s scope, x string, index plan.Expr) string {
	if index.Type().Integral() {
		return "kql_element(" + x + ", CAST(" + g.expr(s, index) + " AS BIGINT))"
	}
	return "kql_at(" + x + ", " + g.dynamic(s, index) + ")"
}

// isWrapped tells whether p is pack_array(x)[0], which is how the binder makes
// x dynamic.
func isWrapped(p *plan.Path) bool {
	c, ok := p.X.(*plan.Call)
	if !ok || c.Func != "pack_array" || len(c.Args) != 1 || len(p.Steps) != 1 {
		return false
	}
	index, ok := p.Steps[0].Index.(*plan.Const)
	return ok && index.Value.Type.Integral() && index.Value.Int == 0
}

func isFixed(s plan.Step) bool {
	_, ok := fixedSteps([]plan.Step{s})
	return ok
}

// fixedSteps writes constant steps as kql_path reads them: m and the length of
// a member's name, escaped as in JSON, or i and an element's index.
func fixedSteps(steps []plan.Step) (string, bool) {
	var b strings.Builder
	for _, step := range steps {
		if step.Index == nil {
			b.WriteString(memberStep(step.Name))
			continue
		}
		c, ok := step.Index.(*plan.Const)
		if !ok || !c.Value.Valid {
			return "", false
		}
		switch {
		case c.Value.Type.Integral():
			fmt.Fprintf(&b, "i%d;", c.Value.Int)
		case c.Value.Type == types.String:
			b.WriteString(memberStep(c.Value.Text))
		default:
			return "", false
		}
	}
	return b.String(), true
}

func memberStep(name string) string {
	quoted := types.AppendQuoted(nil, name)
	return fmt.Sprintf("m%d:%s", len(quoted)-2, quoted[1:len(quoted)-1])
}

// subquery writes toscalar.
func (g *generator) subquery(e *plan.Subquery) string {
	r := g.atSteps(g.rel(e.Rel))
	if g.steps != nil && r.group != "" {
		return g.stepSubquery(e, r)
	}
	order := ""
	if !r.natural {
		order = orderBy(r.order, " ")
	}
	value := "(SELECT " + first(r.cols) + " FROM " + r.name + order + " LIMIT 1)"
	if e.T == types.String {
		return "coalesce(" + value + ", '')"
	}
	return value
}

func first(list []string) string {
	if len(list) == 0 {
		return "NULL"
	}
	return list[0]
}

// inQuery writes x in (table). The binder has made the table's first column
// fit, or left it dynamic.
func (g *generator) inQuery(s scope, e *plan.InQuery) string {
	r := g.tableOf(e)
	column, x := first(r.cols), g.expr(s, e.X)
	if g.steps != nil && r.group != "" {
		return g.inStepQuery(e, r, x)
	}
	of := e.Rel.Columns()[0].Type
	op, negated := strings.CutPrefix(e.Op, "!")
	var out string
	switch {
	case op == "has_any" || op == "has_all":
		values := column
		if of == types.Dynamic {
			values = "unnest(kql_strings(" + column + "))"
		}
		out = fmt.Sprintf("kql_%s(%s, (SELECT list(v) FROM (SELECT %s AS v FROM %s)))", op, x, values, r.name)
	case of == types.Dynamic || e.X.Type() == types.Dynamic:
		out = g.inDynamicQuery(s, e, r, of)
	case op == "in~":
		out = fmt.Sprintf("coalesce(kql_fold(%s) IN (SELECT kql_fold(%s) FROM %s), false)", x, column, r.name)
	default:
		out = fmt.Sprintf("coalesce(%s IN (SELECT %s FROM %s)%s, false)", x, column, r.name, notNaN(e.X, x))
	}
	if negated {
		return "(NOT " + out + ")"
	}
	return out
}

// inDynamicQuery compares dynamic values, or with arrays of them.
func (g *generator) inDynamicQuery(s scope, e *plan.InQuery, r relation, of types.Scalar) string {
	column := first(r.cols)
	if of != types.Dynamic {
		column = g.dynamic(scope{column}, &plan.Col{T: of, At: e.At})
	}
	function := "kql_json_in"
	if strings.HasSuffix(e.Op, "~") {
		function += "_fold"
	}
	return fmt.Sprintf("%s(%s, (SELECT kql_array(list(%s), 9223372036854775807) FROM %s))", function, g.dynamic(s, e.X), column, r.name)
}

// condition writes a predicate whose null counts as false: a filter's.
func (g *generator) condition(s scope, e plan.Expr) string {
	c, ok := e.(*plan.Call)
	if !ok {
		return g.expr(s, e)
	}
	switch c.Func {
	case "and", "or":
		var parts []string
		for _, operand := range chain(c) {
			parts = append(parts, g.condition(s, operand))
		}
		return "(" + strings.Join(parts, " "+strings.ToUpper(c.Func)+" ") + ")"
	case "==":
		if plainTypes(c) {
			return "(" + g.expr(s, c.Args[0]) + " = " + g.expr(s, c.Args[1]) + ")"
		}
	}
	return g.expr(s, e)
}

// chain returns the operands of nested calls of one function.
func chain(c *plan.Call) []plan.Expr {
	var right []plan.Expr
	var e plan.Expr = c
	for {
		next, ok := e.(*plan.Call)
		if !ok || next.Func != c.Func {
			break
		}
		right = append(right, next.Args[1])
		e = next.Args[0]
	}
	list := []plan.Expr{e}
	for i := len(right) - 1; i >= 0; i-- {
		list = append(list, right[i])
	}
	return list
}

// plainTypes tells whether SQL's = on the operands differs from Kusto's ==
// only where both are null.
func plainTypes(c *plan.Call) bool {
	for _, a := range c.Args {
		if t := a.Type(); t == types.Real || t == types.Dynamic {
			return false
		}
	}
	return true
}
