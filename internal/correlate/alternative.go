package correlate

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// alternatives weighs what else an incident could be. Each is asked for what
// speaks for it and against it; one is told even if little speaks for it, so
// that a reader sees that it was thought of.
func alternatives(in incident.Incident) []incident.Alternative {
	f := factsOf(in)
	list := []incident.Alternative{f.tunnel(), f.carrier(), f.travel(), f.administration()}
	for i := range list {
		a := &list[i]
		if a.For == nil {
			a.For = []string{}
		}
		if a.Against == nil {
			a.Against = []string{}
		}
		a.Likely = len(a.For) > 0 && len(a.Against) == 0
	}
	return list
}

// facts are what the alternatives are weighed by.
type facts struct {
	addresses, accounts, apps int
	acts                      int // of the attacker
	refused                   int
	opened                    []string // what was opened, as words
	reading                   int      // mail, files, secrets
	changing                  int      // directory and Azure
	own                       int      // acts of the owner in the same sessions
	crowd                     int      // addresses in one session
	rules                     []string // names of rules about passwords or factors
}

func factsOf(in incident.Incident) facts {
	var f facts
	for _, a := range in.Alerts {
		for _, t := range a.Techniques {
			if Core(a) && (within(t, "T1110") || within(t, "T1621") || within(t, "T1566")) {
				f.rules = append(f.rules, a.Rule.Name)
				break
			}
		}
	}
	if in.Trail == nil {
		return f
	}
	t := *in.Trail
	f.addresses, f.accounts, f.apps, f.own = len(t.Addresses), len(t.Accounts), len(t.Applications), both(t)
	perSession := make(map[string]map[string]bool)
	for _, a := range attackers(&t) {
		f.acts++
		if a.Failed {
			f.refused++
			continue
		}
		if a.Session != "" && a.Address != "" {
			if perSession[a.Session] == nil {
				perSession[a.Session] = make(map[string]bool)
			}
			perSession[a.Session][a.Address] = true
			f.crowd = max(f.crowd, len(perSession[a.Session]))
		}
		switch a.Table {
		case "AuditLogs", "AzureActivity":
			f.changing++
		case "OfficeActivity", "AzureDiagnostics", "AZKVAuditLogs", "StorageBlobLogs":
			if !strings.HasPrefix(a.Operation, "UserLog") {
				f.reading++
			}
		}
	}
	seen := make(map[string]bool)
	for _, o := range openings(t) {
		if !seen[string(o.Kind)] {
			seen[string(o.Kind)] = true
			f.opened = append(f.opened, string(o.Kind))
		}
	}
	return f
}

// against are what no harmless explanation accounts for.
func (f facts) against() []string {
	var list []string
	if len(f.opened) > 0 {
		list = append(list, "it left something behind: "+strings.Join(f.opened, ", "))
	}
	if len(f.rules) > 0 {
		list = append(list, "somebody had to get in first: "+f.rules[0])
	}
	if f.accounts == 0 && f.acts > 0 {
		list = append(list, "no person's account was used")
	}
	if f.accounts > 1 {
		list = append(list, fmt.Sprintf("%d accounts were used from the same addresses or sessions", f.accounts))
	}
	return list
}

func (f facts) tunnel() incident.Alternative {
	a := incident.Alternative{Explanation: "The account's owner behind a VPN or a private relay", Against: f.against()}
	if f.addresses == 1 && f.accounts == 1 {
		a.For = append(a.For, "one account, from one address")
	}
	if f.own > 0 {
		a.For = append(a.For, "the owner used the same session at the time")
	} else if f.acts > 0 {
		a.Against = append(a.Against, "no device and no network that the owner had before was seen in these sessions")
	}
	return a
}

func (f facts) carrier() incident.Alternative {
	a := incident.Alternative{Explanation: "A mobile carrier that gives one phone address after address", Against: f.against()}
	if f.crowd >= 3 {
		a.For = append(a.For, fmt.Sprintf("one session was used from %d addresses", f.crowd))
	} else if f.acts > 0 {
		a.Against = append(a.Against, "no session was used from more than two addresses")
	}
	if f.own > 0 {
		a.For = append(a.For, "the owner used the same session at the time")
	}
	return a
}

func (f facts) travel() incident.Alternative {
	a := incident.Alternative{Explanation: "The account's owner on a journey", Against: f.against()}
	if f.addresses > 0 && f.addresses <= 2 && f.accounts == 1 {
		a.For = append(a.For, "one account, from few addresses")
	}
	if f.refused == 0 && f.acts > 0 {
		a.For = append(a.For, "nothing was refused")
	}
	if f.own > 0 {
		a.Against = append(a.Against, "the owner was active from a usual place or device at the time")
	} else if f.acts > 0 {
		a.Against = append(a.Against, "no device that the owner had before was seen there")
	}
	return a
}

func (f facts) administration() incident.Alternative {
	a := incident.Alternative{Explanation: "Administrators, or a service, at work"}
	if f.changing > 0 && f.reading == 0 {
		a.For = append(a.For, "the directory or Azure was changed, and no mail, file or secret was read")
	}
	if f.reading > 0 {
		a.Against = append(a.Against, fmt.Sprintf("mail, files or secrets were read: %s", times(f.reading)))
	}
	if f.acts > 0 {
		a.Against = append(a.Against, "it came from an address that is new to who did it")
	}
	if len(f.rules) > 0 {
		a.Against = append(a.Against, "somebody had to get in first: "+f.rules[0])
	}
	return a
}
