package trial

import (
	_ "embed" // the list of alerts that are argued
	"fmt"
	"slices"
	"strings"
)

// An Outcome is a case and what the rule pack made of it.
type Outcome struct {
	Case
	Rules   []string // the names of those that alert, in order
	Problem string   // why the event could not be read; empty: it was
}

// A Report is the outcomes of the cases, in their order.
type Report struct {
	Outcomes []Outcome
}

// Found returns how many of the cases that count alert, and how many count.
func (r Report) Found() (found, all int) {
	for _, o := range r.Outcomes {
		if !o.Counts() {
			continue
		}
		all++
		if len(o.Rules) > 0 {
			found++
		}
	}
	return found, all
}

// Share is the share of the cases that count on which the pack alerts, 0 to 1.
func (r Report) Share() float64 {
	found, all := r.Found()
	return float64(found) / float64(max(all, 1))
}

// Wrong returns the outcomes that should not alert and on which a rule does
// that alerts on an event which should, of the same test.
func (r Report) Wrong() []Outcome {
	finders := make(map[string][]string) // rules of ours by the rule that is tested
	for _, o := range r.Outcomes {
		if o.Expected {
			finders[o.RuleID] = append(finders[o.RuleID], o.Rules...)
		}
	}
	var wrong []Outcome
	for _, o := range r.Outcomes {
		both := func(name string) bool { return slices.Contains(finders[o.RuleID], name) }
		if !o.Expected && slices.ContainsFunc(o.Rules, both) {
			wrong = append(wrong, o)
		}
	}
	return wrong
}

// String is a line for each case, and the totals.
func (r Report) String() string {
	var b strings.Builder
	for _, o := range r.Outcomes {
		fmt.Fprintf(&b, "%s %s: %s\n", o.mark(), o.Name(), o.said())
	}
	found, all := r.Found()
	fmt.Fprintf(&b, "%d of %d cases that should alert do, %.1f %%; %d of %d that should not are wrong", found, all, 100*r.Share(), len(r.Wrong()), r.silent())
	return b.String()
}

func (r Report) silent() int {
	n := 0
	for _, o := range r.Outcomes {
		if !o.Expected {
			n++
		}
	}
	return n
}

func (o Outcome) mark() string {
	switch {
	case o.Expected && len(o.Rules) > 0:
		return "alerts       "
	case o.Expected && o.Counts():
		return "MISSED       "
	case o.Expected:
		return "not counted  "
	case len(o.Rules) > 0:
		return "alerts on no "
	}
	return "silent       "
}

func (o Outcome) said() string {
	if o.Problem != "" {
		return "not read: " + o.Problem
	}
	if len(o.Rules) == 0 {
		return "no rule"
	}
	return strings.Join(o.Rules, "; ")
}

//go:embed argued.txt
var arguedList string

// Argued returns why a rule of ours alerts where another's does not, by the
// name of the case.
func Argued() map[string]string {
	list := make(map[string]string)
	for line := range strings.Lines(arguedList) {
		name, reason, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if ok && name[0] != '#' {
			list[name] = reason
		}
	}
	return list
}
