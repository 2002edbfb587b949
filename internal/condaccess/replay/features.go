package replay

import (
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A key is the same for sign-ins that the policies do not tell apart.
type key struct {
	principal, target, place, device, facts                int
	client, platform, flow                                 string
	signInRisk, userRisk, workloadRisk, agentRisk, insider string
	user                                                   string // where the user's history of risk is asked
	time                                                   time.Time
}

// features finds keys: it asks the evaluator once for each value of a dimension
// what it is in.
type features struct {
	evaluator *condaccess.Evaluator
	risky     map[string]bool   // users, by id in lower case, whose risk has a history
	values    [4]map[string]int // by dimension, of what a sign-in says
	classes   [4]map[string]int // of what it is in
	facts     map[string]int
	external  map[string]string
	holds     []byte
}

func newFeatures(e *condaccess.Evaluator) *features {
	f := &features{evaluator: e, facts: make(map[string]int), external: make(map[string]string), holds: make([]byte, len(e.Policies()))}
	t := e.Tenant()
	f.risky = make(map[string]bool)
	for _, r := range t.Risk {
		f.risky[strings.ToLower(r.User)] = true
	}
	for i := range f.values {
		f.values[i], f.classes[i] = make(map[string]int), make(map[string]int)
	}
	return f
}

func (f *features) key(s *condaccess.SignIn) key {
	who := principalText(s)
	k := key{
		principal: f.class(0, condaccess.PrincipalDimension, s, who),
		target:    f.class(1, condaccess.TargetDimension, s, targetText(&s.Target)),
		place:     f.class(2, condaccess.PlaceDimension, s, placeText(&s.Place)),
		device:    f.class(3, condaccess.DeviceDimension, s, deviceText(&s.Device)),
		client:    s.Client, platform: s.Platform, flow: s.Flow,
		signInRisk: s.SignInRisk, userRisk: s.UserRisk, workloadRisk: s.ServicePrincipalRisk, agentRisk: s.AgentRisk, insider: s.InsiderRisk,
	}
	k.facts = number(f.facts, f.factsText(s, who))
	if s.UserRisk == "" && f.changes(s.Principal.ID) {
		k.user, k.time = s.Principal.ID, s.Time
	}
	return k
}

// changes tells whether a user's risk may change. Whose id is not known may be
// any of them.
func (f *features) changes(id string) bool {
	return len(f.risky) > 0 && (id == "" || strings.Contains(id, "@") || f.risky[strings.ToLower(id)])
}

// class returns the number of the class that a value is in.
func (f *features) class(i int, d condaccess.Dimension, s *condaccess.SignIn, value string) int {
	if n, ok := f.values[i][value]; ok {
		return n
	}
	f.evaluator.Probe(s, d, func(policy int, holds condaccess.Truth) { f.holds[policy] = byte(holds) })
	n := number(f.classes[i], string(f.holds))
	f.values[i][value] = n
	return n
}

func number(of map[string]int, text string) int {
	n, ok := of[text]
	if !ok {
		n = len(of)
		of[text] = n
	}
	return n
}

// principalText says who signs in, and with Exchange ActiveSync, whom policies
// for it see.
func principalText(s *condaccess.SignIn) string {
	p := &s.Principal
	var b strings.Builder
	b.WriteString(p.ID)
	b.WriteByte(0)
	b.WriteString(p.AppID)
	b.WriteByte(0)
	b.WriteString(p.HomeTenant)
	b.Write([]byte{0, byte(p.Kind), byte(p.Guest), byte(p.MaybeGuest), flag(p.GuestSure), flag(p.GuestKnown), flag(p.GroupsKnown), flag(p.RolesKnown), byte(p.SingleTenant)})
	b.WriteString(s.Client)
	for _, list := range [][]string{p.Groups, p.Roles} {
		b.WriteByte(0)
		b.WriteString(strings.Join(list, "\x01"))
	}
	return b.String()
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func targetText(t *condaccess.Target) string {
	return strings.Join(t.Applications, "\x01") + "\x00" + t.UserAction + "\x00" + strings.Join(t.Contexts, "\x01") + "\x00" + t.Client + "\x00" +
		strings.Join(t.Scopes, "\x01") + "\x00" + string([]byte{flag(t.Derived), flag(t.ContextsDone), flag(t.ContextOnly), byte(t.Confidential), flag(t.ScopesKnown)})
}

func placeText(p *condaccess.Place) string {
	ip := ""
	if p.IP.IsValid() {
		ip = p.IP.String()
	}
	return ip + "\x00" + p.Country + "\x00" + strings.Join(p.Named, "\x01") + "\x00" +
		string([]byte{flag(p.CountryKnown), flag(p.NamedIDs), flag(p.NamedDone), byte(p.Trusted), byte(p.CompliantNetwork)})
}

func deviceText(d *condaccess.Device) string {
	names := make([]string, 0, len(d.Attributes))
	for name := range d.Attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	b.Write([]byte{byte(d.Registered), flag(d.Described), byte(d.Managed)})
	for _, name := range names {
		b.WriteString("\x00" + name + "\x01" + strings.Join(d.Attributes[name], "\x01"))
	}
	return b.String()
}

// factsText says which controls are satisfied, and all that this may depend on.
func (f *features) factsText(s *condaccess.SignIn, principal string) string {
	facts := &s.Facts
	return string([]byte{
		byte(facts.MFA), byte(facts.CompliantDevice), byte(facts.DomainJoinedDevice), byte(facts.ApprovedApplication), byte(facts.CompliantApplication),
		byte(facts.PasswordChange), byte(facts.RiskRemediation), byte(facts.TermsOfUse), byte(facts.CustomFactors), flag(facts.MethodsKnown),
		byte(s.Device.Compliant()), byte(s.Device.Hybrid()),
	}) + f.externalText(s, principal) + "\x00" + strings.Join(facts.Accepted, "\x01") + "\x00" + strings.Join(facts.Methods, "\x01")
}

func (f *features) externalText(s *condaccess.SignIn, principal string) string {
	if text, ok := f.external[principal]; ok {
		return text
	}
	is, perhaps, tenant := f.evaluator.External(s)
	text := string([]byte{byte(is), byte(perhaps)}) + tenant
	f.external[principal] = text
	return text
}
