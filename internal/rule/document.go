package rule

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/conshelf/conshelf/internal/doctree"
)

// YAML writes the rule in Sentinel's YAML. A resource with properties that are
// not known is refused: they would be lost.
func (r *Rule) YAML() (string, error) {
	if r.unknown != "" {
		return "", fmt.Errorf("the property %s is not known", r.unknown)
	}
	return r.document().YAML(), nil
}

// document returns the rule as Sentinel's YAML has it, in the order of its
// keys. Keys without a value say nothing, and are not there.
func (r *Rule) document() *doctree.Node {
	doc := r.doc
	if doc == nil {
		doc = r.composed()
	}
	out := doctree.NewMap()
	for _, k := range keys() {
		if v := doc.Value(k.name); v != nil && v.Kind != doctree.Null {
			out.Add(k.name, v)
		}
	}
	return out
}

// composed returns the document of a rule that was written in another form.
func (r *Rule) composed() *doctree.Node {
	doc := doctree.NewMap().
		Add("id", doctree.NewText(r.ID)).
		Add("name", doctree.NewText(r.Name)).
		Add("kind", doctree.NewText(string(r.Kind))).
		Add("severity", doctree.NewText(r.Severity.String())).
		Add("requiredDataConnectors", doctree.NewList())
	if r.Description != "" {
		doc.Add("description", doctree.NewText(r.Description))
	}
	if r.Disabled {
		doc.Add("enabled", doctree.NewBool(false))
	}
	if r.Kind == Scheduled {
		doc.Add("queryFrequency", doctree.NewText(shortDurationOf(r.Frequency))).
			Add("queryPeriod", doctree.NewText(shortDurationOf(r.Period))).
			Add("triggerOperator", doctree.NewText(string(r.Trigger.Operator))).
			Add("triggerThreshold", &doctree.Node{Kind: doctree.Number, Text: strconv.FormatInt(r.Trigger.Threshold, 10)})
	}
	doc.Add("tactics", textList(r.Tactics)).Add("relevantTechniques", textList(r.Techniques)).Add("query", doctree.NewText(r.Query))
	if len(r.Entities) > 0 {
		doc.Add("entityMappings", r.mappings())
	}
	doc.Add("eventGroupingSettings", doctree.NewMap().Add("aggregationKind", doctree.NewText(string(r.Grouping))))
	return doc.Add("version", doctree.NewText("1.0.0"))
}

func textList[S ~string](texts []S) *doctree.Node {
	list := doctree.NewList()
	for i, text := range texts {
		if !slices.Contains(texts[:i], text) {
			list.Items = append(list.Items, doctree.NewText(string(text)))
		}
	}
	return list
}

func (r *Rule) mappings() *doctree.Node {
	list := doctree.NewList()
	for _, m := range r.Entities {
		fields := doctree.NewList()
		for _, f := range m.Fields {
			fields.Items = append(fields.Items, doctree.NewMap().Add("identifier", doctree.NewText(f.Identifier)).Add("columnName", doctree.NewText(f.Column)))
		}
		list.Items = append(list.Items, doctree.NewMap().Add("entityType", doctree.NewText(string(m.Type))).Add("fieldMappings", fields))
	}
	return list
}
