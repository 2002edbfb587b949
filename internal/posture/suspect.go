package posture

import (
	"net/netip"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// suspects are the accounts, applications and addresses of incidents, each with
// the first incident that has it.
type suspects struct{ accounts, applications, addresses map[string]string }

// suspects returns whom the incidents are about, and where the attacker acted
// from: where the attacker was followed, what is known of that, and else every
// address of the incident.
func (e *Export) suspects() suspects {
	s := suspects{make(map[string]string), make(map[string]string), make(map[string]string)}
	for i := range e.Incidents {
		in := &e.Incidents[i]
		for _, entity := range in.Entities {
			for _, name := range people(entity) {
				put(s.accounts, e.who(name), in.ID)
			}
			if entity.Type == incident.CloudApplication {
				put(s.applications, fold(entity.Identifier("AppId")), in.ID)
			}
			if entity.Type == incident.IP && in.Trail == nil {
				put(s.addresses, address(entity.Identifier("Address")), in.ID)
			}
		}
		if in.Trail == nil {
			continue
		}
		for _, account := range in.Trail.Accounts {
			put(s.accounts, e.who(account), in.ID)
		}
		for _, a := range in.Trail.Addresses {
			put(s.addresses, address(a), in.ID)
		}
	}
	return s
}

func put(m map[string]string, key, id string) {
	if _, there := m[key]; !there && key != "" {
		m[key] = id
	}
}

// address writes an address in one way; a text that is none stays as it is.
func address(text string) string {
	a, err := netip.ParseAddr(strings.TrimSpace(text))
	if err != nil {
		return fold(text)
	}
	return a.Unmap().String()
}

// asked returns the incident that a request is of, and why.
func (s suspects) asked(e *Export, q *AccessRequest) (in, why string) {
	if in, ok := s.accounts[e.who(q.Requestor)]; ok {
		return in, "who asked is in"
	}
	for _, application := range []string{q.Application, q.Requestor} {
		if in, ok := s.applications[fold(application)]; ok {
			return in, "the application that asked is in"
		}
	}
	if in, ok := s.addresses[address(q.Address)]; ok && q.Address != "" {
		return in, "the address that asked is in"
	}
	for text := range strings.SplitSeq(q.Source, ",") {
		if in, ok := s.within(text); ok {
			return in, "the port was opened to an address of"
		}
	}
	return "", ""
}

// within returns the incident one of whose addresses is in a source, unless
// that is a whole network.
func (s suspects) within(source string) (string, bool) {
	source = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(source), "/32"), "/128")
	in, ok := s.addresses[address(source)]
	return in, ok
}

// people returns the words by which logs name the account of an entity.
func people(entity incident.Entity) []string {
	switch entity.Type {
	case incident.Account:
		names := []string{entity.Identifier("FullName"), entity.Identifier("AadUserId"), entity.Identifier("ObjectGuid")}
		if name, suffix := entity.Identifier("Name"), entity.Identifier("UPNSuffix"); name != "" && suffix != "" {
			names = append(names, name+"@"+suffix)
		}
		return given(names)
	case incident.Mailbox:
		return given([]string{entity.Identifier("MailboxPrimaryAddress"), entity.Identifier("Upn")})
	case incident.IP, incident.Host, incident.CloudApplication, incident.AzureResource, incident.URL, incident.File, incident.SecurityGroup, incident.Session:
		return nil
	}
	return nil
}

func given(names []string) []string {
	var out []string
	for _, name := range names {
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}
