package tenant

import (
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/conshelf/conshelf/internal/incident"
)

// in tells whether an alert is about a person, by name or by id.
func (p Person) in(a *incident.Alert) bool {
	return slices.ContainsFunc(a.Entities, func(e incident.Entity) bool {
		switch e.Type {
		case incident.Account:
			return same(p.User, principal(e)) || same(p.ID, e.Identifier("AadUserId")) || same(p.ID, e.Identifier("ObjectGuid"))
		case incident.Mailbox:
			return same(p.User, e.Identifier("MailboxPrimaryAddress")) || same(p.User, e.Identifier("Upn"))
		case incident.IP, incident.Host, incident.CloudApplication, incident.AzureResource, incident.URL, incident.File, incident.SecurityGroup, incident.Session:
			return false
		}
		return false
	})
}

func same(declared, named string) bool { return declared != "" && strings.EqualFold(declared, named) }

// principal is the user principal name of an account.
func principal(e incident.Entity) string {
	name, suffix := e.Identifier("Name"), e.Identifier("UPNSuffix")
	if full := e.Identifier("FullName"); full != "" || name == "" || suffix == "" {
		return full
	}
	return name + "@" + suffix
}

// sources says in which of the networks the addresses of an alert are; ok is
// false if it has none, or if one of them is in no network that held at the
// time.
func sources(a *incident.Alert, what string, networks []Network) (text string, ok bool) {
	var clauses []string
	for _, e := range a.Entities {
		if e.Type != incident.IP {
			continue
		}
		address, err := netip.ParseAddr(e.Identifier("Address"))
		at := slices.IndexFunc(networks, func(n Network) bool {
			return err == nil && n.Prefix.Contains(address.Unmap().WithZone("")) && within(a, n.From, n.To)
		})
		if at < 0 {
			return "", false
		}
		clauses = append(clauses, "source "+address.String()+networks[at].holds()+what+" "+networks[at].title())
	}
	return joined(clauses), len(clauses) > 0
}

func (n Network) holds() string {
	if n.Prefix.IsSingleIP() {
		return " is the declared "
	}
	return " is in the declared "
}

func (n Network) title() string {
	if n.Name == "" {
		return n.Prefix.String()
	}
	return n.Name
}

// within tells whether all of an alert is in a time, whose zero ends are open.
func within(a *incident.Alert, from, to time.Time) bool {
	return (from.IsZero() || !a.First.Before(from)) && (to.IsZero() || a.Last.Before(to))
}

// visits tells whether the columns of the alert that are about places name the
// country of a trip, and no place but that and home. Who is expected in one
// country is not explained in another.
func (t Trip) visits(a *incident.Alert) bool {
	found := false
	for _, d := range a.Details {
		if !aboutCountry(d.Name) {
			continue
		}
		for _, word := range strings.FieldsFunc(d.Value, func(r rune) bool { return !unicode.IsLetter(r) && r != ' ' }) {
			word = strings.TrimSpace(word)
			switch {
			case word == "" || same(t.Home, word):
			case same(t.Country, word):
				found = true
			default:
				return false
			}
		}
	}
	return found
}

// aboutCountry tells whether a column is one in which rules say the countries
// that they saw.
func aboutCountry(column string) bool {
	column = strings.ToLower(column)
	return strings.Contains(column, "country") || strings.Contains(column, "countries") || strings.Contains(column, "location")
}

func period(from, to time.Time) string {
	const layout = "2006-01-02 15:04"
	return "from " + from.UTC().Format(layout) + " to " + to.UTC().Format(layout)
}

// joined names at most three.
func joined(texts []string) string {
	texts = slices.Compact(texts)
	const few = 3
	if len(texts) > few {
		return strings.Join(texts[:few], ", ") + " and others"
	}
	return strings.Join(texts, " and ")
}
