package sigma

import (
	"slices"

	"github.com/conshelf/conshelf/internal/doctree"
)

// A filter narrows rules: they match only where it does too.
type filter struct {
	rules []string // names and ids; empty: any
	any   bool
	root  node
}

func (d *Document) readFilter(n *doctree.Node) {
	f := &filter{}
	d.filter = f
	if n.Kind != doctree.Map {
		d.errorf(n, "the filter is not a mapping")
		return
	}
	var searches []search
	for _, e := range n.Entries {
		switch e.Key {
		case "rules":
			f.rules = d.texts(e.Value)
			f.any = slices.Equal(f.rules, []string{"any"})
		case "condition":
		default:
			searches = append(searches, search{e.Key, d.search(e.Value)})
		}
	}
	condition := n.Value("condition")
	switch {
	case len(f.rules) == 0:
		d.errorf(n, "the filter names no rules")
	case condition == nil:
		d.errorf(n, "the filter has no condition")
	default:
		f.root = d.conditions(condition, searches)
	}
}

// filtered narrows a rule by the filters that are for it.
func (c *compiler) filtered(d *Document) {
	if d.rule == nil {
		return
	}
	for _, f := range c.docs {
		if f.filter == nil || !f.filter.covers(f.source, d) {
			continue
		}
		if f.Diagnostics.HasErrors() {
			d.errorf(d.node, "the filter %s, which narrows the rule, has errors", f.title)
			continue
		}
		d.rule.root = allOf{d.rule.root, f.filter.root}
	}
}

// covers tells whether the filter, written for the source, is for the rule.
func (f *filter) covers(source logSource, d *Document) bool {
	for _, part := range [][2]string{{source.product, d.source.product}, {source.service, d.source.service}, {source.category, d.source.category}} {
		if part[0] != "" && part[0] != part[1] {
			return false
		}
	}
	return f.any || slices.ContainsFunc(f.rules, d.called)
}
