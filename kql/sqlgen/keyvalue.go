package sqlgen

import "github.com/conshelf/conshelf/kql/plan"

// keyValueForms are the functions that parse-kv calls.
func keyValueForms() map[string]callForm {
	return map[string]callForm{
		plan.ParseKvFunc: func(g *generator, s scope, c *plan.Call) string {
			if delimiter, ok := constText(c, 1); ok && delimiter == "" {
				return g.refuse("parse-kv without delimiters", "what ends a key is not documented well enough to say it exactly",
					"write with (pair_delimiter=…, kv_delimiter=…)", c.At)
			}
			return fn("kql_parse_kv")(g, s, c)
		},
		plan.FirstPairsFunc: fn("kql_first_pairs"),
	}
}
