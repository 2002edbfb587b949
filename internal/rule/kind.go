package rule

import (
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/diag"
)

// A Kind is when a rule runs.
type Kind string

// The kinds. A rule of kind NRT runs every minute over the minute before, and
// gives an alert for each row unless it says otherwise. A hunting query has no
// schedule: it runs once over all of the evidence.
const (
	Scheduled Kind = "Scheduled"
	NRT       Kind = "NRT"
	Hunting   Kind = "Hunting"
)

// A Form is how a rule was written.
type Form string

// The forms.
const (
	Sentinel Form = "Sentinel"
	Defender Form = "Defender"
	ARM      Form = "ARM"
	Sigma    Form = "Sigma"
)

// continuous is how often a rule of kind NRT runs.
const continuous = time.Minute

// kindOf returns the kind that a document is of. One that names none and has
// no schedule is a hunting query; a frequency of zero is Defender's way of
// saying NRT. Ok is false for a kind that is not run.
func (r *reader) kindOf(root *doctree.Node) (kind Kind, ok bool) {
	if n := root.Value("kind"); n != nil && n.Kind != doctree.Null {
		return r.namedKind(n)
	}
	if text, ok := root.Value("queryFrequency").Scalar(); ok && isZero(text) {
		return NRT, true
	}
	for _, k := range keys() {
		if k.demand == scheduled && root.Has(k.name) {
			return Scheduled, true
		}
	}
	return Hunting, true
}

// isZero tells whether a time is none at all: 0, 0h, PT0H.
func isZero(text string) bool {
	digits := strings.Trim(text, "PTsmhdSMHD")
	return digits != "" && strings.Trim(digits, "0") == ""
}

func (r *reader) namedKind(n *doctree.Node) (Kind, bool) {
	kind, ok := r.scalar(n, "kind")
	for _, known := range []Kind{Scheduled, NRT} {
		if strings.EqualFold(kind, string(known)) {
			return known, true
		}
	}
	if ok {
		r.list.Add(diag.Diagnostic{
			Span: n.At, Code: diag.BadRule, Message: "rules of kind " + kind + " are not run: they have no query of their own",
			Hint: "the kinds Scheduled and NRT are run, and hunting queries, which have none",
		})
	}
	return Scheduled, false
}

// settle fills what a kind says by itself.
func (r *reader) settle(rule *Rule, root *doctree.Node) {
	switch rule.Kind {
	case Scheduled:
	case NRT:
		rule.Frequency = continuous
		if rule.Period == 0 {
			rule.Period = continuous
		}
		if rule.Trigger.Operator == "" {
			rule.Trigger.Operator = GreaterThan
		}
		if !root.Has("eventGroupingSettings") {
			rule.Grouping = AlertPerResult
		}
	case Hunting:
		rule.Trigger = Trigger{Operator: GreaterThan}
		if len(rule.Entities) > 0 {
			rule.Grouping = AlertPerResult
		}
		if rule.Severity == incident.Unrated {
			rule.Severity = incident.Informational
		}
	default:
		panic("rule: kind " + rule.Kind)
	}
}

// missing says which keys a rule of the kind lacks.
func (r *reader) missing(kind Kind, entries []doctree.Entry, known []key) {
	for _, k := range known {
		if slices.Contains(r.absent, k.name) || slices.ContainsFunc(entries, func(e doctree.Entry) bool { return e.Key == k.name }) {
			continue
		}
		switch k.demandOf(kind) {
		case optional, scheduled, rated:
		case expected:
			if r.deployed {
				continue
			}
			r.warn(entries[0].At, "the rule has no %s", k.name)
		case needed:
			if r.deployed && k.name == "id" {
				continue // one is derived
			}
			r.list.Errorf(entries[0].At, diag.BadRule, "the rule has no %s", k.name)
		}
	}
}

// demandOf returns what the lack of a key means for a rule of the kind.
func (k key) demandOf(kind Kind) demand {
	switch {
	case k.demand == scheduled && kind == Scheduled, k.demand == rated && kind != Hunting:
		return needed
	case k.demand == scheduled, k.demand == rated, k.demand == expected && kind == Hunting:
		return optional
	}
	return k.demand
}
