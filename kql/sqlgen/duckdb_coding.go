package sqlgen

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// codingForms are the functions between a text and a coded form of it that
// take the engine's own reading.
func codingForms() map[string]callForm {
	return map[string]callForm{
		"gzip_decompress_from_base64_string": fn("kql_gunzip"), "zlib_decompress_from_base64_string": fn("kql_inflate"),
		"punycode_from_string": fn("kql_punycode_encode"), "punycode_to_string": fn("kql_punycode_decode"),
		"punycode_domain_from_string": fn("kql_domain_encode"), "punycode_domain_to_string": fn("kql_domain_decode"),
		"base64_decode_toguid": fn("kql_base64_decode_guid"), "base64_encode_fromguid": fn("kql_base64_encode_guid"),
		"base64_encode_fromarray": fn("kql_base64_encode_array"),
		"parse_xml":               fn("kql_parse_xml"),
		"treepath":                fn("kql_treepath"),
		"datetime_utc_to_local":   fn("kql_to_local"), "datetime_local_to_utc": fn("kql_to_utc"),
		"parse_user_agent": func(g *generator, s scope, c *plan.Call) string {
			parts, ok := agentParts(c.Args[1])
			if !ok {
				return g.refuse(c.Func, "it does not know what to look for", `write "browser", "os", "device", or an array of these`, c.At)
			}
			return "kql_parse_user_agent(" + g.expr(s, c.Args[0]) + ", " + g.literalText(strings.Join(parts, " ")) + ")"
		},
	}
}

// agentParts returns the parts of a user agent that an argument names.
func agentParts(e plan.Expr) ([]string, bool) {
	c, ok := e.(*plan.Const)
	if !ok || !c.Value.Valid {
		return nil, false
	}
	parts := []string{c.Value.Text}
	if c.Value.Type == types.Dynamic && json.Unmarshal([]byte(c.Value.Text), &parts) != nil {
		var one string
		if json.Unmarshal([]byte(c.Value.Text), &one) != nil {
			return nil, false
		}
		parts = []string{one}
	}
	for i, p := range parts {
		parts[i] = strings.ToLower(p)
		if !slices.Contains([]string{"browser", "os", "device"}, parts[i]) {
			return nil, false
		}
	}
	return parts, len(parts) > 0
}

// statisticsForms are the functions of distributions, distances and units.
func statisticsForms() map[string]callForm {
	forms := map[string]callForm{
		"erf": fn("kql_erf"), "erfc": fn("kql_erfc"),
		"beta_cdf": fn("kql_beta_cdf"), "beta_inv": fn("kql_beta_inv"), "beta_pdf": fn("kql_beta_pdf"), "welch_test": fn("kql_welch_test"),
		"around": byType(map[types.Scalar]callForm{
			types.Long: fn("kql_around"), types.DateTime: fn("kql_around"), types.TimeSpan: fn("kql_around"), types.Real: fn("kql_around_real"),
		}),
		"assert":             assertForm,
		"estimate_data_size": sizeForm,
	}
	for _, quantity := range []string{"angle", "energy", "force", "length", "mass", "speed", "temperature", "volume"} {
		forms["convert_"+quantity] = format("kql_convert('" + quantity + "', %s, %s, %s)")
	}
	return forms
}

// assertForm fails the query. A condition about a row would fail it on what the
// database happens to look at.
func assertForm(g *generator, s scope, c *plan.Call) string {
	aboutRow := false
	plan.WalkExpr(c.Args[0], func(e plan.Expr) {
		if _, ok := e.(*plan.Col); ok {
			aboutRow = true
		}
	})
	if aboutRow {
		return g.refuse(c.Func, "its condition depends on the row", "write where, and look at what is left", c.At)
	}
	return "kql_assert(" + g.condition(s, c.Args[0]) + ", " + g.expr(s, c.Args[1]) + ")"
}

// sizeForm adds up how much values take: a string its bytes, others what
// their type takes.
func sizeForm(g *generator, s scope, c *plan.Call) string {
	fixed := int64(0)
	var texts []string
	for _, a := range c.Args {
		switch t := a.Type(); t {
		case types.String:
			texts = append(texts, "strlen("+g.expr(s, a)+")")
		case types.Long, types.Real, types.DateTime, types.TimeSpan:
			fixed += 8
		case types.Int:
			fixed += 4
		case types.GUID:
			fixed += 16
		case types.Unknown, types.Bool, types.Decimal, types.Dynamic:
			return g.refuse(fmt.Sprintf("%s of a %s", c.Func, t), "how much Kusto takes for it is not documented", "", c.At)
		}
	}
	return "(" + strings.Join(append(texts, literalLong(fixed)), " + ") + ")"
}

// sortForm writes a sort of one array, or of several by the first. Nulls are
// last unless it is said otherwise.
func sortForm(descending string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		args := g.exprs(s, c.Args)
		nullsLast := "true"
		if last := len(args) - 1; c.Args[last].Type() == types.Bool {
			nullsLast, args = "coalesce("+args[last]+", true)", args[:last]
		}
		return "kql_array_sort(" + descending + ", " + nullsLast + ", " + strings.Join(args, ", ") + ")"
	}
}
