package respond

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/conshelf/conshelf/internal/incident"
)

// ownersWord is what a step of an unconfirmed incident waits for.
const ownersWord = "the word of the owner, and of whoever made the change: nobody ordered it"

// unconfirmed tells whether an incident is too weak to change anything for:
// neither it nor one of its alerts is of Medium severity or above. An
// administrator's ordinary work looks like that.
func unconfirmed(inc incident.Incident) bool {
	return inc.Severity < incident.Medium &&
		!slices.ContainsFunc(inc.Alerts, func(a incident.Alert) bool { return a.Severity >= incident.Medium })
}

// changes tells whether the step contains or eradicates by changing
// something, be it by hand.
func (t stepTemplate) changes() bool {
	switch turns[t.turn] {
	case "confirm", "snapshot", "review", "verify":
		return false
	}
	return (t.phase == Containment || t.phase == Eradication) && (t.do == nil || t.do.method != "GET")
}

// askFirst makes of a step one that is carried out only if the owner denies
// what it undoes. Its request stays, to be reviewed; it waits for the answer.
func askFirst(title string) string {
	first, size := utf8.DecodeRuneInString(title)
	return "Ask the owner; if nobody ordered it: " + string(unicode.ToLower(first)) + title[size:]
}

// askFirstWhy says why nothing is changed yet.
func askFirstWhy(why string) string {
	return strings.TrimSpace("Nothing in this incident is rated Medium or above, so nothing here is changed before the owner was asked. " + why)
}
