package sqlgen

import (
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// seriesForms are the functions of series of numbers.
func seriesForms() map[string]callForm {
	forms := map[string]callForm{
		"series_dot_product":      allDynamic("kql_series_dot_product"),
		"series_stats":            statsForm("kql_series_stats"),
		"series_stats_dynamic":    statsForm("kql_series_stats_bag"),
		"series_fit_line_dynamic": fn("kql_series_fit_line_bag"),
		"series_fit_poly":         polyForm,
		"series_fir":              firForm,
		"series_outliers":         outliersForm,
		"series_fill_linear":      fillLinearForm,
		"series_seasonal":         withDefaults("kql_series_seasonal", "CAST(-1 AS BIGINT)"),
		"series_decompose":        withDefaults("kql_series_decompose", "CAST(-1 AS BIGINT)", "'avg'", "CAST(0 AS BIGINT)", "0.6"),
		"series_decompose_forecast": withDefaults("kql_series_forecast", "",
			"CAST(-1 AS BIGINT)", "'linefit'", "0.6"),
		"series_decompose_anomalies": withDefaults("kql_series_anomalies",
			"1.5", "CAST(-1 AS BIGINT)", "'avg'", "CAST(0 AS BIGINT)", "'ctukey'", "0.6"),
	}
	for _, name := range []string{"sum", "product", "magnitude", "cosine_similarity", "pearson_correlation", "fit_line", "fit_2lines", "iir"} {
		forms["series_"+name] = fn("kql_series_" + name)
	}
	for _, name := range []string{
		"add", "subtract", "multiply", "divide", "pow", "equals", "not_equals", "greater", "greater_equals", "less", "less_equals",
		"abs", "ceiling", "floor", "exp", "log", "sign", "sin", "cos", "tan", "asin", "acos", "atan",
	} {
		forms["series_"+name] = allDynamic("kql_series_" + name)
	}
	return forms
}

// withDefaults writes a call whose arguments after the first have these values
// where they are left out.
func withDefaults(function string, defaults ...string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		args := g.exprs(s, c.Args)
		return function + "(" + strings.Join(append(args, defaults[len(args)-1:]...), ", ") + ")"
	}
}

func statsForm(function string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		if len(c.Args) > 1 {
			return g.refuse(c.Func, "how Kusto counts the places of values around those that are no numbers is not documented", "", c.At)
		}
		return function + "(" + g.expr(s, c.Args[0]) + ")"
	}
}

// polyForm writes series_fit_poly(y[, x][, degree]).
func polyForm(g *generator, s scope, c *plan.Call) string {
	x, degree := "CAST(NULL AS VARCHAR)", literalLong(1)
	for _, a := range c.Args[1:] {
		if a.Type() == types.Dynamic {
			x = g.expr(s, a)
		} else {
			degree = g.expr(s, a)
		}
	}
	return "kql_series_fit_poly(" + g.expr(s, c.Args[0]) + ", " + x + ", " + degree + ")"
}

func firForm(g *generator, s scope, c *plan.Call) string {
	args := append(g.exprs(s, c.Args), "CAST(NULL AS BOOLEAN)", "false")
	if len(c.Args) == 3 {
		args = append(args[:3], "false")
	}
	return "kql_series_fir(" + strings.Join(args[:4], ", ") + ")"
}

// outliersForm refuses percentiles and a value to ignore: the unit of their
// scores is not documented.
func outliersForm(g *generator, s scope, c *plan.Call) string {
	if len(c.Args) > 2 {
		return g.refuse(c.Func, "the unit of a score between percentiles of one's own is not documented", "leave out all after the test", c.At)
	}
	kind := "'ctukey'"
	if len(c.Args) == 2 {
		kind = g.expr(s, c.Args[1])
	}
	return "kql_series_outliers(" + g.expr(s, c.Args[0]) + ", " + kind + ")"
}

func fillLinearForm(g *generator, s scope, c *plan.Call) string {
	args := []string{g.expr(s, c.Args[0]), "CAST(NULL AS VARCHAR)", "true", "'0'"}
	for i, a := range c.Args {
		switch i {
		case 1, 3:
			args[i] = g.dynamic(s, a)
		case 2:
			args[i] = g.expr(s, a)
		}
	}
	return "kql_series_fill_linear(" + strings.Join(args, ", ") + ")"
}

// unknownPart refuses a part of a series function's answer that Kusto's
// documentation does not define well enough.
func (g *generator) unknownPart(p *plan.Path) (string, bool) {
	c, ok := p.X.(*plan.Call)
	if !ok || c.Func != "series_fit_2lines" || len(p.Steps) == 0 {
		return "", false
	}
	index, ok := p.Steps[0].Index.(*plan.Const)
	if !ok || index.Value.Int != 1 && index.Value.Int != 7 {
		return "", false
	}
	return g.refuse(c.Func, "what its split_idx and right_interception count from is not documented", "keep line_fit and the columns you need with project", c.At), true
}
