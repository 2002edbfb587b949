package rule

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/diag"
)

// A key is a key of a rule: what reads it, and whether Sentinel demands it.
type key struct {
	name   string
	read   func(r *reader, rule *Rule, n *doctree.Node, at diag.Span)
	demand demand
}

// A demand is what the lack of a key means.
type demand int

const (
	optional  demand = iota
	expected         // Sentinel refuses the rule; here it runs
	needed           // without it the rule has no meaning
	scheduled        // needed by a rule that has a schedule
	rated            // needed by a rule that is no hunting query
)

// keys are the keys that a rule may have, as Sentinel's repository defines
// them.
func keys() []key {
	return []key{
		{"id", (*reader).id, needed},
		{"name", (*reader).name, needed},
		{"kind", ignore, expected},
		{"description", (*reader).description, expected},
		{"severity", (*reader).severity, rated},
		{"requiredDataConnectors", (*reader).connectors, expected},
		{"queryFrequency", (*reader).frequency, scheduled},
		{"queryPeriod", (*reader).period, scheduled},
		{"triggerOperator", (*reader).operator, scheduled},
		{"triggerThreshold", (*reader).threshold, scheduled},
		{"tactics", (*reader).tactics, expected},
		{"relevantTechniques", (*reader).techniques, expected},
		{"query", (*reader).queryText, needed},
		{"entityMappings", (*reader).entityMappings, optional},
		{"customDetails", (*reader).customDetails, optional},
		{"alertDetailsOverride", (*reader).override, optional},
		{"eventGroupingSettings", (*reader).grouping, optional},
		{"version", (*reader).version, expected},
		{"status", ignore, optional},
		{"description-detailed", ignore, optional},
		{"enabled", (*reader).enabled, optional},
		{"tags", ignore, optional},
		{"metadata", ignore, optional},
		{"incidentConfiguration", notApplied("alerts are joined into incidents by what they share"), optional},
		{"sentinelEntitiesMappings", notApplied("only entityMappings name entities"), optional},
		{"suppressionDuration", notApplied("alerts that repeat are merged instead"), optional},
		{"suppressionEnabled", notApplied("alerts that repeat are merged instead"), optional},
	}
}

// ignore reads nothing: the key says something about the rule that has no
// part in running it.
func ignore(*reader, *Rule, *doctree.Node, diag.Span) {}

func notApplied(instead string) func(*reader, *Rule, *doctree.Node, diag.Span) {
	return func(r *reader, _ *Rule, _ *doctree.Node, at diag.Span) {
		r.list.Add(diag.Diagnostic{Span: at, Severity: diag.Info, Code: diag.BadRule, Message: "this key is not applied: " + instead})
	}
}

// rule reads the whole document.
func (r *reader) rule(root *doctree.Node) *Rule {
	rule := &Rule{Kind: Scheduled, Grouping: SingleAlert, Form: Sentinel}
	entries := r.mapping(root, "the rule")
	if len(entries) == 0 {
		return rule
	}
	var ok bool
	if rule.Kind, ok = r.kindOf(root); !ok {
		return rule
	}
	known := keys()
	for _, e := range entries {
		i := slices.IndexFunc(known, func(k key) bool { return k.name == e.Key })
		if i < 0 {
			r.unknownKey(e, known)
			continue
		}
		r.read(rule, known[i], e)
	}
	r.missing(rule.Kind, entries, known)
	r.settle(rule, root)
	return rule
}

// read reads the value of a key. One that has no value is as if it were not
// there; a rule that needs it has no meaning.
func (r *reader) read(rule *Rule, k key, e doctree.Entry) {
	demand := k.demandOf(rule.Kind)
	switch {
	case k.name == "queryFrequency" && rule.Kind == NRT:
		notApplied("a rule of kind NRT runs every minute")(r, rule, e.Value, e.At)
	case e.Value.Kind != doctree.Null:
		k.read(r, rule, e.Value, e.At)
	case demand == needed:
		r.list.Errorf(e.At, diag.BadRule, "%s has no value", e.Key)
	default:
		r.warn(e.At, "%s has no value", e.Key)
	}
}

func (r *reader) unknownKey(e doctree.Entry, known []key) {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = k.name
	}
	r.list.Add(diag.Diagnostic{
		Span: e.At, Code: diag.BadRule,
		Message: "a rule has no key " + e.Key, Hint: didYouMean(e.Key, names),
	})
}

func (r *reader) id(rule *Rule, n *doctree.Node, _ diag.Span) {
	text, ok := r.scalar(n, "id")
	if ok && !guidPattern.MatchString(text) {
		r.list.Errorf(n.At, diag.BadRule, "id %q is not a GUID", text)
	}
	rule.ID, rule.idAt = strings.ToLower(text), n.At
}

func (r *reader) name(rule *Rule, n *doctree.Node, _ diag.Span) {
	rule.Name = r.prose(n, "name", 256)
}

func (r *reader) description(rule *Rule, n *doctree.Node, _ diag.Span) {
	rule.Description = r.prose(n, "description", 5000)
}

// prose returns a text that people read, without space at its ends.
func (r *reader) prose(n *doctree.Node, what string, most int) string {
	text, ok := r.scalar(n, what)
	text = strings.TrimSpace(text)
	if ok {
		r.length(n, what, text, 1, most)
	}
	return text
}

func (r *reader) enabled(rule *Rule, n *doctree.Node, at diag.Span) {
	rule.Disabled = n.Kind == doctree.Bool && n.Text == "false"
	switch {
	case rule.Disabled:
		notApplied("a rule that is turned off is run all the same")(r, rule, n, at)
	case n.Kind != doctree.Bool:
		r.list.Errorf(n.At, diag.BadRule, "enabled is true or false")
	}
}

func (r *reader) severity(rule *Rule, n *doctree.Node, _ diag.Span) {
	name, ok := r.scalar(n, "severity")
	if !ok {
		return
	}
	severity, ok := incident.ParseSeverity(name)
	if !ok || severity == incident.Unrated {
		r.notOneOf(n, "severity", name, "Informational", "Low", "Medium", "High")
		return
	}
	rule.Severity = severity
}

func (r *reader) connectors(rule *Rule, n *doctree.Node, _ diag.Span) {
	for _, element := range r.sequence(n, "requiredDataConnectors") {
		var c Connector
		for _, e := range r.mapping(element, "a data connector") {
			switch e.Key {
			case "connectorId":
				c.ID, _ = r.scalar(e.Value, e.Key)
			case "dataTypes":
				c.Tables, _ = r.scalars(e.Value, e.Key)
			default:
				r.strayKey(e, "a data connector", "connectorId", "dataTypes")
			}
		}
		rule.Connectors = append(rule.Connectors, c)
	}
}

func (r *reader) frequency(rule *Rule, n *doctree.Node, at diag.Span) {
	r.scheduleAt = at
	rule.Frequency = r.duration(n, "queryFrequency")
}

func (r *reader) period(rule *Rule, n *doctree.Node, _ diag.Span) {
	rule.Period = r.duration(n, "queryPeriod")
}

func (r *reader) duration(n *doctree.Node, what string) time.Duration {
	text, ok := r.scalar(n, what)
	if !ok {
		return 0
	}
	d, ok := parseDuration(text)
	if !ok {
		r.list.Add(diag.Diagnostic{
			Span: n.At, Code: diag.BadRule, Message: what + " is not a time",
			Hint: "write 30m, 1h or 14d, or the same in ISO 8601: PT30M, PT1H, P14D",
		})
		return 0
	}
	if d < 5*time.Minute || d > 14*day {
		r.list.Errorf(n.At, diag.BadRule, "%s is %s; it is between 5m and 14d", what, text)
	}
	return d
}

func (r *reader) operator(rule *Rule, n *doctree.Node, _ diag.Span) {
	name, ok := r.scalar(n, "triggerOperator")
	if !ok {
		return
	}
	switch op := Operator(name); op {
	case GreaterThan, LessThan, Equal, NotEqual:
		rule.Trigger.Operator = op
	default:
		r.notOneOf(n, "triggerOperator", name, "gt", "lt", "eq", "ne")
	}
}

func (r *reader) threshold(rule *Rule, n *doctree.Node, _ diag.Span) {
	text, ok := r.scalar(n, "triggerThreshold")
	if !ok {
		return
	}
	count, err := strconv.ParseInt(text, 10, 64)
	if err != nil || count < 0 || count > 10000 {
		r.list.Errorf(n.At, diag.BadRule, "triggerThreshold %s is not between 0 and 10000", text)
	}
	rule.Trigger.Threshold = count
}

func (r *reader) queryText(rule *Rule, n *doctree.Node, at diag.Span) {
	rule.Query, _ = r.scalar(n, "query")
	rule.queryAt = n
	if strings.TrimSpace(rule.Query) == "" {
		r.list.Errorf(at, diag.BadRule, "the query is empty")
	}
	r.length(n, "query", rule.Query, 0, 10000)
}

func (r *reader) customDetails(rule *Rule, n *doctree.Node, at diag.Span) {
	for _, e := range r.mapping(n, "customDetails") {
		if len(e.Key) > 20 || !detailPattern.MatchString(e.Key) {
			r.list.Errorf(e.At, diag.BadRule, "a custom detail is named by a letter and up to 19 letters, digits and underscores")
		}
		column, _ := r.scalar(e.Value, "the column of a custom detail")
		rule.Details = append(rule.Details, CustomDetail{e.Key, column, e.Value.At})
	}
	if len(rule.Details) > 20 {
		r.warn(at, "there are %d custom details; Sentinel allows 20", len(rule.Details))
	}
}

func (r *reader) override(rule *Rule, n *doctree.Node, _ diag.Span) {
	for _, e := range r.mapping(n, "alertDetailsOverride") {
		switch e.Key {
		case "alertDescriptionFormat":
			rule.Override.Description, _ = r.scalar(e.Value, e.Key)
			rule.Override.descriptionAt = e.Value.At
		case "alertSeverityColumnName":
			rule.Override.SeverityColumn, _ = r.scalar(e.Value, e.Key)
			rule.Override.severityAt = e.Value.At
		case "alertDisplayNameFormat":
			notApplied("an alert is called by its rule's name")(r, rule, e.Value, e.At)
		case "alertTacticsColumnName":
			rule.Override.TacticsColumn, _ = r.scalar(e.Value, e.Key)
			rule.Override.tacticsAt = e.Value.At
		case "alertDynamicProperties":
			notApplied("an alert has its row's columns")(r, rule, e.Value, e.At)
		default:
			r.strayKey(e, "alertDetailsOverride", "alertDescriptionFormat", "alertSeverityColumnName", "alertDisplayNameFormat", "alertTacticsColumnName", "alertDynamicProperties")
		}
	}
}

func (r *reader) grouping(rule *Rule, n *doctree.Node, _ diag.Span) {
	for _, e := range r.mapping(n, "eventGroupingSettings") {
		if e.Key != "aggregationKind" {
			r.strayKey(e, "eventGroupingSettings", "aggregationKind")
			continue
		}
		name, _ := r.scalar(e.Value, e.Key)
		switch kind := Grouping(name); kind {
		case SingleAlert, AlertPerResult:
			rule.Grouping = kind
		default:
			r.notOneOf(e.Value, e.Key, name, string(SingleAlert), string(AlertPerResult))
		}
	}
}

func (r *reader) version(rule *Rule, n *doctree.Node, _ diag.Span) {
	rule.Version, _ = r.scalar(n, "version")
	if len(rule.Version) > 20 || !versionPattern.MatchString(rule.Version) {
		r.warn(n.At, "version %q is not three numbers with points between", rule.Version)
	}
}
