package replay

import (
	"encoding/binary"
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// features finds keys: it asks the evaluator once for each value of a dimension
// what it is in. It is not for several goroutines.
type features struct {
	evaluator *condaccess.Evaluator
	values    [4]map[string]int // by dimension, of what a sign-in says
	classes   [4]map[string]int // of what it is in
	facts     map[string]int
	external  map[string]string
	holds     []byte
	// What a sign-in says, one after the other, and its key.
	principal, text, found []byte
}

func newFeatures(e *condaccess.Evaluator) *features {
	f := &features{evaluator: e, facts: make(map[string]int), external: make(map[string]string), holds: make([]byte, len(e.Policies()))}
	for i := range f.values {
		f.values[i], f.classes[i] = make(map[string]int), make(map[string]int)
	}
	return f
}

// key returns what is the same for sign-ins that the policies do not tell
// apart. It is good until the next.
func (f *features) key(s *condaccess.SignIn) []byte {
	f.principal = appendPrincipal(f.principal[:0], s)
	k := appendNumber(f.found[:0], f.class(0, condaccess.PrincipalDimension, s, f.principal))
	f.text = appendTarget(f.text[:0], &s.Target)
	k = appendNumber(k, f.class(1, condaccess.TargetDimension, s, f.text))
	f.text = appendPlace(f.text[:0], &s.Place)
	k = appendNumber(k, f.class(2, condaccess.PlaceDimension, s, f.text))
	f.text = appendDevice(f.text[:0], &s.Device)
	k = appendNumber(k, f.class(3, condaccess.DeviceDimension, s, f.text))
	f.text = f.appendFacts(f.text[:0], s)
	k = appendNumber(k, number(f.facts, f.text))
	for _, text := range [...]string{s.Client, s.Platform, s.Flow, s.SignInRisk, f.evaluator.UserRisk(s), s.ServicePrincipalRisk, s.AgentRisk, s.InsiderRisk} {
		k = appendText(k, text)
	}
	f.found = k
	return k
}

// class returns the number of the class that a value is in.
func (f *features) class(i int, d condaccess.Dimension, s *condaccess.SignIn, value []byte) int {
	if n, ok := f.values[i][string(value)]; ok {
		return n
	}
	f.evaluator.Probe(s, d, func(policy int, holds condaccess.Truth) { f.holds[policy] = byte(holds) })
	n := number(f.classes[i], f.holds)
	f.values[i][string(value)] = n
	return n
}

func number(of map[string]int, text []byte) int {
	n, ok := of[string(text)]
	if !ok {
		n = len(of)
		of[string(text)] = n
	}
	return n
}

func appendNumber(b []byte, n int) []byte { return binary.AppendVarint(b, int64(n)) }

// appendText appends a text with its length: no two lists of texts read the same.
func appendText(b []byte, text string) []byte { return append(appendNumber(b, len(text)), text...) }

func appendTexts(b []byte, list []string) []byte {
	b = appendNumber(b, len(list))
	for _, text := range list {
		b = appendText(b, text)
	}
	return b
}

// appendPrincipal says who signs in, and all that decides which policies are for
// them.
func appendPrincipal(b []byte, s *condaccess.SignIn) []byte {
	p := &s.Principal
	b = appendText(appendText(appendText(b, p.ID), p.AppID), p.HomeTenant)
	b = append(b, byte(p.Kind), byte(p.Guest), byte(p.MaybeGuest), flag(p.GuestSure), flag(p.GuestKnown), flag(p.GroupsKnown), flag(p.RolesKnown), byte(p.SingleTenant))
	return appendTexts(appendTexts(appendText(b, s.ScopeClient()), p.Groups), p.Roles)
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func appendTarget(b []byte, t *condaccess.Target) []byte {
	b = appendTexts(appendText(appendTexts(b, t.Applications), t.UserAction), t.Contexts)
	b = appendTexts(appendText(b, t.Client), t.Scopes)
	return append(b, flag(t.Derived), flag(t.ContextsDone), flag(t.ContextOnly), byte(t.Confidential), flag(t.ScopesKnown))
}

func appendPlace(b []byte, p *condaccess.Place) []byte {
	b = appendTexts(appendText(b, p.Country), p.Named)
	b = append(b, flag(p.CountryKnown), flag(p.NamedIDs), flag(p.NamedDone), byte(p.Trusted), byte(p.CompliantNetwork))
	if p.IP.IsValid() {
		b = p.IP.AppendTo(b)
	}
	return b
}

func appendDevice(b []byte, d *condaccess.Device) []byte {
	b = append(b, byte(d.Registered), flag(d.Described), byte(d.Managed))
	var few [16]string
	names := few[:0]
	for name := range d.Attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b = appendTexts(appendText(b, name), d.Attributes[name])
	}
	return b
}

// appendFacts says which controls are satisfied, and all that this may depend on.
func (f *features) appendFacts(b []byte, s *condaccess.SignIn) []byte {
	facts := &s.Facts
	b = append(b,
		byte(facts.MFA), byte(facts.CompliantDevice), byte(facts.DomainJoinedDevice), byte(facts.ApprovedApplication), byte(facts.CompliantApplication),
		byte(facts.PasswordChange), byte(facts.RiskRemediation), byte(facts.TermsOfUse), byte(facts.CustomFactors), flag(facts.MethodsKnown),
		byte(s.Device.Compliant()), byte(s.Device.Hybrid()))
	return appendTexts(appendTexts(appendText(b, f.externalText(s)), facts.Accepted), facts.Methods)
}

// externalText says whether the user is from outside, and of which tenant. It is
// of the principal that was appended last.
func (f *features) externalText(s *condaccess.SignIn) string {
	if text, ok := f.external[string(f.principal)]; ok {
		return text
	}
	is, perhaps, tenant := f.evaluator.External(s)
	text := string([]byte{byte(is), byte(perhaps)}) + tenant
	f.external[string(f.principal)] = text
	return text
}
