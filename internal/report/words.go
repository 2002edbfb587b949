package report

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/incident"
)

// when prints an instant, in UTC, as every time in a report is.
func when(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

func span(from, to time.Time) string {
	switch {
	case from.Equal(to):
		return when(from)
	case from.UTC().Format(time.DateOnly) == to.UTC().Format(time.DateOnly):
		return when(from) + " to " + to.UTC().Format("15:04:05Z")
	}
	return when(from) + " to " + when(to)
}

func windowText(w incident.Window) string {
	if w.From.IsZero() && w.To.IsZero() {
		return "all of the evidence"
	}
	return span(w.From, w.To)
}

// tenantText names a tenant where there are several.
func tenantText(tenant string) string { return cmp.Or(tenant, "not named in the evidence") }

// tenantsText names all tenants of a report.
func tenantsText(d Document) string {
	if len(d.Tenants) == 0 {
		return tenantText("")
	}
	text := strings.Join(d.Tenants, ", ")
	if d.apart() {
		text += ", and records that name none"
	}
	return text
}

// actsSpan says from when to when the acts of an incident are that were found
// from its alerts on, where that is more than when the alerts are.
func actsSpan(inc incident.Incident) (text string, more bool) {
	if inc.Story == nil {
		return "", false
	}
	from, to := inc.First, inc.Last
	if first := inc.Story.FirstAct.Time; !first.IsZero() && first.Before(from) {
		from = first
	}
	if last := inc.Story.LastAct.Time; last.After(to) {
		to = last
	}
	return span(from, to), !from.Equal(inc.First) || !to.Equal(inc.Last)
}

// lastedText says from when to when an incident is, by its alerts and by all
// acts found.
func lastedText(inc incident.Incident) string {
	text := span(inc.First, inc.Last)
	if acts, more := actsSpan(inc); more {
		return text + " by its alerts, " + acts + " by all acts found"
	}
	return text
}

// cellClass is how cells under a heading of a passage are broken: of some not
// within a word, and people have room. Else it is "".
func cellClass(head []string, column int) string {
	switch head[column] {
	case "Log", "From", "Whose", "First", "Last", "Since":
		return "whole"
	case "Account", "By", "Why":
		return "narrow"
	}
	return ""
}

// tacticText spaces a tactic's name: InitialAccess becomes Initial Access.
func tacticText(t incident.Tactic) string {
	var b strings.Builder
	for i, r := range string(t) {
		if i > 0 && 'A' <= r && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func identifiersText(e incident.Entity) string {
	texts := make([]string, len(e.Identifiers))
	for i, id := range e.Identifiers {
		texts[i] = id.Name + " " + id.Value
	}
	return strings.Join(texts, "; ")
}

// maxRuns is how many runs of records are printed of a file; the JSON has all
// that the alert lists.
const maxRuns = 12

// recordsText prints record numbers, runs of them as one: 3, 7–9.
func recordsText(records []int64) string {
	var runs []string
	for i := 0; i < len(records); {
		j := i
		for j+1 < len(records) && records[j+1] == records[j]+1 {
			j++
		}
		run := strconv.FormatInt(records[i], 10)
		if j > i {
			run += "–" + strconv.FormatInt(records[j], 10)
		}
		runs, i = append(runs, run), j+1
	}
	if len(runs) > maxRuns {
		return fmt.Sprintf("%s and %d more runs", strings.Join(runs[:maxRuns], ", "), len(runs)-maxRuns)
	}
	return strings.Join(runs, ", ")
}

func sourceText(s Source) string {
	word := "records"
	if len(s.Records) == 1 {
		word = "record"
	}
	return fmt.Sprintf("%s, %s %s", s.Name, word, recordsText(s.Records))
}

// sourcesText prints where an alert comes from. How many records it does not
// list is known as a limit only: one that gave several rows counts for each.
func sourcesText(s AlertSources) string {
	var texts []string
	for _, source := range s.Sources {
		texts = append(texts, sourceText(source))
	}
	switch {
	case len(texts) == 0 && s.More > 0:
		return fmt.Sprintf("no record is listed; there are at most %s", numberText(s.More))
	case len(texts) == 0:
		return "no record is listed"
	case s.More > 0:
		texts = append(texts, fmt.Sprintf("and at most %s more", numberText(s.More)))
	}
	return strings.Join(texts, "; ")
}

// oneLine writes a text's line breaks as spaces.
func oneLine(text string) string {
	return strings.NewReplacer("\r\n", " ", "\n", " ").Replace(strings.TrimSpace(text))
}

// unlinked says why an incident has no links.
func unlinked(inc incident.Incident) string {
	if len(inc.Alerts) == 1 {
		return "One alert stands alone."
	}
	return "No link between the alerts is recorded."
}

// planNote says what a plan is for: of which tenant, where there are several.
func planNote(inc incident.Incident, tenants int) string {
	note := "Nothing here has been sent. Each step is reviewed, and approved on its own."
	if tenants < 2 {
		return note
	}
	if inc.Tenant == "" {
		return note + " The evidence is of several tenants, and the records do not say which of them this incident is in: find out before anything is sent."
	}
	return note + fmt.Sprintf(" Requests and queries are meant for the tenant %s; the queries do not filter by it, so run each over the logs of that tenant alone.", inc.Tenant)
}

// numberText prints a number with its thousands apart.
func numberText(n any) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// plural is the noun, in the number that n of them takes.
func plural(n any, noun string) string {
	if fmt.Sprint(n) == "1" {
		return noun
	}
	return noun + "s"
}

// sizeText prints a number of bytes, exactly below a kibibyte.
func sizeText(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30))
}

// kindText is the heading over gaps of a kind.
func kindText(k incident.GapKind) string {
	switch k {
	case incident.GapMissingTable:
		return "Tables that nothing fed"
	case incident.GapMissingData:
		return "Times and columns without data"
	case incident.GapLimit:
		return "Limits of exports, licences and permissions"
	case incident.GapRule:
		return "Rules that could not run"
	case incident.GapFacts:
		return "Facts that the tenant did not declare"
	case incident.GapAccess:
		return "Conditional Access policies, and what they refer to"
	case incident.GapEvidence:
		return "Files and records that were not understood"
	}
	return string(k)
}

func stagesText(inc incident.Incident) string {
	texts := make([]string, len(inc.Stages))
	for i, s := range inc.Stages {
		texts[i] = tacticText(s.Tactic)
	}
	return strings.Join(texts, " → ")
}
