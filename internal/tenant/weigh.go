package tenant

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// Weigh returns the alerts with the facts weighed on their severities. What
// explains an alert lowers it: first those who were asked to attack, then
// networks, journeys, maintenance and applications. What makes it matter more
// raises it after: administrators, VIPs, and last the accounts for emergencies,
// whose use is High whatever explains it. Each has a term, also where it
// changed nothing. No alert is left out.
//
//	                          lowers to
//	penetration test          Informational
//	network, egress, journey  Informational if it is about who signs in; one step if it is High or not
//	maintenance, application  one step, not below Low
//
//	                          raises to
//	administrator, VIP        High what is Medium
//	account for emergencies   High
func (f *Facts) Weigh(alerts []incident.Alert) []incident.Alert {
	weighed := slices.Clone(alerts)
	if f == nil {
		return weighed
	}
	for i := range weighed {
		if f.Tenant == "" || strings.EqualFold(f.Tenant, weighed[i].Tenant) {
			f.weigh(&weighed[i])
		}
	}
	return weighed
}

// A scale is an alert on its way through the facts.
type scale struct {
	alert *incident.Alert
	terms []incident.Term
}

func (f *Facts) weigh(a *incident.Alert) {
	s := &scale{alert: a}
	for _, apply := range []func(*scale){
		f.penTests, f.networks, f.travel, f.maintenance, f.applications, f.administrators, f.vips, f.breakGlass,
	} {
		apply(s)
	}
	a.Terms = s.terms
}

func (s *scale) to(severity incident.Severity, fact string) {
	s.terms = append(s.terms, incident.Term{Fact: fact, From: s.alert.Severity, To: severity})
	s.alert.Severity = severity
}

// lower notes a fact that explains the alert, which is then at most of that
// severity. What nobody rated stays unrated.
func (s *scale) lower(most incident.Severity, fact string) {
	s.to(min(s.alert.Severity, most), fact)
}

// step is one severity below that of the alert, and not below least.
func (s *scale) step(least incident.Severity) incident.Severity {
	return max(s.alert.Severity-1, least)
}

// raise notes a fact that makes an alert of Medium severity High.
func (s *scale) raise(fact string) {
	if s.alert.Severity == incident.Medium {
		s.to(incident.High, fact)
		return
	}
	s.to(s.alert.Severity, fact)
}

// aboutSignIn tells whether an alert is about how somebody came in, and not
// about what was done then. A rule lists the tactic that it is about first.
func aboutSignIn(a *incident.Alert) bool {
	if len(a.Tactics) == 0 {
		return false
	}
	switch a.Tactics[0] {
	case "InitialAccess", "CredentialAccess", "Reconnaissance":
		return true
	}
	return false
}

// explained is the severity that a place leaves an alert at: an unusual
// sign-in from where the person is expected is no more than a note. What was
// done there, and what was High, is only a step less.
func (s *scale) explained() incident.Severity {
	if aboutSignIn(s.alert) && s.alert.Severity <= incident.Medium {
		return incident.Informational
	}
	return s.step(incident.Informational)
}

func (f *Facts) penTests(s *scale) {
	if text, ok := sources(s.alert, "penetration test", f.PenTests); ok {
		s.lower(incident.Informational, text)
	}
}

// networks weighs networks, of which egress is one. They explain an alert only
// if all its addresses are in one of them.
func (f *Facts) networks(s *scale) {
	if text, ok := sources(s.alert, "egress", f.Egress); ok {
		s.lower(s.explained(), text)
		return
	}
	if text, ok := sources(s.alert, "network", slices.Concat(f.Networks, f.Egress)); ok {
		s.lower(s.explained(), text)
	}
}

func (f *Facts) travel(s *scale) {
	for _, t := range f.Travel {
		if t.Person.in(s.alert) && within(s.alert, t.From, t.To) && t.visits(s.alert) {
			s.lower(s.explained(), "account "+t.Person.key()+" was expected to travel to "+t.Country+" "+period(t.From, t.To))
		}
	}
}

func (f *Facts) maintenance(s *scale) {
	for _, m := range f.Maintenance {
		if !m.explains(s.alert) || !within(s.alert, m.From, m.To) {
			continue
		}
		for _, who := range m.Who {
			if (Person{User: who, ID: who}).in(s.alert) {
				s.lower(s.step(incident.Low), "account "+who+" had announced maintenance ("+m.What+") "+period(m.From, m.To))
				break
			}
		}
	}
}

// explains tells whether the work is one that the alert's rule is about.
func (m Maintenance) explains(a *incident.Alert) bool {
	return len(m.Rules) == 0 || slices.ContainsFunc(m.Rules, func(r string) bool { return strings.EqualFold(r, a.Rule.Name) || strings.EqualFold(r, a.Rule.ID) })
}

// applications weighs the applications that an alert is about, if the tenant
// knows all of them.
func (f *Facts) applications(s *scale) {
	var known []string
	for _, e := range s.alert.Entities {
		if e.Type != incident.CloudApplication {
			continue
		}
		at := slices.IndexFunc(f.Applications, func(a Application) bool { return strings.EqualFold(a.ID, e.Identifier("AppId")) })
		if at < 0 {
			return
		}
		known = append(known, f.Applications[at].title())
	}
	if len(known) > 0 {
		s.lower(s.step(incident.Low), "application "+joined(known)+" is declared as known")
	}
}

func (a Application) title() string {
	if a.Name == "" {
		return a.ID
	}
	return a.Name
}

func (f *Facts) administrators(s *scale) {
	for _, p := range f.Administrators {
		if p.in(s.alert) {
			s.raise("account " + p.title() + " is a declared administrator")
		}
	}
}

func (f *Facts) vips(s *scale) {
	for _, p := range f.VIPs {
		if p.in(s.alert) {
			s.raise("account " + p.title() + " is a declared VIP")
		}
	}
}

func (f *Facts) breakGlass(s *scale) {
	for _, p := range f.BreakGlass {
		if p.in(s.alert) {
			s.to(incident.High, "account "+p.title()+" is a declared break-glass account")
		}
	}
}

func (p Person) title() string {
	if p.Name == "" || p.User == "" {
		return p.key()
	}
	return p.User + " (" + p.Name + ")"
}
