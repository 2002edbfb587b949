package rule

import (
	"regexp"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/arm"
	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/kql/diag"
)

// readTemplate reads the rules of a template, and the saved searches, which
// are hunting queries.
func (f *file) readTemplate(doc *doctree.Node) {
	kept := doc.Value("metadata").Value("conshelf").Value("rules")
	for _, r := range arm.Resources(doc) {
		var d armReader
		switch {
		case strings.HasSuffix(r.Type, "/alertrules"), strings.HasSuffix(r.Type, "/alertruletemplates"):
			f.add(d.rule(r, restored(d.alertRule(r), kept)))
		case strings.HasSuffix(r.Type, "/savedsearches"):
			if saved := d.savedSearch(r); saved != nil {
				f.add(d.rule(r, restored(saved, kept)))
			} else {
				f.list = append(f.list, d.list...)
			}
		}
	}
}

// An armReader turns a resource into the document that Sentinel's YAML would
// be, and collects what is wrong with it.
type armReader struct {
	list   diag.List
	absent []string // keys whose value depends on the deployment
	// unknown is a property that is not read, which no other form can hold.
	unknown string
}

// rule reads the document of a resource. What Sentinel's repository demands of
// YAML is not demanded of a template.
func (d *armReader) rule(r arm.Resource, doc *doctree.Node) (*Rule, diag.List) {
	reader := &reader{deployed: true, absent: d.absent}
	rule := reader.rule(doc)
	rule.Form, rule.doc, rule.unknown = ARM, doc, d.unknown
	reader.schedule(rule)
	reader.unmatched(rule)
	if rule.ID == "" && rule.Name != "" {
		rule.ID, rule.idAt = DerivedID("arm", rule.Name, rule.Query), r.Node.At
	}
	return rule, append(d.list, reader.list...)
}

// An armKey is a property of a resource and the key that it is in YAML.
type armKey struct {
	property, key string
	value         func(*doctree.Node) *doctree.Node // nil: as it is
}

func armKeys() []armKey {
	return []armKey{
		{"displayName", "name", nil},
		{"description", "description", nil},
		{"severity", "severity", nil},
		{"enabled", "enabled", nil},
		{"requiredDataConnectors", "requiredDataConnectors", nil},
		{"queryFrequency", "queryFrequency", shortTime},
		{"queryPeriod", "queryPeriod", shortTime},
		{"triggerOperator", "triggerOperator", shortOperator},
		{"triggerThreshold", "triggerThreshold", nil},
		{"status", "status", nil},
		{"tactics", "tactics", nil},
		{"techniques", "relevantTechniques", nil},
		{"query", "query", nil},
		{"entityMappings", "entityMappings", nil},
		{"customDetails", "customDetails", nil},
		{"alertDetailsOverride", "alertDetailsOverride", nil},
		{"eventGroupingSettings", "eventGroupingSettings", nil},
		{"incidentConfiguration", "incidentConfiguration", func(v *doctree.Node) *doctree.Node { return lookback(v, shortTime) }},
		{"sentinelEntitiesMappings", "sentinelEntitiesMappings", nil},
		{"suppressionDuration", "suppressionDuration", shortTime},
		{"suppressionEnabled", "suppressionEnabled", nil},
		{"templateVersion", "version", nil},
		{"version", "version", nil},
	}
}

// unread are properties that say something about a resource and nothing about
// the rule.
func unread() []string {
	return []string{"alertRuleTemplateName", "lastModifiedUtc", "createdDateUTC", "lastUpdatedDateUTC", "alertRulesCreatedByTemplateCount", "author", "tags"}
}

// alertRule returns the document of a rule's resource.
func (d *armReader) alertRule(r arm.Resource) *doctree.Node {
	doc := &doctree.Node{Kind: doctree.Map, At: r.Node.At}
	if id := d.guid(r); id != nil {
		doc.Entries = append(doc.Entries, doctree.Entry{Key: "id", At: id.At, Value: id})
	}
	if n := r.Node.Value("kind"); n != nil {
		d.take(doc, r, doctree.Entry{Key: "kind", At: n.At, Value: n})
	}
	properties := r.Node.Value("properties")
	if properties == nil {
		d.list.Errorf(r.Node.At, diag.BadRule, "the resource has no properties")
		return doc
	}
	known, own := armKeys(), doctree.NewMap()
	for _, e := range properties.Entries {
		i := slices.IndexFunc(known, func(k armKey) bool { return k.property == e.Key })
		switch {
		case e.Value.Kind == doctree.Null:
		case i >= 0:
			d.take(doc, r, doctree.Entry{Key: known[i].key, At: e.At, Value: e.Value})
			convert(doc, known[i])
		case e.Key == "subTechniques":
		case slices.Contains(unread(), e.Key):
			d.bookkeeping(r, e, own)
		default:
			d.unknown = e.Key
			d.list.Add(diag.Diagnostic{Span: e.At, Severity: diag.Warning, Code: diag.BadRule, Message: "the property " + e.Key + " is not known: it is not read"})
		}
	}
	d.subTechniques(doc, r, properties.Value("subTechniques"))
	if len(own.Entries) > 0 {
		doc.Add("metadata", doctree.NewMap().Add("arm", own))
	}
	return doc
}

// bookkeeping keeps what a resource says of itself and YAML has no key for.
func (d *armReader) bookkeeping(r arm.Resource, e doctree.Entry, own *doctree.Node) {
	if v, err := r.Resolved(e.Value); err == nil {
		own.Add(e.Key, v)
	}
}

// take adds an entry, resolved. What has no value here is an error where the
// rule has no meaning without it.
func (d *armReader) take(doc *doctree.Node, r arm.Resource, e doctree.Entry) {
	v, err := r.Resolved(e.Value)
	if err == nil {
		doc.Entries = append(doc.Entries, doctree.Entry{Key: e.Key, At: e.At, Value: v})
		return
	}
	d.absent = append(d.absent, e.Key)
	severity := diag.Warning
	if slices.ContainsFunc(keys(), func(k key) bool { return k.name == e.Key && k.demand != optional && k.demand != expected }) {
		severity = diag.Error
	}
	d.list.Add(diag.Diagnostic{Span: e.Value.At, Severity: severity, Code: diag.BadRule, Message: e.Key + " has no value: " + err.Error()})
}

// convert turns the last entry's value into what YAML writes.
func convert(doc *doctree.Node, k armKey) {
	if len(doc.Entries) == 0 || k.value == nil {
		return
	}
	if last := &doc.Entries[len(doc.Entries)-1]; last.Key == k.key {
		last.Value = k.value(last.Value)
	}
}

// subTechniques puts the sub-techniques in the place of their techniques.
func (d *armReader) subTechniques(doc *doctree.Node, r arm.Resource, n *doctree.Node) {
	if n == nil || n.Kind == doctree.Null {
		return
	}
	subs, err := r.Resolved(n)
	if err != nil || subs.Kind != doctree.List {
		d.list.Add(diag.Diagnostic{Span: n.At, Severity: diag.Warning, Code: diag.BadTechnique, Message: "subTechniques has no value that can be read"})
		return
	}
	i := slices.IndexFunc(doc.Entries, func(e doctree.Entry) bool { return e.Key == "relevantTechniques" })
	if i < 0 {
		doc.Entries = append(doc.Entries, doctree.Entry{Key: "relevantTechniques", At: n.At, Value: subs})
		return
	}
	all := &doctree.Node{Kind: doctree.List, At: doc.Entries[i].Value.At}
	for _, technique := range doc.Entries[i].Value.Items {
		before := len(all.Items)
		for _, sub := range subs.Items {
			if strings.HasPrefix(sub.Text, technique.Text+".") {
				all.Items = append(all.Items, sub)
			}
		}
		if len(all.Items) == before {
			all.Items = append(all.Items, technique)
		}
	}
	doc.Entries[i].Value = all
}

var anyGUID = regexp.MustCompile(`[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)

// guid returns the id of a rule's resource: the last in its name, as far as
// that has a value, or as it is written, or that of its template.
func (d *armReader) guid(r arm.Resource) *doctree.Node {
	for _, n := range []*doctree.Node{r.Node.Value("name"), r.Node.Value("id"), r.Node.Value("properties").Value("alertRuleTemplateName")} {
		if n == nil || n.Kind != doctree.Text {
			continue
		}
		text := n.Text
		if v, err := r.Resolved(n); err == nil {
			text, _ = v.Scalar()
		}
		if ids := anyGUID.FindAllString(text, -1); len(ids) > 0 {
			return &doctree.Node{Kind: doctree.Text, At: n.At, Text: ids[len(ids)-1]}
		}
	}
	return nil
}

// savedSearch returns the document of a saved search, or nil if it is a
// function.
func (d *armReader) savedSearch(r arm.Resource) *doctree.Node {
	properties := r.Node.Value("properties")
	if alias, _ := properties.Value("functionAlias").Scalar(); alias != "" {
		d.list.Add(diag.Diagnostic{
			Span: r.Node.At, Severity: diag.Info, Code: diag.BadRule, Message: "the saved search is a function, and not read as a rule",
			Hint: "functions are read from --functions",
		})
		return nil
	}
	doc := &doctree.Node{Kind: doctree.Map, At: r.Node.At}
	if id := d.guid(r); id != nil {
		doc.Entries = append(doc.Entries, doctree.Entry{Key: "id", At: id.At, Value: id})
	}
	for _, k := range []armKey{{"displayName", "name", nil}, {"query", "query", nil}} {
		if n := properties.Value(k.property); n != nil {
			d.take(doc, r, doctree.Entry{Key: k.key, At: n.At, Value: n})
		}
	}
	tags, err := r.Resolved(properties.Value("tags"))
	if err != nil || tags == nil {
		return doc
	}
	for _, tag := range tags.Items {
		if e, ok := searchTag(tag); ok {
			doc.Entries = append(doc.Entries, e)
		}
	}
	return doc
}

// searchTag returns what a tag of a saved search says of the query.
func searchTag(tag *doctree.Node) (doctree.Entry, bool) {
	name, _ := tag.Value("name").Scalar()
	value, ok := tag.Value("value").Scalar()
	if !ok || value == "" {
		return doctree.Entry{}, false
	}
	at := tag.Value("value").At
	list := &doctree.Node{Kind: doctree.List, At: at}
	for part := range strings.SplitSeq(value, ",") {
		list.Items = append(list.Items, &doctree.Node{Kind: doctree.Text, At: at, Text: strings.TrimSpace(part)})
	}
	switch name {
	case "description":
		return doctree.Entry{Key: name, At: at, Value: &doctree.Node{Kind: doctree.Text, At: at, Text: value}}, true
	case "tactics":
		return doctree.Entry{Key: name, At: at, Value: list}, true
	case "techniques", "relevantTechniques":
		return doctree.Entry{Key: "relevantTechniques", At: at, Value: list}, true
	}
	return doctree.Entry{}, false
}

// operators are the names of triggers' operators in YAML and in a resource.
func operators() [][2]string {
	return [][2]string{{"gt", "GreaterThan"}, {"lt", "LessThan"}, {"eq", "Equal"}, {"ne", "NotEqual"}}
}

// shortOperator returns an operator as YAML writes it.
func shortOperator(n *doctree.Node) *doctree.Node {
	for _, op := range operators() {
		if strings.EqualFold(op[1], n.Text) {
			return &doctree.Node{Kind: doctree.Text, At: n.At, Text: op[0]}
		}
	}
	return n
}

// oneUnit is a time of ISO 8601 that YAML's short form can say.
var oneUnit = regexp.MustCompile(`^P(?:([0-9]+)D|T([0-9]+)H|T([0-9]+)M)$`)

// shortTime returns a time as YAML writes it, where it has one unit.
func shortTime(n *doctree.Node) *doctree.Node {
	m := oneUnit.FindStringSubmatch(n.Text)
	if m == nil {
		return n
	}
	for i, unit := range []string{"d", "h", "m"} {
		if m[i+1] != "" {
			return &doctree.Node{Kind: doctree.Text, At: n.At, Text: m[i+1] + unit}
		}
	}
	panic("rule: " + n.Text) // one of the three is there
}
