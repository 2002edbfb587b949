package rule

import (
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/diag"
)

// A label that ATT&CK does not have is a warning: what the rule finds is found
// all the same, and losing it for a label would be worse.

func (r *reader) tactics(rule *Rule, n *doctree.Node, _ diag.Span) {
	texts, at := r.scalars(n, "tactics")
	for i, text := range texts {
		if attack.Order(incident.Tactic(text)) == 0 {
			r.badLabel(at[i], fmt.Sprintf("ATT&CK has no tactic %s", text), didYouMean(text, tacticNames()))
			continue
		}
		rule.Tactics = append(rule.Tactics, incident.Tactic(text))
	}
}

func (r *reader) techniques(rule *Rule, n *doctree.Node, _ diag.Span) {
	texts, at := r.scalars(n, "relevantTechniques")
	for i, text := range texts {
		r.technique(rule, text, at[i])
	}
}

// technique reads the id of a technique.
func (r *reader) technique(rule *Rule, text string, at diag.Span) {
	id := incident.Technique(text)
	if _, ok := attack.Lookup(id); !ok {
		r.badLabel(at, "ATT&CK has no technique "+text, "")
		return
	}
	rule.Techniques = append(rule.Techniques, id)
	r.labels = append(r.labels, label{id, at})
}

// A label is a technique and where it is listed.
type label struct {
	id incident.Technique
	at diag.Span
}

// unmatched warns of techniques that serve none of the tactics listed.
func (r *reader) unmatched(rule *Rule) {
	for _, l := range r.labels {
		if slices.ContainsFunc(rule.Tactics, func(t incident.Tactic) bool { return attack.Matches(l.id, t) }) {
			continue
		}
		technique, _ := attack.Lookup(l.id)
		r.badLabel(l.at, fmt.Sprintf("technique %s serves none of the tactics listed", l.id), fmt.Sprintf("it serves %v", technique.Tactics))
	}
}

func (r *reader) badLabel(at diag.Span, message, hint string) {
	r.list.Add(diag.Diagnostic{Span: at, Severity: diag.Warning, Code: diag.BadTechnique, Message: message, Hint: hint})
}

func tacticNames() []string {
	names := []string{"DefenseEvasion"}
	for _, t := range attack.Tactics() {
		names = append(names, string(t.Name))
	}
	return names
}
