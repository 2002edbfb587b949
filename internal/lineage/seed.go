package lineage

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/correlate"
	"github.com/conshelf/conshelf/internal/incident"
)

// SeedOf returns what a search for the rest of an incident begins with: whom
// and what its alerts of medium severity or above name; where there are only
// lesser ones that add up, those. Its tenant is the incident's. Ok is false if
// there is none: context is no lead.
func SeedOf(in incident.Incident) (Seed, bool) {
	seed := Seed{Tenant: in.Tenant}
	lesser := !slices.ContainsFunc(in.Alerts, correlate.Core) && correlate.AddsUp(in)
	for _, a := range in.Alerts {
		if !correlate.Core(a) && (!lesser || a.Severity != incident.Low) {
			continue
		}
		if seed.Since.IsZero() || a.First.Before(seed.Since) {
			seed.Since = a.First
		}
		for _, e := range a.Entities {
			seed.add(e)
		}
	}
	for _, list := range []*[]string{&seed.Accounts, &seed.Addresses, &seed.Sessions, &seed.Applications} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return seed, !seed.Since.IsZero()
}

func (s *Seed) add(e incident.Entity) {
	switch e.Type {
	case incident.Account:
		name := e.Identifier("FullName")
		if name == "" && e.Identifier("UPNSuffix") != "" {
			name = e.Identifier("Name") + "@" + e.Identifier("UPNSuffix")
		}
		appendTo(&s.Accounts, name)
	case incident.Mailbox:
		appendTo(&s.Accounts, e.Identifier("MailboxPrimaryAddress"))
	case incident.IP:
		appendTo(&s.Addresses, e.Identifier("Address"))
	case incident.Session:
		appendTo(&s.Sessions, e.Identifier("SessionId"))
	case incident.CloudApplication:
		if id := e.Identifier("AppId"); !correlate.FirstParty(strings.ToLower(id)) {
			appendTo(&s.Applications, id)
		}
	case incident.Host, incident.AzureResource, incident.URL, incident.File, incident.SecurityGroup:
		// What many use leads everywhere.
	default:
		// Sentinel has entity types that no log tells sessions of.
	}
}

func appendTo(list *[]string, value string) {
	if value != "" {
		*list = append(*list, value)
	}
}
