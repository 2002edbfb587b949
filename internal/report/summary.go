package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/conshelf/conshelf/internal/escape"
	"github.com/conshelf/conshelf/internal/incident"
)

// A Style is how a terminal is written to. The zero Style is plain text of
// any width.
type Style struct {
	Colour bool
	Width  int // in columns; 0: lines are not cut
}

// Summary writes the document's incidents and the number of its gaps for a
// terminal. Text from evidence is escaped before it is cut and coloured.
func Summary(w io.Writer, d Document, style Style) error {
	s := &summary{style: style}
	s.wrapped(d.Overview.Verdict)
	s.line("window %s; %s, %s", windowText(d.Window), count(len(d.Files), "file"), count(int(d.Records.Stored), "record"))
	if len(d.Tenants) > 1 {
		s.line("tenants, each looked at by itself: %s", strings.Join(d.Tenants, ", "))
		if d.apart() {
			s.line("records that name no tenant, looked at by themselves too")
		}
	}
	for i, section := range d.Incidents {
		s.incident(i+1, section.Incident, len(d.Tenants))
	}
	s.line("")
	for _, group := range d.Gaps {
		s.line("gaps: %4d  %s", len(group.Gaps), kindText(group.Kind))
	}
	s.passing(d.Unjoined)
	if _, err := io.WriteString(w, s.b.String()); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}

type summary struct {
	b     strings.Builder
	style Style
}

func (s *summary) incident(n int, inc incident.Incident, tenants int) {
	s.line("")
	s.coloured(inc.Severity, fmt.Sprintf("%-13s", inc.Severity), fmt.Sprintf(" %d. %s", n, inc.Title))
	if tenants > 1 {
		s.line("    tenant    %s", tenantText(inc.Tenant))
	}
	s.line("    when      %s", span(inc.First, inc.Last))
	if acts, more := actsSpan(inc); more {
		s.line("    acts      %s", acts)
	}
	s.line("    stages    %s", stagesText(inc))
	s.line("    accounts  %s", someOf(accounts(inc), 6))
	s.line("    alerts    %d", len(inc.Alerts))
	s.shared(inc)
	for _, t := range inc.Terms {
		s.line("    fact      %s", t.String())
	}
}

// maxPassing is how many rules a summary names of those whose alerts are in no
// incident.
const maxPassing = 20

// passing tells of the alerts that are in no incident, by rule.
func (s *summary) passing(all []AlertSection) {
	if len(all) == 0 {
		return
	}
	byRule := make(map[string][]incident.Alert)
	for _, section := range all {
		byRule[section.Alert.Rule.Name] = append(byRule[section.Alert.Rule.Name], section.Alert)
	}
	s.line("")
	s.line("seen in passing, and no incident: %s", count(len(all), "alert"))
	names := slices.Sorted(maps.Keys(byRule))
	for _, name := range names[:min(maxPassing, len(names))] {
		s.passed(name, byRule[name])
	}
	if more := len(names) - maxPassing; more > 0 {
		s.line("    and of %s more", count(more, "rule"))
	}
}

// passed tells of one rule's alerts that are in no incident, by the gravest.
func (s *summary) passed(rule string, alerts []incident.Alert) {
	first, last := alerts[0].First, alerts[0].Last
	var facts []string
	for _, a := range alerts {
		if a.First.Before(first) {
			first = a.First
		}
		if a.Last.After(last) {
			last = a.Last
		}
		for _, t := range a.Terms {
			facts = append(facts, t.String())
		}
	}
	gravest := slices.MaxFunc(alerts, func(a, b incident.Alert) int { return cmp.Compare(rank(a.Severity), rank(b.Severity)) })
	s.line("    %-13s %s: %d, %s", gravest.Severity, rule, len(alerts), span(first, last))
	slices.Sort(facts)
	for _, fact := range slices.Compact(facts) {
		s.line("    fact      %s", fact)
	}
}

// maxOthers is how many incidents of another tenant a summary names.
const maxOthers = 3

// shared says what incidents of other tenants name too, a line for each of the
// first of every tenant, and of how many more that is true.
func (s *summary) shared(inc incident.Incident) {
	named, more := make(map[string]int), make(map[string]int) // incidents by tenant
	for list := inc.Elsewhere; len(list) > 0; {
		other := list[0]
		n := slices.IndexFunc(list, func(e incident.Elsewhere) bool { return e.Incident != other.Incident || e.Tenant != other.Tenant })
		if n < 0 {
			n = len(list)
		}
		if named[other.Tenant] < maxOthers {
			named[other.Tenant]++
			s.line("    shared    %s, with incident %s of tenant %s", sharedText(list[:n], inc.Unlisted), other.Incident, tenantText(other.Tenant))
		} else {
			more[other.Tenant]++
		}
		list = list[n:]
	}
	for _, u := range inc.Unlisted {
		if u.Incidents > 0 {
			more[u.Tenant] += u.Incidents
		}
	}
	for _, tenant := range slices.Sorted(maps.Keys(more)) {
		s.line("    shared    some of it, with %s more of tenant %s", count(more[tenant], "incident"), tenantText(tenant))
	}
}

// sharedText names some of what is shared with one incident.
func sharedText(list []incident.Elsewhere, unlisted []incident.Unlisted) string {
	var names []string
	for _, e := range list {
		names = append(names, e.Entity.String())
	}
	more := 0
	for _, u := range unlisted {
		if u.Incident == list[0].Incident && u.Tenant == list[0].Tenant {
			more += u.Entities
		}
	}
	return someOfMore(names, 3, more)
}

func someOf(texts []string, n int) string { return someOfMore(texts, n, 0) }

// someOfMore names the first n of texts and counts the others, and more that are
// not among them.
func someOfMore(texts []string, n, more int) string {
	more += max(0, len(texts)-n)
	switch {
	case len(texts) == 0:
		return "none"
	case more > 0:
		return fmt.Sprintf("%s and %d more", strings.Join(texts[:min(n, len(texts))], ", "), more)
	}
	return strings.Join(texts, ", ")
}

func (s *summary) line(format string, args ...any) {
	s.b.WriteString(s.cut(escape.Line(fmt.Sprintf(format, args...)), 0))
	s.b.WriteByte('\n')
}

// wrapped writes a text in as many lines as it takes: what follows from the
// evidence is never cut.
func (s *summary) wrapped(text string) {
	line := ""
	for word := range strings.FieldsSeq(escape.Line(text)) {
		if line != "" && s.style.Width > 0 && utf8.RuneCountInString(line+" "+word) > s.style.Width {
			s.b.WriteString(line + "\n")
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	s.b.WriteString(line + "\n")
}

// coloured writes a line that begins with a word in its severity's colour.
func (s *summary) coloured(severity incident.Severity, word, rest string) {
	if s.style.Colour {
		fmt.Fprintf(&s.b, "\x1b[%sm%s\x1b[0m", colourOf(severity), word)
	} else {
		s.b.WriteString(word)
	}
	s.b.WriteString(s.cut(escape.Line(rest), utf8.RuneCountInString(word)))
	s.b.WriteByte('\n')
}

func colourOf(s incident.Severity) string {
	switch s {
	case incident.High:
		return "1;31"
	case incident.Medium:
		return "1;33"
	case incident.Low:
		return "36"
	case incident.Informational:
		return "2"
	case incident.Unrated:
		return "1;35"
	}
	panic(s)
}

// cut shortens a line to the terminal's width and says so with an ellipsis.
func (s *summary) cut(line string, used int) string {
	room := s.style.Width - used
	if s.style.Width <= 0 || utf8.RuneCountInString(line) <= room {
		return line
	}
	return string([]rune(line)[:max(0, room-1)]) + "…"
}
