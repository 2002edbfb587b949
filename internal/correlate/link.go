package correlate

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/incident"
)

// maxSharers is how many accounts an address may have in alerts and still
// stand for one person; more than these are behind a gateway.
const maxSharers = 5

// contextReach is how far from an alert one of low severity may be and still
// belong to it. What the same person did days before does not.
const contextReach = day

const day = 24 * time.Hour

// A link joins two alerts, by their numbers, over a subject.
type link struct {
	from, to int // from is the earlier
	subject  *subject
	reason   string
}

// reach returns how far apart in time two alerts may be and still be joined
// by a subject of the kind. An address changes hands; an account does not.
func (k kind) reach() time.Duration {
	switch k {
	case session, application:
		return 30 * day
	case account, device:
		return 7 * day
	case address:
		return 3 * day
	case resource:
		return day
	}
	panic(k)
}

// joins tells whether sharing s says anything.
func (s *subject) joins() bool {
	return s.kind != address || s.alone || s.accounts <= maxSharers
}

// join returns the links that make incidents of the alerts.
func join(alerts []incident.Alert, subjects []subject) []link {
	subjects = slices.DeleteFunc(subjects, func(s subject) bool { return !s.joins() })
	links := chains(alerts, without(subjects, resource), kind.reach, func(i int) bool { return Core(alerts[i]) })
	links = append(links, stranded(alerts, subjects)...)
	links = append(links, tried(alerts, subjects)...)
	context := nearest(alerts, without(subjects, resource))
	links = append(links, context...)
	joined := make(map[int]bool)
	for _, l := range context {
		joined[l.from], joined[l.to] = true, true
	}
	loose := func(i int) bool { return !Core(alerts[i]) && !joined[i] }
	people := without(without(subjects, address), resource)
	return append(links, chains(alerts, people, func(kind) time.Duration { return contextReach }, loose)...)
}

func without(subjects []subject, k kind) []subject {
	return slices.DeleteFunc(slices.Clone(subjects), func(s subject) bool { return s.kind == k })
}

// stranded links each alert that names a resource and nobody to one other
// alert about the resource: the nearest in time. A resource joins no two that
// name who it was: it is there for many, and for two attacks as well.
func stranded(alerts []incident.Alert, subjects []subject) []link {
	best := make(map[int]link)
	for n := range subjects {
		s := &subjects[n]
		if s.kind != resource {
			continue
		}
		for _, i := range s.alerts {
			if !nameless(alerts[i]) || !Core(alerts[i]) {
				continue
			}
			for _, j := range s.alerts {
				if i == j || !Core(alerts[j]) || apart(alerts[i], alerts[j]) > resource.reach() {
					continue
				}
				l := newLink(alerts, s, min(i, j), max(i, j))
				if b, ok := best[i]; !ok || nearer(alerts, l, b) {
					best[i] = l
				}
			}
		}
	}
	var links []link
	for i := range alerts {
		if l, ok := best[i]; ok {
			links = append(links, l)
		}
	}
	return links
}

// nameless tells whether an alert names nothing that could have done it.
func nameless(a incident.Alert) bool {
	return !slices.ContainsFunc(a.Entities, func(e incident.Entity) bool {
		k, names := namesOf(e)
		return len(names) > 0 && k != resource
	})
}

// chains links each alert that belongs to the next that does and names the
// same subject, if it is within reach.
func chains(alerts []incident.Alert, subjects []subject, reach func(kind) time.Duration, belongs func(int) bool) []link {
	var links []link
	for n := range subjects {
		s := &subjects[n]
		last := -1 // of those met, the alert that ends last
		for _, i := range s.alerts {
			if !belongs(i) {
				continue
			}
			if last >= 0 && apart(alerts[last], alerts[i]) <= reach(s.kind) {
				links = append(links, newLink(alerts, s, last, i))
			}
			if last < 0 || !alerts[i].Last.Before(alerts[last].Last) {
				last = i
			}
		}
	}
	return links
}

// nearest links each alert of context to one alert of an attack: over the
// strongest kind of subject that they share, the nearest in time.
func nearest(alerts []incident.Alert, subjects []subject) []link {
	best := make(map[int]link)
	for n := range subjects { // the stronger kinds first
		s := &subjects[n]
		for _, i := range s.alerts {
			if Core(alerts[i]) {
				continue
			}
			for _, j := range s.alerts {
				if !Core(alerts[j]) || apart(alerts[i], alerts[j]) > contextReach {
					continue
				}
				l := newLink(alerts, s, min(i, j), max(i, j))
				if b, ok := best[i]; !ok || nearer(alerts, l, b) {
					best[i] = l
				}
			}
		}
	}
	links := make([]link, 0, len(best))
	for i := range alerts {
		if l, ok := best[i]; ok {
			links = append(links, l)
		}
	}
	return links
}

func nearer(alerts []incident.Alert, a, b link) bool {
	return cmp.Or(
		cmp.Compare(a.subject.kind, b.subject.kind),
		cmp.Compare(apart(alerts[a.from], alerts[a.to]), apart(alerts[b.from], alerts[b.to])),
		cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to),
	) < 0
}

// apart returns the time between two alerts, 0 if they overlap.
func apart(a, b incident.Alert) time.Duration {
	return max(0, a.First.Sub(b.Last), b.First.Sub(a.Last))
}

func newLink(alerts []incident.Alert, s *subject, from, to int) link {
	between := "at the same time"
	if gap := apart(alerts[from], alerts[to]); gap > 0 {
		between = inWords(gap) + " apart"
	}
	var reason string
	switch s.kind {
	case session:
		reason = fmt.Sprintf("Both belong to session %s, %s.", s.entity, between)
	case account:
		reason = fmt.Sprintf("Both are about the account %s, %s.", s.entity, between)
	case application:
		reason = fmt.Sprintf("Both are about the application %s, %s.", s.entity, between)
	case device:
		reason = fmt.Sprintf("Both are about the device %s, %s.", s.entity, between)
	case resource:
		reason = fmt.Sprintf("Both are about the resource %s, %s, and one of them names nobody.", s.entity, between)
	case address:
		reason = fmt.Sprintf("Both name the address %s, %s; %s.", s.entity, between, sharers(s))
	default:
		panic(s.kind)
	}
	return link{from, to, s, reason}
}

// sharers says why an address is taken for one party's.
func sharers(s *subject) string {
	switch {
	case s.accounts > maxSharers:
		return "an alert is about this address alone"
	case s.accounts == 1:
		return "the alerts know one account there"
	}
	return fmt.Sprintf("the alerts know %d accounts there", s.accounts)
}

// inWords prints a time roughly: the largest unit that it has two of.
func inWords(d time.Duration) string {
	switch {
	case d >= 2*day:
		return fmt.Sprintf("%d days", d/day)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%d seconds", d/time.Second)
}

// A group is alerts that hang together, in order, and the links between them.
type group struct {
	alerts []int
	links  []link
}

// groups returns the sets that the links make of n alerts, in the order of
// their first alerts. Every alert is in one.
func groups(n int, links []link) []group {
	p := newPartition(n)
	for _, l := range links {
		p.join(l.from, l.to)
	}
	index := make(map[int]int)
	var found []group
	for i := range n {
		root := p.root(i)
		if _, ok := index[root]; !ok {
			index[root] = len(found)
			found = append(found, group{})
		}
		g := &found[index[root]]
		g.alerts = append(g.alerts, i)
	}
	for _, l := range links {
		g := &found[index[p.root(l.from)]]
		g.links = append(g.links, l)
	}
	return found
}
