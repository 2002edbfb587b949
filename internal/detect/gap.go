package detect

import (
	"cmp"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/plan"
)

// Gaps returns a gap for each file of rules that has errors and so did not
// load.
func Gaps(problems []rule.Problem) []incident.Gap {
	var gaps []incident.Gap
	for _, p := range problems {
		if p.Diagnostics.HasErrors() {
			gaps = append(gaps, incident.Gap{
				Kind: incident.GapRule, Subject: p.Path, Reason: p.Line(),
				Consequence: "Nothing can be said about what this rule looks for.",
			})
		}
	}
	return gaps
}

func notCompiled(r *rule.Compiled) incident.Gap {
	return ruleGap(r, incident.GapRule, "The rule does not compile: "+r.Problem().Line(), "Nothing can be said about what it looks for.")
}

func ruleGap(r *rule.Compiled, kind incident.GapKind, reason, consequence string) incident.Gap {
	return incident.Gap{Kind: kind, Subject: r.Name, Reason: reason, Consequence: consequence}
}

// present returns the tables that the rule reads and that hold rows, and a gap
// if there are others.
func (s *scene) present(r *rule.Compiled) (have []string, gap *incident.Gap) {
	var missing []string
	for _, name := range tablesOf(r.Query) {
		if s.tables[name].Rows > 0 {
			have = append(have, name)
		} else {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return have, nil
	}
	consequence := "The rule did not run: that it found nothing means nothing."
	if len(have) > 0 {
		consequence = "The rule ran without them: it may have missed, or rated too low, what only they show."
	}
	g := ruleGap(r, incident.GapMissingTable, "No evidence was collected for "+strings.Join(missing, ", ")+".", consequence)
	return have, &g
}

// tablesOf returns the names of the tables that a query reads, sorted.
func tablesOf(q *plan.Query) []string {
	var names []string
	for _, scan := range plan.Scans(q) {
		names = append(names, scan.Table.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// untenanted is the gap of records that belong to no tenant of several.
func (s *scene) untenanted() []incident.Gap {
	if s.shares[len(s.shares)-1].Scope != plan.Tenantless {
		return nil
	}
	return []incident.Gap{{
		Kind: incident.GapEvidence, Subject: "records that name no tenant",
		Reason:      "The evidence holds records of several tenants, and records that do not say whose they are.",
		Consequence: "Rules looked at these records together, apart from the tenants: what they and a tenant's own records would show was not seen. Load them again into another case with --tenant, if it is known whose they are.",
	}}
}

func compareGaps(a, b incident.Gap) int {
	return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Reason, b.Reason))
}
