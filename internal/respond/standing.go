package respond

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// A Standing is what an entity is in an incident, as far as its alerts show:
// it decides which steps may be planned for it.
type Standing string

// The standings. Of an entity that is mentioned in several alerts, the one
// that comes first in standings counts, so that an alert that says nothing
// hides none that does. A standing is read from details and techniques alone;
// where they are silent it is one that nobody is disabled for.
const (
	Used     Standing = "used"     // the account did what only its intruder would, or a sign-in that is not its owner's succeeded
	Created  Standing = "created"  // the account was made during the incident
	Granted  Standing = "granted"  // somebody gave the account a role, a method or a credential
	Acted    Standing = "acted"    // the account changed the tenant; nothing shows that it was not its owner
	Unclear  Standing = "unclear"  // the alerts do not say
	Targeted Standing = "targeted" // only attempts, none of which is known to have succeeded

	Planted    Standing = "planted"    // an application that was consented to or installed
	Altered    Standing = "altered"    // an application of the tenant that was given credentials or permissions
	FirstParty Standing = "firstParty" // Microsoft's own application: never disabled

	External Standing = "external" // a public address
	Internal Standing = "internal" // a private, reserved or malformed address: never blocked

	Present Standing = "present" // any other entity
)

var standings = []Standing{
	Used, Created, Granted, Acted, FirstParty, Planted, Altered,
	Unclear, Targeted, External, Internal, Present,
}

// standing is a Standing with the sentence that says why.
type standing struct {
	is     Standing
	reason string
}

var (
	attempts       = []incident.Technique{"T1110", "T1621"}
	administration = []incident.Technique{"T1098", "T1136", "T1484", "T1556", "T1562", "T1685", "T1578", "T1531"}
	discovery      = []incident.Technique{"T1087", "T1069", "T1526", "T1538", "T1580", "T1589", "T1590", "T1595"}
	planting       = []incident.Technique{"T1528", "T1671"}
	altering       = []incident.Technique{"T1098.001", "T1098.003", "T1550.001"}
)

func standingOf(inc incident.Incident, s subject) standing {
	switch s.entity.Type {
	case incident.Account:
		return strongest(inc, s, accountStanding)
	case incident.CloudApplication:
		return strongest(inc, s, applicationStanding)
	case incident.IP:
		return addressStanding(s.entity)
	case incident.Host, incident.AzureResource, incident.Mailbox, incident.URL, incident.File,
		incident.SecurityGroup, incident.Session:
	}
	return standing{Present, ""}
}

func strongest(inc incident.Incident, s subject, judge func(incident.Alert, incident.Entity) standing) standing {
	best := standing{Unclear, "No alert says what part it had"}
	for n, i := range s.alerts {
		got := judge(inc.Alerts[i], s.entity)
		if n == 0 || slices.Index(standings, got.is) < slices.Index(standings, best.is) {
			best = got
		}
	}
	return best
}

func accountStanding(a incident.Alert, e incident.Entity) standing {
	part, how, name := partIn(a, e), outcomeOf(a, e), a.Rule.Name
	say := func(is Standing, format string) standing { return standing{is, fmt.Sprintf(format, name)} }
	switch {
	case part == target && shows(a, "T1136") && mayCreate(a):
		return say(Created, "The alert “%s” names it as an account that was created")
	case part == target:
		return say(Granted, "The alert “%s” names it as the target of a change, not as the one who made it")
	case showsAny(a, attempts) && how == succeeded:
		return say(Used, "The alert “%s” shows a sign-in that succeeded among the attempts")
	case showsAny(a, attempts) || how == failed:
		return say(Targeted, "The alert “%s” shows attempts and no success")
	case a.Severity < incident.Medium:
		return say(Unclear, "The alert “%s” is below Medium, which is too little to act on")
	case len(a.Techniques) == 0:
		return say(Unclear, "The alert “%s” names no technique")
	case onlyOf(a, discovery):
		return say(Unclear, "The alert “%s” shows discovery, not a use of the account")
	case part == unsaid && accounts(a) > 1:
		return say(Unclear, "The alert “%s” names several accounts and does not say which of them acted")
	case onlyOf(a, administration):
		return say(Acted, "The alert “%s” shows a change made with it; nothing shows yet that its owner did not make it")
	}
	return say(Used, "The alert “%s” is of what an intruder does with an account")
}

// mayCreate tells whether the alert's operation makes an account, or is not
// said. A rule for several operations has the techniques of all of them, and an
// account whose password was reset is not one to delete.
func mayCreate(a incident.Alert) bool {
	said := false
	for _, d := range a.Details {
		switch strings.ToLower(d.Name) {
		case "operation", "operationname", "activitydisplayname":
			if strings.TrimSpace(d.Value) == "" {
				continue
			}
			said = true
			for _, word := range []string{"add user", "create", "invite", "new-mailbox"} {
				if strings.Contains(strings.ToLower(d.Value), word) {
					return true
				}
			}
		}
	}
	return !said
}

func applicationStanding(a incident.Alert, e incident.Entity) standing {
	switch {
	case firstParty(e):
		return standing{FirstParty, "Its application id is one of Microsoft's own"}
	case a.Severity < incident.Medium:
		return standing{Unclear, fmt.Sprintf("The alert “%s” is below Medium, which is too little to act on", a.Rule.Name)}
	case showsAny(a, planting):
		return standing{Planted, fmt.Sprintf("The alert “%s” shows that access was consented to for it", a.Rule.Name)}
	case showsAny(a, altering):
		return standing{Altered, fmt.Sprintf("The alert “%s” shows that it was given credentials or permissions", a.Rule.Name)}
	}
	return standing{Unclear, fmt.Sprintf("The alert “%s” names it only as what was signed in to or with", a.Rule.Name)}
}

func addressStanding(e incident.Entity) standing {
	addr, ok := address(e)
	switch {
	case !ok:
		return standing{Internal, "It is not an IP address"}
	case !public(addr):
		return standing{Internal, "It is not a public address"}
	}
	return standing{External, "It is a public address"}
}

func address(e incident.Entity) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(strings.TrimSpace(e.Identifier("Address")))
	return addr.Unmap(), err == nil && addr.Zone() == ""
}

// shared holds addresses between a carrier and its customers (RFC 6598).
func public(addr netip.Addr) bool {
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10)
	return addr.IsGlobalUnicast() && !addr.IsPrivate() && !shared.Contains(addr)
}

// An outcome is whether an attempt on an account succeeded.
type outcome int

const (
	unknown outcome = iota
	succeeded
	failed
)

// outcomeOf reads the outcome for e from the alert's details: a ResultType, a
// count of failures or successes, or a list of the accounts that succeeded. A count above
// zero says nothing of which account it was if the alert names several.
func outcomeOf(a incident.Alert, e incident.Entity) outcome {
	got := unknown
	for _, d := range a.Details {
		switch name := strings.ToLower(d.Name); {
		case name == "resulttype" || name == "errorcode":
			got = max(got, ofResult(d.Value))
		case strings.HasPrefix(name, "fail"):
			if n, err := strconv.ParseFloat(strings.TrimSpace(d.Value), 64); err == nil && n > 0 {
				got = max(got, failed) // unless a success is named beside it
			}
		case strings.HasPrefix(name, "succe") || strings.HasPrefix(name, "compromised"):
			if o := ofSuccess(d.Value, a, e); o == succeeded {
				return succeeded
			} else if o == failed {
				got = failed
			}
		}
	}
	return got
}

func ofResult(v string) outcome {
	switch values := elements(v); {
	case len(values) == 1 && values[0] == "0":
		return succeeded
	case len(values) == 0, slices.Contains(values, "0"), slices.Contains(values, ""):
		return unknown
	}
	return failed
}

func ofSuccess(v string, a incident.Alert, e incident.Entity) outcome {
	n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	switch {
	case err == nil && n <= 0, strings.EqualFold(v, "false"), v == "[]":
		return failed
	case err == nil, strings.EqualFold(v, "true"):
		if accounts(a) == 1 {
			return succeeded
		}
		return unknown
	case slices.ContainsFunc(elements(v), func(x string) bool { return isNamed(e, x) }):
		return succeeded
	}
	return unknown
}

// A part is whether an alert's details name an entity as the one who acted.
type part int

const (
	unsaid part = iota
	actor
	target
)

// partIn reads e's part from the names of the details that hold it. Who both
// acted and was acted upon counts as the actor.
func partIn(a incident.Alert, e incident.Entity) part {
	got, otherActed, own := unsaid, false, false
	for _, d := range a.Details {
		named := slices.ContainsFunc(elements(d.Value), func(x string) bool { return isNamed(e, x) })
		switch p := partOfName(d.Name); {
		case named && p == actor:
			return actor
		case named && p == target:
			got = target
		case p == actor && strings.TrimSpace(d.Value) != "":
			otherActed = true
		case named && strings.EqualFold(d.Name, "UserPrincipalName"):
			own = true
		}
	}
	if got == target && own && !otherActed && accounts(a) == 1 {
		return unsaid // it changed what is its own
	}
	if got == unsaid && otherActed && accounts(a) > 1 {
		return target
	}
	return got
}

// isGiven tells whether what the alert shows was done to e: it is named as
// the target, also as its own, or the alert names nobody else and no part.
func isGiven(a incident.Alert, e incident.Entity) bool {
	for _, d := range a.Details {
		if partOfName(d.Name) == target && slices.ContainsFunc(elements(d.Value), func(x string) bool { return isNamed(e, x) }) {
			return true
		}
	}
	switch partIn(a, e) {
	case target:
		return true
	case actor:
		return false
	case unsaid:
		return accounts(a) == 1 && !hasDetail(a, "Principal", "PrincipalId") // otherwise it was given to something else
	}
	panic("unknown part")
}

func hasDetail(a incident.Alert, names ...string) bool {
	return slices.ContainsFunc(a.Details, func(d incident.Detail) bool {
		return strings.TrimSpace(d.Value) != "" && slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, d.Name) })
	})
}

func partOfName(detail string) part {
	detail = strings.ToLower(detail)
	if detail == "principal" || detail == "principalid" {
		return target // of an assignment
	}
	for _, prefix := range []string{"actor", "initiat", "caller"} {
		if strings.HasPrefix(detail, prefix) && !strings.Contains(detail, "ip") {
			return actor
		}
	}
	for _, prefix := range []string{"target", "member", "grantee", "added", "created", "new"} {
		if strings.HasPrefix(detail, prefix) {
			return target
		}
	}
	return unsaid
}

func accounts(a incident.Alert) int {
	n := 0
	for _, e := range a.Entities {
		if e.Type == incident.Account {
			n++
		}
	}
	return n
}

// onlyOf tells whether the alert has techniques, and each is one of ts.
func onlyOf(a incident.Alert, ts []incident.Technique) bool {
	return len(a.Techniques) > 0 && !slices.ContainsFunc(a.Techniques, func(have incident.Technique) bool {
		return !showsAny(incident.Alert{Techniques: []incident.Technique{have}}, ts)
	})
}
