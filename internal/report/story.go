package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

// A passage is one part of what an incident comes to: sentences, then a table.
// Markdown and HTML print the same passages.
type passage struct {
	Title   string
	Lines   []string
	Caption string
	Head    []string
	Rows    [][]string
}

// maxKinds is how many kinds of act are printed of a trail; the JSON has the
// acts themselves.
const maxKinds = 60

// storyOf returns the passages of an incident's story; none if it was not told.
func storyOf(inc incident.Incident) []passage {
	var passages []passage
	if inc.Story != nil {
		s := *inc.Story
		passages = append(passages, gistOf(s), reachedOf(s), openOf(s), closedOf(s), alternativesOf(s))
	}
	if inc.Trail != nil {
		passages = append(passages, sessionsOf(*inc.Trail), actsOf(*inc.Trail))
	}
	passages = append(passages, elsewhereOf(inc), exposuresOf(inc.Exposures))
	return slices.DeleteFunc(passages, func(b passage) bool { return len(b.Lines)+len(b.Rows) == 0 })
}

// elsewhereOf tells what incidents of other tenants name too.
func elsewhereOf(inc incident.Incident) passage {
	b := passage{
		Title: "What other tenants have of it", Caption: "What incidents of other tenants name too. Nothing is joined across tenants: whether it is one attack is to be decided.",
		Head: []string{"Shared", "Tenant", "Incident"},
	}
	for _, e := range inc.Elsewhere {
		b.Rows = append(b.Rows, []string{string(e.Entity.Type) + " " + e.Entity.String(), tenantText(e.Tenant), e.Incident})
	}
	for _, u := range inc.Unlisted {
		b.Lines = append(b.Lines, unlistedText(u)+".")
	}
	return b
}

// unlistedText tells how much is shared and not listed.
func unlistedText(u incident.Unlisted) string {
	if u.Incident != "" {
		return fmt.Sprintf("%d more that incident %s of tenant %s names too are not listed", u.Entities, u.Incident, tenantText(u.Tenant))
	}
	return fmt.Sprintf("%s more of tenant %s with some of it %s not listed", count(u.Incidents, "incident"), tenantText(u.Tenant), isAre(u.Incidents))
}

// exposuresOf lists the entities on what is not as it should be. A subscription
// may hold very many; how many more there are is said.
func exposuresOf(list []incident.Exposure) passage {
	b := passage{Title: "What of it is not as it should be", Caption: "Entities that sit on an open recommendation, or on what a check is not met by.", Head: []string{"Severity", "Entity", "Relation", "Resource", "Check", "What", "Record"}}
	for _, x := range list[:min(len(list), maxKinds)] {
		b.Rows = append(b.Rows, []string{x.Severity.String(), x.Entity, string(x.Relation), x.Resource, x.Check, x.What, x.Record})
	}
	if n := len(list) - maxKinds; n > 0 {
		b.Lines = append(b.Lines, fmt.Sprintf("%d more are in the JSON report.", n))
	}
	return b
}

func gistOf(s incident.Story) passage {
	b := passage{Title: "What it comes to", Caption: "What the confidence adds up from.", Head: []string{"Points", "Reason"}}
	if !s.FirstAct.Time.IsZero() {
		b.Lines = append(b.Lines, "First act: "+when(s.FirstAct.Time)+", "+s.FirstAct.What, "Last act: "+when(s.LastAct.Time)+", "+s.LastAct.What)
	}
	if s.PatientZero != "" {
		b.Lines = append(b.Lines, "Had first: "+s.PatientZero)
	}
	b.Lines = append(b.Lines, fmt.Sprintf("Confidence that it is an attack: %s (%d of 100)", s.Confidence.Level, s.Confidence.Score))
	for _, t := range s.Confidence.Terms {
		b.Rows = append(b.Rows, []string{fmt.Sprintf("%+d", t.Points), t.Reason})
	}
	return b
}

func reachedOf(s incident.Story) passage {
	b := passage{Title: "What was reached", Caption: "What the attacker certainly did, by what it was done to.", Head: []string{"Kind", "Name", "Acts", "First", "Last"}}
	for _, r := range s.Reached {
		b.Rows = append(b.Rows, []string{string(r.Kind), r.Name, fmt.Sprint(r.Acts), when(r.First), when(r.Last)})
	}
	return b
}

func openOf(s incident.Story) passage {
	b := passage{Title: "What is still open", Caption: "What was opened, and nothing in the evidence undoes.", Head: []string{"Kind", "Operation", "Of", "By", "Since", "Record", "Note"}}
	for _, o := range s.Open {
		b.Rows = append(b.Rows, []string{string(o.Kind), o.What, o.Target, o.By, when(o.Time), originsText([]evidence.Origin{o.Origin}), noteOf(o)})
	}
	return b
}

func noteOf(o incident.Opening) string {
	if o.Whose == incident.Unclear {
		return strings.TrimPrefix(o.Caution+"; whose act it was is unclear", "; ")
	}
	return o.Caution
}

func closedOf(s incident.Story) passage {
	b := passage{Title: "What was undone since", Caption: "What was opened, and what undid it.", Head: []string{"Kind", "Operation", "Of", "Opened", "Undone", "By what", "Record"}}
	for _, o := range s.Closed {
		b.Rows = append(b.Rows, []string{
			string(o.Kind), o.What, o.Target, when(o.Time), when(o.Closed.Time),
			strings.TrimSpace(o.Closed.Operation) + ", " + cmp.Or(o.Closed.Account, o.Closed.Application, "somebody"),
			originsText([]evidence.Origin{o.Closed.Origin}),
		})
	}
	return b
}

func alternativesOf(s incident.Story) passage {
	b := passage{Title: "What else it could be", Caption: "What speaks for each harmless explanation, and what against it.", Head: []string{"Explanation", "For", "Against", "Likely"}}
	for _, a := range s.Alternatives {
		likely := "no"
		if a.Likely {
			likely = "yes"
		}
		b.Rows = append(b.Rows, []string{a.Explanation, strings.Join(a.For, "; "), strings.Join(a.Against, "; "), likely})
	}
	return b
}

func sessionsOf(t incident.Trail) passage {
	b := passage{Title: "What the stolen sessions did", Caption: "Sessions that the attacker had, in every log.", Head: []string{"Session", "Account", "First", "Last", "Acts", "Tokens", "The owner's acts"}}
	for _, s := range t.Sessions {
		b.Rows = append(b.Rows, []string{s.ID, s.Account, when(s.First), when(s.Last), fmt.Sprint(s.Acts), fmt.Sprint(s.Tokens), fmt.Sprint(s.Own)})
	}
	return b
}

// An actKind is acts that differ in their time alone.
type actKind struct {
	table, operation, who, address, whose, why string
	failed                                     bool
}

// actsOf counts the acts of a trail by kind, in the order of the first of each.
func actsOf(t incident.Trail) passage {
	b := passage{Title: "Every act that was found", Caption: "By kind, in the order of the first of each.", Head: []string{"Log", "Operation", "By", "From", "Whose", "Acts", "First", "Last", "Why", "Records"}}
	origins := make(map[actKind][]evidence.Origin)
	last := make(map[actKind]time.Time)
	var order []incident.Act
	for _, a := range t.Acts {
		k := kindOf(a)
		if len(origins[k]) == 0 {
			order = append(order, a)
		}
		origins[k] = append(origins[k], a.Origin)
		last[k] = a.Time
	}
	for _, a := range order[:min(len(order), maxKinds)] {
		k := kindOf(a)
		b.Rows = append(b.Rows, []string{k.table, k.operation, k.who, k.address, k.whose, fmt.Sprint(len(origins[k])), when(a.Time), when(last[k]), k.why, originsText(origins[k])})
	}
	if n := len(order) - maxKinds; n > 0 {
		b.Lines = append(b.Lines, fmt.Sprintf("%d kinds of act more are in the JSON report.", n))
	}
	for _, s := range t.Stops {
		b.Lines = append(b.Lines, "Where the search stopped: "+s+".")
	}
	return b
}

// originsText names records by the numbers of their files: file 2: 3, 7–9.
func originsText(origins []evidence.Origin) string {
	byFile := make(map[int64][]int64)
	for _, o := range origins {
		byFile[o.File] = append(byFile[o.File], o.Record)
	}
	var texts []string
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		records := byFile[file]
		slices.Sort(records)
		texts = append(texts, fmt.Sprintf("file %d: %s", file, recordsText(slices.Compact(records))))
	}
	return strings.Join(texts, "; ")
}

func kindOf(a incident.Act) actKind {
	k := actKind{a.Table, strings.TrimSpace(a.Operation), cmp.Or(a.Account, a.Application), a.Address, string(a.Whose), a.Why, a.Failed}
	if a.Failed {
		k.operation += " (refused)"
	}
	if a.Whose == incident.Unclear {
		k.whose = "unclear"
	}
	return k
}
