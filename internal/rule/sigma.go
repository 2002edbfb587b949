package rule

import (
	"regexp"
	"strings"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/sigma"
	"github.com/conshelf/conshelf/kql/diag"
)

// compileSigma turns the Sigma documents of all files into rules: a
// correlation may name a rule of another file.
func compileSigma(files []*file) {
	var docs []*sigma.Document
	var of []*file
	for _, f := range files {
		for _, doc := range f.sigma {
			docs = append(docs, sigma.Read(doc))
			of = append(of, f)
		}
	}
	for i, result := range sigma.Compile(docs) {
		if result.Query == nil {
			result.Diagnostics.Sort()
			if len(result.Diagnostics) > 0 {
				of[i].wrong = append(of[i].wrong, Problem{of[i].path, result.Title, of[i].text, result.Diagnostics})
			}
			continue
		}
		of[i].add(sigmaRule(result.Query, result.Diagnostics))
	}
}

// sigmaRule returns the rule that a Sigma document is.
func sigmaRule(q *sigma.Query, list diag.List) (*Rule, diag.List) {
	r := &reader{list: list}
	rule := &Rule{
		Form: Sigma, Kind: Scheduled, Grouping: AlertPerResult, Trigger: Trigger{Operator: GreaterThan},
		ID: q.ID, idAt: q.IDAt, Name: q.Title, Description: q.Description, Frequency: q.Frequency, Period: q.Period,
		Query: q.KQL, queryAt: &doctree.Node{At: q.At},
	}
	switch {
	case rule.ID == "":
		rule.ID = DerivedID("sigma", q.Document)
	case !guidPattern.MatchString(rule.ID):
		r.list.Errorf(q.IDAt, diag.BadRule, "id %q is not a GUID", rule.ID)
	}
	r.level(rule, q)
	for _, tag := range q.Tags {
		r.tag(rule, tag)
	}
	for _, e := range q.Entities {
		rule.Entities = append(rule.Entities, EntityMapping{
			incident.EntityType(e.Type), []FieldMapping{{Identifier: e.Identifier, Column: e.Column, identifierAt: q.At, columnAt: q.At}},
		})
	}
	return rule, r.list
}

// level reads how severe what the rule finds is. Sentinel has nothing above
// high.
func (r *reader) level(rule *Rule, q *sigma.Query) {
	switch q.Level {
	case "informational":
		rule.Severity = incident.Informational
	case "low":
		rule.Severity = incident.Low
	case "medium":
		rule.Severity = incident.Medium
	case "high", "critical":
		rule.Severity = incident.High
	case "":
		rule.Severity = incident.Medium
		r.warn(q.At, "the rule has no level: Medium is taken")
	default:
		r.list.Errorf(q.At, diag.BadRule, "the level is informational, low, medium, high or critical, not %q", q.Level)
	}
}

var attackID = regexp.MustCompile(`^t\d{4}(\.\d{3})?$`)

// tag reads a tag of ATT&CK. Others, and groups and software, label nothing
// that a rule has a place for.
func (r *reader) tag(rule *Rule, tag sigma.Tag) {
	name, ok := strings.CutPrefix(strings.ToLower(tag.Text), "attack.")
	if !ok {
		return
	}
	if attackID.MatchString(name) {
		r.technique(rule, strings.ToUpper(name), tag.At)
		return
	}
	for _, known := range tacticNames() {
		if strings.EqualFold(known, strings.NewReplacer("-", "", "_", "").Replace(name)) {
			rule.Tactics = append(rule.Tactics, incident.Tactic(known))
			return
		}
	}
	if !attackOther.MatchString(name) {
		r.badLabel(tag.At, "ATT&CK has no tactic "+name, didYouMean(name, tacticNames()))
	}
}

var attackOther = regexp.MustCompile(`^[gsc]\d{4}$`)
