package report

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// maxTop is how many incidents an overview names.
const maxTop = 10

func overview(alerts int, d Document) Overview {
	o := Overview{Alerts: alerts}
	for _, s := range []incident.Severity{incident.High, incident.Medium, incident.Unrated, incident.Low, incident.Informational} {
		if n := incidentsOf(d, s); n > 0 {
			o.Incidents = append(o.Incidents, SeverityCount{s, n})
		}
	}
	for _, group := range d.Gaps {
		o.Gaps += len(group.Gaps)
	}
	for _, r := range d.Rules {
		if r.NotRun == "" {
			o.RulesRun++
		} else {
			o.RulesNot++
		}
	}
	top := d.Incidents[:min(maxTop, len(d.Incidents))]
	o.More = len(d.Incidents) - len(top)
	for _, s := range top {
		o.Top = append(o.Top, s.Finding())
	}
	o.Verdict = verdict(o, d)
	return o
}

func incidentsOf(d Document, s incident.Severity) int {
	n := 0
	for _, section := range d.Incidents {
		if section.Incident.Severity == s {
			n++
		}
	}
	return n
}

// verdict says in plain words what follows from the evidence. It never says
// that nothing happened: it says what was looked at.
func verdict(o Overview, d Document) string {
	return strings.Join([]string{found(o, d), unseen(o)}, " ")
}

func found(o Overview, d Document) string {
	switch n := len(d.Incidents); {
	case o.RulesRun == 0:
		return "No rule ran, so this report says nothing about whether there was an intrusion."
	case n == 0 && o.Alerts == 0:
		return fmt.Sprintf("%s ran over the evidence and found nothing.", count(o.RulesRun, "rule"))
	case n == 0:
		return fmt.Sprintf("%s ran over the evidence and gave %s, none of which forms an incident.", count(o.RulesRun, "rule"), count(o.Alerts, "alert"))
	case incidentsOf(d, incident.High) > 0:
		return fmt.Sprintf("The evidence shows %s, %d of High severity: act on these first, and confirm with the people concerned before accounts are shut.",
			count(n, "incident"), incidentsOf(d, incident.High))
	default:
		return fmt.Sprintf("The evidence shows %s, none of High severity: each is to be confirmed or explained.", count(n, "incident"))
	}
}

func unseen(o Overview) string {
	if o.Gaps == 0 {
		return "No gap is known in what was looked at; logs that were never exported leave none."
	}
	return fmt.Sprintf("%s in what could be looked at %s listed below: where nothing was seen, nothing was ruled out.", count(o.Gaps, "gap"), isAre(o.Gaps))
}

func count(n int, noun string) string {
	return numberText(n) + " " + plural(n, noun)
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
