package correlate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// Tell returns the story of an incident: of its trail, where it has one, and
// else of its alerts alone.
func Tell(in incident.Incident) incident.Story {
	s := incident.Story{Reached: []incident.Reach{}, Open: []incident.Opening{}, Closed: []incident.Opening{}}
	s.FirstAct, s.LastAct = ends(in)
	if in.Trail != nil {
		s.PatientZero = patientZero(*in.Trail)
		s.Reached = reached(*in.Trail)
		for _, o := range in.Trail.Open {
			if o.Closed == nil {
				s.Open = append(s.Open, o)
			} else {
				s.Closed = append(s.Closed, o)
			}
		}
	}
	s.Confidence = confidence(in)
	s.Alternatives = alternatives(in)
	return s
}

// ends are the first and the last act of the attacker.
func ends(in incident.Incident) (first, last incident.Moment) {
	for _, a := range attackers(in.Trail) {
		if echo(a) {
			continue
		}
		m := incident.Moment{Time: a.Time, What: sentence(a)}
		if first.Time.IsZero() {
			first = m
		}
		last = m
	}
	if !first.Time.IsZero() {
		return first, last
	}
	for _, a := range in.Alerts {
		if first.Time.IsZero() || a.First.Before(first.Time) {
			first = incident.Moment{Time: a.First, What: a.Rule.Name}
		}
		if last.Time.IsZero() || a.Last.After(last.Time) {
			last = incident.Moment{Time: a.Last, What: a.Rule.Name}
		}
	}
	return first, last
}

// echo tells whether an act is another log's record of a sign-in.
func echo(a incident.Act) bool {
	return a.Table == "OfficeActivity" && strings.HasPrefix(strings.ToLower(a.Operation), "userlog")
}

// attackers are the acts of a trail that are the attacker's.
func attackers(t *incident.Trail) []incident.Act {
	if t == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(t.Acts), func(a incident.Act) bool { return a.Whose != incident.Attackers })
}

// sentence tells an act in a line.
func sentence(a incident.Act) string {
	text := actor(a) + ": " + strings.TrimSpace(a.Operation)
	if a.Target != "" {
		text += ", " + a.Target
	}
	if a.Address != "" {
		text += ", from " + a.Address
	}
	if a.Failed {
		text += " (refused)"
	}
	return text
}

func actor(a incident.Act) string {
	return cmp.Or(a.Account, a.Application, "somebody")
}

// patientZero is whoever the attacker was first.
func patientZero(t incident.Trail) string {
	for _, a := range attackers(&t) {
		if !a.Failed {
			return cmp.Or(a.Account, a.Application)
		}
	}
	return ""
}

// reached returns what the attacker got at, the kinds in their order, then by
// name.
func reached(t incident.Trail) []incident.Reach {
	found := []incident.Reach{}
	add := func(kind incident.ReachKind, name string, a incident.Act) {
		if name == "" {
			return
		}
		i := slices.IndexFunc(found, func(r incident.Reach) bool { return r.Kind == kind && r.Name == name })
		if i < 0 {
			found = append(found, incident.Reach{Kind: kind, Name: name, First: a.Time})
			i = len(found) - 1
		}
		found[i].Acts++
		found[i].Last = a.Time
	}
	for _, a := range attackers(&t) {
		if a.Failed || echo(a) || strings.HasSuffix(a.Operation, incident.Started) {
			continue
		}
		if a.Operation == "Sign-in" {
			if a.Account != "" {
				add(incident.ReachAccount, a.Account, a)
			} else {
				add(incident.ReachApplication, a.Application, a)
			}
			continue
		}
		kind, name := reach(a)
		add(kind, name, a)
	}
	slices.SortStableFunc(found, func(a, b incident.Reach) int {
		return cmp.Or(cmp.Compare(reachOrder(a.Kind), reachOrder(b.Kind)), cmp.Compare(a.Name, b.Name))
	})
	return found
}

func reachOrder(k incident.ReachKind) int {
	return slices.Index([]incident.ReachKind{
		incident.ReachAccount, incident.ReachApplication, incident.ReachMailbox, incident.ReachFiles, incident.ReachSecrets,
		incident.ReachDirectory, incident.ReachSubscription,
	}, k)
}

// reach says what an act other than a sign-in got at.
func reach(a incident.Act) (incident.ReachKind, string) {
	operation := strings.ToLower(a.Operation)
	switch a.Table {
	case "OfficeActivity":
		switch {
		case strings.HasPrefix(operation, "file"), strings.Contains(operation, "link"), strings.Contains(operation, "sharing"), strings.HasPrefix(operation, "folder"):
			return incident.ReachFiles, siteOf(a.Target)
		}
		return incident.ReachMailbox, cmp.Or(a.Account, a.Target)
	case "AzureDiagnostics", "AZKVAuditLogs":
		return incident.ReachSecrets, vaultOf(a.Target)
	case "AuditLogs":
		return incident.ReachDirectory, cmp.Or(a.Target, strings.TrimSpace(a.Operation))
	case "AzureActivity":
		if strings.Contains(operation, "listkeys") || strings.Contains(operation, "listaccountsas") {
			return incident.ReachSecrets, a.Target
		}
		return incident.ReachSubscription, subscriptionOf(a.Target)
	case "MicrosoftGraphActivityLogs":
		return graphReach(a)
	case "StorageBlobLogs":
		return incident.ReachFiles, a.Target
	}
	return "", ""
}

// graphReach says what a request to Graph was about, by its path.
func graphReach(a incident.Act) (incident.ReachKind, string) {
	path := strings.ToLower(a.Operation)
	switch {
	case strings.Contains(path, "/messages"), strings.Contains(path, "/mailfolders"):
		return incident.ReachMailbox, whoseMail(a)
	case strings.Contains(path, "/drive"), strings.Contains(path, "/sites"):
		return incident.ReachFiles, a.Operation
	}
	return incident.ReachDirectory, a.Operation
}

// whoseMail is the mailbox of a request: the user that the path names, or else
// whoever asked.
func whoseMail(a incident.Act) string {
	_, path, _ := strings.Cut(a.Operation, " ")
	if parts := strings.Split(path, "/"); len(parts) > 2 && strings.EqualFold(parts[1], "users") {
		return parts[2]
	}
	return cmp.Or(a.Account, a.Operation)
}

// siteOf is the site that a file is in: its address up to the name after
// /sites/ or /personal/.
func siteOf(target string) string {
	for _, mark := range []string{"/sites/", "/personal/", "/teams/"} {
		if i := strings.Index(target, mark); i >= 0 {
			rest := target[i+len(mark):]
			name, _, _ := strings.Cut(rest, "/")
			return target[:i+len(mark)] + name
		}
	}
	return target
}

// vaultOf is the vault and the secret, without the version.
func vaultOf(target string) string {
	parts := strings.Split(strings.TrimPrefix(target, "https://"), "/")
	if len(parts) < 3 {
		name, _, _ := strings.Cut(strings.Join(parts, "/"), "?")
		return name
	}
	return strings.Join(parts[:3], "/")
}

func subscriptionOf(target string) string {
	parts := strings.Split(strings.ToLower(target), "/")
	if len(parts) > 2 && parts[1] == "subscriptions" {
		return "/subscriptions/" + parts[2]
	}
	return target
}
