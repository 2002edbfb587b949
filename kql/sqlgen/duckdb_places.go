package sqlgen

import "github.com/conshelf/conshelf/kql/plan"

// A Places is a Schema that can tell whether there is a database that says
// where IP addresses are.
type Places interface {
	HasPlaces() bool
}

// placeForms are the functions that need a database of places.
func placeForms() map[string]callForm {
	return map[string]callForm{
		"geo_info_from_ip_address": func(g *generator, s scope, c *plan.Call) string {
			if p, ok := g.schema.(Places); !ok || !p.HasPlaces() {
				return g.refuse(c.Func, "no database of places is loaded", "name one in the MMDB format with --places FILE", c.At)
			}
			return "kql_place(" + g.expr(s, c.Args[0]) + ")"
		},
	}
}
