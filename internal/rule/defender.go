package rule

import (
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/diag"
)

// A custom detection of Defender XDR, as Microsoft Graph's detectionRule has
// it, in YAML or JSON. How far a run looks back follows from how often it is.

func isCustomDetection(doc *doctree.Node) bool { return doc.Value("queryCondition") != nil }

// lookbacks are the periods that Defender has, and what each run looks at.
func lookbacks() map[string]time.Duration {
	return map[string]time.Duration{"1H": 4 * time.Hour, "3H": 12 * time.Hour, "12H": 48 * time.Hour, "24H": 30 * day}
}

func customDetection(doc *doctree.Node) (*Rule, diag.List) {
	r := &reader{}
	rule := &Rule{Form: Defender, Kind: Scheduled, Grouping: AlertPerResult, Trigger: Trigger{Operator: GreaterThan}}
	r.detectionNames(rule, doc)
	r.detectionQuery(rule, doc.Value("queryCondition"))
	r.detectionSchedule(rule, doc)
	template := doc.Value("detectionAction").Value("alertTemplate")
	if template == nil {
		r.list.Errorf(doc.At, diag.BadRule, "the rule has no detectionAction.alertTemplate")
		return rule, r.list
	}
	r.alertTemplate(rule, template)
	r.unmatched(rule)
	return rule, r.list
}

func (r *reader) detectionNames(rule *Rule, doc *doctree.Node) {
	rule.idAt = doc.At
	if n := doc.Value("displayName"); n != nil {
		rule.Name = r.prose(n, "displayName", 256)
	}
	if rule.Name == "" {
		r.list.Errorf(doc.At, diag.BadRule, "the rule has no displayName")
	}
	for _, key := range []string{"detectorId", "id"} {
		if text, ok := doc.Value(key).Scalar(); ok && guidPattern.MatchString(text) {
			rule.ID, rule.idAt = strings.ToLower(text), doc.Value(key).At
			break
		}
	}
	if rule.ID == "" {
		rule.ID = DerivedID("custom detection", rule.Name)
	}
	if n := doc.Value("isEnabled"); n != nil {
		r.enabled(rule, n, n.At)
	}
}

func (r *reader) detectionQuery(rule *Rule, condition *doctree.Node) {
	n := condition.Value("queryText")
	if n == nil || n.Kind == doctree.Null {
		r.list.Errorf(condition.At, diag.BadRule, "queryCondition has no queryText")
		return
	}
	r.queryText(rule, n, n.At)
}

func (r *reader) detectionSchedule(rule *Rule, doc *doctree.Node) {
	n := doc.Value("schedule").Value("period")
	text, ok := n.Scalar()
	switch {
	case !ok:
		r.list.Errorf(doc.At, diag.BadRule, "the rule has no schedule.period")
	case isZero(text):
		rule.Kind, rule.Frequency, rule.Period = NRT, continuous, continuous
	case lookbacks()[strings.ToUpper(text)] == 0:
		r.notOneOf(n, "period", text, "0", "1H", "3H", "12H", "24H")
	default:
		rule.Frequency, _ = parseDuration(strings.ToLower(text))
		rule.Period = lookbacks()[strings.ToUpper(text)]
	}
}

func (r *reader) alertTemplate(rule *Rule, template *doctree.Node) {
	for _, e := range r.mapping(template, "alertTemplate") {
		if e.Value.Kind == doctree.Null {
			continue
		}
		switch e.Key {
		case "title":
			notApplied("an alert is called by its rule's name")(r, rule, e.Value, e.At)
		case "description":
			rule.Description = r.prose(e.Value, e.Key, 5000)
		case "severity":
			r.detectionSeverity(rule, e.Value)
		case "category":
			r.detectionCategory(rule, e.Value)
		case "mitreTechniques":
			r.techniques(rule, e.Value, e.At)
		case "impactedAssets":
			r.impactedAssets(rule, e.Value)
		case "recommendedActions", "@odata.type":
		default:
			r.list.Errorf(e.At, diag.BadRule, "an alertTemplate has no key %s", e.Key)
		}
	}
	if rule.Severity == incident.Unrated {
		r.list.Errorf(template.At, diag.BadRule, "the rule has no severity")
	}
}

func (r *reader) detectionSeverity(rule *Rule, n *doctree.Node) {
	name, ok := r.scalar(n, "severity")
	if !ok || name == "" {
		return
	}
	severity, ok := incident.ParseSeverity(strings.ToUpper(name[:1]) + strings.ToLower(name[1:]))
	if !ok || severity == incident.Unrated {
		r.notOneOf(n, "severity", name, "informational", "low", "medium", "high")
		return
	}
	rule.Severity = severity
}

// detectionCategory takes the category as a tactic where it is one: Defender
// has categories that ATT&CK does not, such as Malware.
func (r *reader) detectionCategory(rule *Rule, n *doctree.Node) {
	name, ok := r.scalar(n, "category")
	if ok && attack.Order(incident.Tactic(name)) > 0 {
		rule.Tactics = append(rule.Tactics, incident.Tactic(name))
	}
}

// assetIdentifiers says what each identifier of an impacted asset is called in
// Sentinel. The column is the identifier with a capital letter.
func assetIdentifiers() map[string]FieldMapping {
	return map[string]FieldMapping{
		"user.accountObjectId":                {Identifier: "AadUserId"},
		"user.accountSid":                     {Identifier: "Sid"},
		"user.accountUpn":                     {Identifier: "FullName"},
		"user.accountName":                    {Identifier: "Name"},
		"user.initiatingProcessAccountUpn":    {Identifier: "FullName"},
		"user.initiatingProcessAccountSid":    {Identifier: "Sid"},
		"user.initiatingAccountName":          {Identifier: "Name"},
		"user.recipientObjectId":              {Identifier: "AadUserId"},
		"user.targetAccountUpn":               {Identifier: "FullName"},
		"device.deviceName":                   {Identifier: "HostName"},
		"device.remoteDeviceName":             {Identifier: "HostName"},
		"device.targetDeviceName":             {Identifier: "HostName"},
		"device.destinationDeviceName":        {Identifier: "HostName"},
		"mailbox.recipientEmailAddress":       {Identifier: "MailboxPrimaryAddress"},
		"mailbox.senderFromAddress":           {Identifier: "MailboxPrimaryAddress"},
		"mailbox.senderMailFromAddress":       {Identifier: "MailboxPrimaryAddress"},
		"mailbox.initiatingProcessAccountUpn": {Identifier: "MailboxPrimaryAddress"},
	}
}

func (r *reader) impactedAssets(rule *Rule, n *doctree.Node) {
	types := map[string]incident.EntityType{"user": incident.Account, "device": incident.Host, "mailbox": incident.Mailbox}
	for _, asset := range r.sequence(n, "impactedAssets") {
		kind, _ := asset.Value("@odata.type").Scalar()
		kind = strings.TrimSuffix(strings.TrimPrefix(kind, "#microsoft.graph.security.impacted"), "Asset")
		kind = strings.ToLower(kind)
		id := asset.Value("identifier")
		name, ok := id.Scalar()
		field, known := assetIdentifiers()[kind+"."+name]
		if !ok || !known {
			r.warn(asset.At, "the impacted asset %s %s names no entity that Sentinel has: alerts will not show it", kind, name)
			continue
		}
		field.Column = strings.ToUpper(name[:1]) + name[1:]
		field.columnAt, field.identifierAt = id.At, id.At
		m := EntityMapping{types[kind], []FieldMapping{field}}
		if !slices.ContainsFunc(rule.Entities, func(have EntityMapping) bool { return have.Type == m.Type && have.Fields[0].Column == field.Column }) {
			rule.Entities = append(rule.Entities, m)
		}
	}
}
