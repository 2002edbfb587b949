package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/arm"
	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/internal/incident"
)

// A resource holds less than Sentinel's YAML: what it has no property for is in
// the template's metadata, which deploying ignores, so that the YAML can be
// made of it again. What is there counts only as long as the resource says the
// same.

// Template writes rules as a template of Azure Resource Manager that deploys
// them into a workspace. A rule that Sentinel would not take is left out, and
// said, with the reason, in refused.
func Template(rules []*Rule) (text string, refused []error) {
	resources, kept := doctree.NewList(), doctree.NewMap()
	for _, r := range rules {
		resource, extra, err := r.resource()
		if err != nil {
			refused = append(refused, fmt.Errorf("%s: %s: %w", r.Path, r.Name, err))
			continue
		}
		resources.Items = append(resources.Items, resource)
		if len(extra.Entries) > 0 {
			kept.Add(r.ID, extra)
		}
	}
	return template(resources, kept).JSON(), refused
}

func template(resources, kept *doctree.Node) *doctree.Node {
	t := doctree.NewMap().
		Add("$schema", doctree.NewText("https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#")).
		Add("contentVersion", doctree.NewText("1.0.0.0"))
	if len(kept.Entries) > 0 {
		t.Add("metadata", doctree.NewMap().Add("conshelf", doctree.NewMap().Add("rules", kept)))
	}
	return t.
		Add("parameters", doctree.NewMap().Add("workspace", doctree.NewMap().Add("type", doctree.NewText("string")))).
		Add("resources", resources)
}

// resource returns the rule's resource, and what the resource has no property
// for.
func (r *Rule) resource() (resource, extra *doctree.Node, err error) {
	if wrong := r.Beyond(); len(wrong) > 0 {
		return nil, nil, fmt.Errorf("%s", strings.Join(wrong, "; "))
	}
	if r.unknown != "" {
		return nil, nil, fmt.Errorf("the property %s is not known", r.unknown)
	}
	doc := r.document()
	if resource, err = resourceOf(doc, r.Kind); err != nil {
		return nil, nil, err
	}
	extra = lost(doc, readBack(resource, doctree.NewMap()))
	back := readBack(resource, doctree.NewMap().Add(r.ID, extra))
	for _, k := range keys() {
		if !doctree.Equal(doc.Value(k.name), back.Value(k.name)) {
			return nil, nil, fmt.Errorf("%s cannot be written without loss", k.name)
		}
	}
	return resource, extra, nil
}

// lost returns what of a document another lacks or has otherwise, and under
// added what only the other has.
func lost(doc, back *doctree.Node) *doctree.Node {
	extra := doctree.NewMap()
	for _, e := range doc.Entries {
		if !doctree.Equal(e.Value, back.Value(e.Key)) {
			extra.Add(e.Key, e.Value)
		}
	}
	added := doctree.NewList()
	for _, e := range back.Entries {
		if !doc.Has(e.Key) {
			added.Items = append(added.Items, doctree.NewText(e.Key))
		}
	}
	if len(added.Items) > 0 {
		extra.Add(addedKey, added)
	}
	return extra
}

// addedKey is where metadata says which keys only the resource needs.
const addedKey = "added"

// readBack returns the document that a resource is read as.
func readBack(resource, kept *doctree.Node) *doctree.Node {
	var d armReader
	all := arm.Resources(template(doctree.NewList(resource), kept))
	if strings.HasSuffix(all[0].Type, "/savedsearches") {
		doc := d.savedSearch(all[0])
		return restored(doc, kept)
	}
	return restored(d.alertRule(all[0]), kept)
}

// restored returns a document with what the metadata kept of it, as far as the
// resource still says the same.
func restored(doc, kept *doctree.Node) *doctree.Node {
	id, _ := doc.Value("id").Scalar()
	extra := kept.Value(strings.ToLower(id))
	if extra == nil {
		return doc
	}
	for _, e := range extra.Entries {
		if e.Key == addedKey {
			for _, key := range e.Value.Items {
				doc = ifSame(doc, without(doc, key.Text))
			}
			continue
		}
		doc = ifSame(doc, doctreeWith(doc, e))
	}
	return doc
}

// ifSame returns the document changed, if the resource would be the same.
func ifSame(doc, changed *doctree.Node) *doctree.Node {
	kind := Scheduled
	if k, ok := (&reader{}).kindOf(doc); ok {
		kind = k
	}
	before, err := resourceOf(doc, kind)
	if err != nil {
		return doc
	}
	if after, err := resourceOf(changed, kind); err != nil || !doctree.Equal(before, after) {
		return doc
	}
	return changed
}

func without(doc *doctree.Node, key string) *doctree.Node {
	out := &doctree.Node{Kind: doctree.Map, At: doc.At, Entries: slices.Clone(doc.Entries)}
	out.Entries = slices.DeleteFunc(out.Entries, func(e doctree.Entry) bool { return e.Key == key })
	return out
}

func doctreeWith(doc *doctree.Node, e doctree.Entry) *doctree.Node {
	out := without(doc, e.Key)
	out.Entries = append(out.Entries, e)
	return out
}

// resourceOf returns the resource of a document.
func resourceOf(doc *doctree.Node, kind Kind) (*doctree.Node, error) {
	id, _ := doc.Value("id").Scalar()
	if kind == Hunting {
		return searchResource(doc, id)
	}
	properties, err := ruleProperties(doc, kind)
	if err != nil {
		return nil, err
	}
	return doctree.NewMap().
		Add("type", doctree.NewText("Microsoft.OperationalInsights/workspaces/providers/alertRules")).
		Add("apiVersion", doctree.NewText("2023-02-01")).
		Add("name", doctree.NewText("[concat(parameters('workspace'), '/Microsoft.SecurityInsights/"+id+"')]")).
		Add("kind", doctree.NewText(string(kind))).
		Add("properties", properties), nil
}

// ruleProperties returns the properties of a rule's resource, in the order of
// Sentinel's API.
func ruleProperties(doc *doctree.Node, kind Kind) (*doctree.Node, error) {
	out := doctree.NewMap()
	from := doc.Value("metadata").Value("arm")
	for _, k := range armKeys() {
		v := doc.Value(k.key)
		switch {
		case slices.Contains([]string{"requiredDataConnectors", "status", "version"}, k.property), k.property == "templateVersion" && !from.Has("alertRuleTemplateName"):
		case v == nil || v.Kind == doctree.Null:
			if d := demanded(k.key, kind); d != nil {
				out.Add(k.property, d)
			}
		case k.key == "relevantTechniques":
			if err := addTechniques(out, v); err != nil {
				return nil, err
			}
		default:
			out.Add(k.property, deployedValue(k.key, v))
		}
	}
	if from != nil {
		for _, e := range from.Entries {
			out.Add(e.Key, escapedTexts(e.Value))
		}
	}
	return out, nil
}

// demanded returns what Sentinel's API demands of a rule that does not say, or
// nil.
func demanded(key string, kind Kind) *doctree.Node {
	switch {
	case key == "enabled":
		return doctree.NewBool(true)
	case key == "suppressionEnabled":
		return doctree.NewBool(false)
	case key == "suppressionDuration":
		return doctree.NewText("PT5H")
	case kind == Scheduled && key == "triggerOperator":
		return doctree.NewText("GreaterThan")
	}
	return nil
}

// deployedValue returns the value of a key as a resource has it.
func deployedValue(key string, v *doctree.Node) *doctree.Node {
	switch key {
	case "queryFrequency", "queryPeriod", "suppressionDuration":
		return longTime(v)
	case "triggerOperator":
		for _, op := range operators() {
			if op[0] == v.Text {
				return doctree.NewText(op[1])
			}
		}
		return v
	case "tactics":
		return earlierTactics(v)
	case "incidentConfiguration":
		return lookback(escapedTexts(v), longTime)
	case "enabled", "suppressionEnabled", "triggerThreshold":
		return escapedTexts(v)
	}
	return onlyTexts(escapedTexts(v))
}

// lookback returns an incidentConfiguration with the one time in it written
// otherwise.
func lookback(v *doctree.Node, write func(*doctree.Node) *doctree.Node) *doctree.Node {
	if v.Kind != doctree.Map {
		return v
	}
	out := &doctree.Node{Kind: doctree.Map, At: v.At}
	for _, e := range v.Entries {
		if e.Value = lookback(e.Value, write); e.Key == "lookbackDuration" {
			e.Value = write(e.Value)
		}
		out.Entries = append(out.Entries, e)
	}
	return out
}

// longTime returns a time as ISO 8601 writes it.
func longTime(v *doctree.Node) *doctree.Node {
	m := shortDuration.FindStringSubmatch(v.Text)
	switch {
	case m == nil:
		return v
	case m[2] == "d":
		return doctree.NewText("P" + m[1] + "D")
	}
	return doctree.NewText("PT" + m[1] + strings.ToUpper(m[2]))
}

// earlierTactics returns tactics as the version of ATT&CK that Sentinel has
// calls them.
func earlierTactics(v *doctree.Node) *doctree.Node {
	var names []string
	for _, item := range v.Items {
		names = append(names, string(attack.EarlierTactic(incident.Tactic(item.Text))))
	}
	return textList(names)
}

// earlierTechniques returns techniques as the version of ATT&CK that Sentinel
// has calls them.
func earlierTechniques(v *doctree.Node) ([]string, error) {
	var ids []string
	for _, item := range v.Items {
		was, ok := attack.Earlier(incident.Technique(item.Text))
		if !ok {
			return nil, fmt.Errorf("the technique %s is in no version of ATT&CK that Sentinel has", item.Text)
		}
		ids = append(ids, string(was))
	}
	return ids, nil
}

// addTechniques adds techniques, and the sub-techniques apart.
func addTechniques(out, v *doctree.Node) error {
	ids, err := earlierTechniques(v)
	if err != nil {
		return err
	}
	var families, subs []string
	for _, id := range ids {
		family, _, sub := strings.Cut(id, ".")
		families = append(families, family)
		if sub {
			subs = append(subs, id)
		}
	}
	out.Add("techniques", textList(families))
	if len(subs) > 0 {
		out.Add("subTechniques", textList(subs))
	}
	return nil
}

// escapedTexts returns the tree with its texts as a template writes them.
func escapedTexts(n *doctree.Node) *doctree.Node {
	return changed(n, func(leaf *doctree.Node) *doctree.Node {
		if leaf.Kind == doctree.Text {
			return doctree.NewText(arm.Escaped(leaf.Text))
		}
		return leaf
	})
}

// onlyTexts returns the tree with its numbers as texts.
func onlyTexts(n *doctree.Node) *doctree.Node {
	return changed(n, func(leaf *doctree.Node) *doctree.Node {
		if leaf.Kind == doctree.Number || leaf.Kind == doctree.Bool {
			return doctree.NewText(leaf.Text)
		}
		return leaf
	})
}

// changed returns the tree with each leaf replaced.
func changed(n *doctree.Node, leaf func(*doctree.Node) *doctree.Node) *doctree.Node {
	switch n.Kind {
	case doctree.List:
		out := doctree.NewList()
		for _, item := range n.Items {
			out.Items = append(out.Items, changed(item, leaf))
		}
		return out
	case doctree.Map:
		out := doctree.NewMap()
		for _, e := range n.Entries {
			out.Add(e.Key, changed(e.Value, leaf))
		}
		return out
	case doctree.Null, doctree.Text, doctree.Number, doctree.Bool:
		return leaf(n)
	}
	panic(n.Kind)
}

// searchResource returns the saved search of a hunting query.
func searchResource(doc *doctree.Node, id string) (*doctree.Node, error) {
	tags := doctree.NewList()
	tag := func(name, value string) {
		if value != "" {
			tags.Items = append(tags.Items, doctree.NewMap().Add("name", doctree.NewText(name)).Add("value", doctree.NewText(arm.Escaped(value))))
		}
	}
	description, _ := doc.Value("description").Scalar()
	tag("description", description)
	if v := doc.Value("tactics"); v != nil {
		tag("tactics", joined(earlierTactics(v)))
	}
	if v := doc.Value("relevantTechniques"); v != nil {
		ids, err := earlierTechniques(v)
		if err != nil {
			return nil, err
		}
		tag("techniques", strings.Join(ids, ","))
	}
	properties := doctree.NewMap().Add("category", doctree.NewText("Hunting Queries"))
	for _, k := range []armKey{{"displayName", "name", nil}, {"query", "query", nil}} {
		if v := doc.Value(k.key); v != nil {
			properties.Add(k.property, onlyTexts(escapedTexts(v)))
		}
	}
	properties.Add("version", &doctree.Node{Kind: doctree.Number, Text: "2"}).Add("tags", tags)
	return doctree.NewMap().
		Add("type", doctree.NewText("Microsoft.OperationalInsights/workspaces/savedSearches")).
		Add("apiVersion", doctree.NewText("2020-08-01")).
		Add("name", doctree.NewText("[concat(parameters('workspace'), '/"+id+"')]")).
		Add("properties", properties), nil
}

func joined(list *doctree.Node) string {
	texts := make([]string, len(list.Items))
	for i, item := range list.Items {
		texts[i] = item.Text
	}
	return strings.Join(texts, ",")
}
