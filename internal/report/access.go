package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/evidence"
)

// Access is what Conditional Access made of an incident's sign-ins: why each of
// the attacker's passed, or did not.
type Access struct {
	Incident string         `json:"incident"` // its ID
	Told     string         `json:"told"`     // sentences: by which policies, or why nothing can be said
	SignIns  int            `json:"signIns"`
	Answers  []AccessAnswer `json:"answers"` // those that passed first
	Notes    []string       `json:"notes"`   // sentences: what was wrong with the policies, or not looked at
}

// An AccessAnswer is sign-ins of which the policies make the same, clause by
// clause, and the log says the same.
type AccessAnswer struct {
	Recorded string `json:"recorded"` // what the log says became of them
	Outcome  string `json:"outcome"`  // what the policies make of them; "" where they had no say
	Unasked  string `json:"unasked,omitempty"`
	// Disagrees says that they passed by the log, and for certain not by the
	// policies.
	Disagrees bool           `json:"disagrees,omitempty"`
	First     time.Time      `json:"first,omitzero"`
	Last      time.Time      `json:"last,omitzero"`
	SignIns   []AccessSignIn `json:"signIns"` // by time
	Policies  []AccessPolicy `json:"policies"`
}

// An AccessSignIn is one of the attacker's sign-ins.
type AccessSignIn struct {
	Time        time.Time       `json:"time,omitzero"`
	ID          string          `json:"id"`
	Account     string          `json:"account"`
	Application string          `json:"application"`
	Address     string          `json:"address"`
	Origin      evidence.Origin `json:"origin"`
}

// An AccessPolicy is what one policy made of a sign-in, in Microsoft's names.
type AccessPolicy struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	State    string     `json:"state"`
	Result   string     `json:"result"`
	Recorded string     `json:"recorded,omitempty"` // what the log has of it; "": nothing
	Part     AccessPart `json:"part"`
	NotMet   []string   `json:"notMet"`   // the clauses that rule it out
	Unknown  []string   `json:"unknown"`  // why it is not known
	Controls []string   `json:"controls"` // what it asks for, and of each whether it is there
}

// An AccessPart is the part that a policy has in an answer. The zero AccessPart
// is that this is not known.
type AccessPart string

// The parts, in the order in which they are told.
const (
	AccessUnknown    AccessPart = ""
	AccessStops      AccessPart = "stops"
	AccessSatisfied  AccessPart = "satisfied"
	AccessRuledOut   AccessPart = "does not apply"
	AccessReportOnly AccessPart = "report-only"
	AccessOff        AccessPart = "off"
)

// rank is the place of a part among those that are told.
func (p AccessPart) rank() int {
	return slices.Index([]AccessPart{AccessStops, AccessUnknown, AccessRuledOut, AccessSatisfied, AccessReportOnly, AccessOff}, p)
}

// maxSignIns is how many sign-ins are printed of an answer; the JSON has all.
const maxSignIns = 50

// accessOf returns the passages that say why an incident's sign-ins passed.
func accessOf(s IncidentSection) []passage {
	a := s.Access
	if a == nil {
		return nil
	}
	head := passage{Title: "Why its sign-ins passed Conditional Access", Lines: append([]string{a.Told}, a.Notes...)}
	passages := []passage{head}
	for i := range a.Answers {
		passages = append(passages, a.Answers[i].policies(i+1), a.Answers[i].signIns(i+1))
	}
	return slices.DeleteFunc(passages, func(b passage) bool { return len(b.Lines)+len(b.Rows) == 0 })
}

// policies says what each policy made of the sign-ins.
func (a *AccessAnswer) policies(n int) passage {
	b := passage{
		Title:   fmt.Sprintf("Answer %d: %s that %s", n, count(len(a.SignIns), "sign-in"), a.Recorded),
		Lines:   []string{"When: " + span(a.First, a.Last), a.sentence()},
		Caption: "What each policy made of them, in Microsoft's names.",
		Head:    []string{"Policy", "State", "Result", "The log has", "Why", "Asks for", "ID"},
	}
	for _, p := range a.ordered() {
		b.Rows = append(b.Rows, []string{cmp.Or(p.Name, p.ID), p.State, p.Result, p.Recorded, p.why(), strings.Join(p.Controls, ", "), p.ID})
	}
	return b
}

// ordered returns the policies by the part that they have.
func (a *AccessAnswer) ordered() []AccessPolicy {
	out := slices.Clone(a.Policies)
	slices.SortStableFunc(out, func(p, q AccessPolicy) int { return cmp.Compare(p.Part.rank(), q.Part.rank()) })
	return out
}

func (p AccessPolicy) why() string {
	switch {
	case len(p.NotMet) > 0:
		return "not met: " + strings.Join(p.NotMet, ", ")
	case len(p.Unknown) > 0:
		return "not known: " + strings.Join(p.Unknown, "; ")
	}
	return ""
}

// sentence says in one line what the policies come to.
func (a *AccessAnswer) sentence() string {
	if a.Unasked != "" {
		return "No policy was asked: " + a.Unasked
	}
	counts := make(map[AccessPart]int)
	for _, p := range a.Policies {
		counts[p.Part]++
	}
	var parts []string
	for _, x := range []struct {
		part AccessPart
		text string
	}{
		{AccessStops, "not satisfied"},
		{AccessUnknown, "not known"},
		{AccessRuledOut, "did not apply"},
		{AccessSatisfied, "applied and satisfied"},
		{AccessReportOnly, "report-only"},
		{AccessOff, "off"},
	} {
		if n := counts[x.part]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, x.text))
		}
	}
	text := "By these policies: " + a.Outcome + ". Of " + policyCount(len(a.Policies)) + ", " + strings.Join(parts, ", ") + "."
	if a.Disagrees {
		text += " The log has it that they passed: either a policy was not so at that time, or it met something that the record does not tell."
	}
	return text
}

func policyCount(n int) string {
	if n == 1 {
		return "1 policy"
	}
	return fmt.Sprintf("%d policies", n)
}

// signIns lists the sign-ins of an answer.
func (a *AccessAnswer) signIns(n int) passage {
	b := passage{
		Title: fmt.Sprintf("Sign-ins of answer %d", n), Caption: "By time.",
		Head: []string{"Time", "Account", "Application", "From", "Record"},
	}
	for _, s := range a.SignIns[:min(len(a.SignIns), maxSignIns)] {
		b.Rows = append(b.Rows, []string{when(s.Time), s.Account, s.Application, s.Address, originsText([]evidence.Origin{s.Origin})})
	}
	if more := len(a.SignIns) - maxSignIns; more > 0 {
		b.Lines = append(b.Lines, fmt.Sprintf("%d sign-ins more are in the JSON report.", more))
	}
	return b
}
