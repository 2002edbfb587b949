package sqlgen

import (
	"github.com/conshelf/conshelf/kql/plan"
)

// placedWindows are the functions that give another value for each row. The
// value comes from the place of the row and from which call of the query it is,
// so that the same query gives the same answer.
func placedWindows() map[string]windowForm {
	return map[string]windowForm{
		"rand": func(_ *generator, w windowCall) string {
			random := "kql_random(" + w.seed() + ")"
			if !w.has(0) {
				return random
			}
			return "floor(" + random + " * CASE WHEN " + w.arg(0) + " > 0 THEN " + w.arg(0) + " END)"
		},
		"new_guid": func(_ *generator, w windowCall) string { return "kql_random_guid(" + w.seed() + ")" },
	}
}

// seed is which call it is, and the place of the row.
func (w windowCall) seed() string {
	call := literalLong(int64(len(w.g.ctes)))
	return call + ", row_number() " + w.in.withoutGroup().over()
}

// withoutGroup returns the relation as one whose rows have one order, not one
// for each group.
func (r relation) withoutGroup() relation {
	if r.group != "" {
		r.order = append([]orderKey{ascending(r.group)}, r.order...)
		r.group = ""
	}
	return r
}

// placedForms refuse what placedWindows know, where there is no row to have a
// place.
func placedForms() map[string]callForm {
	refused := func(g *generator, _ scope, c *plan.Call) string {
		return g.refuse(c.Func+" here", "it takes its value from the place of a row", "compute it with extend first", c.At)
	}
	return map[string]callForm{"rand": refused, "new_guid": refused}
}
