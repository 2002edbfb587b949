// Package generate writes Conditional Access policies that harden a tenant, as
// Graph takes them.
//
// Its one rule: a policy begins in report-only mode and leaves the break-glass
// accounts out, or it is not written.
package generate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// A Template is a kind of policy that can be written.
type Template struct {
	Name  string // as the command line has it
	Title string
	fill  func(p *policy, in *Input) error
}

// Input is what a policy is written for.
type Input struct {
	// BreakGlass holds the ids of users, and of groups, that every policy leaves
	// out. There has to be one.
	BreakGlassUsers, BreakGlassGroups []string
	Addresses                         []netip.Addr // an attacker's
	Countries                         []string     // codes from which people sign in
}

// A Document is a policy with what it takes.
type Document struct {
	Template string `json:"template"`
	// Location is a named location to create first: the policy names it by this id,
	// which Graph replaces by its own.
	Location json.RawMessage `json:"namedLocation,omitempty"`
	Policy   json.RawMessage `json:"policy"`
	Rollback Request         `json:"rollback"`
}

// A Request is a call that undoes the policy; {id} is the id that Graph gave it.
type Request struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body"`
}

// The refusals.
var (
	ErrNoBreakGlass = errors.New("no break-glass account is named: a policy for all users could lock everyone out")
	ErrNoID         = errors.New("a policy leaves accounts out by their object id, and by nothing else")
	ErrNoAddresses  = errors.New("no address of an attacker is known")
	ErrNoCountries  = errors.New("no country from which people sign in is named")
	ErrNoCode       = errors.New("a country is named by its code of two letters")
)

// Templates returns the templates there are.
func Templates() []Template {
	return []Template{
		{"high-risk-sign-ins", "IR-001 Block High-Risk Sign-Ins", func(p *policy, _ *Input) error {
			p.Conditions.SignInRisk = []string{"high"}
			return nil
		}},
		{"high-risk-users", "IR-002 Block High-Risk Users", func(p *policy, _ *Input) error {
			p.Conditions.UserRisk = []string{"high"}
			return nil
		}},
		{"legacy-authentication", "IR-003 Block Legacy Authentication", func(p *policy, _ *Input) error {
			p.Conditions.Clients = []string{"exchangeActiveSync", "other"}
			return nil
		}},
		{"device-code", "IR-004 Block Device Code Flow", func(p *policy, _ *Input) error {
			p.Conditions.Flows = &flows{"deviceCodeFlow"}
			return nil
		}},
		{"geofence", "IR-005 Block Other Countries", geofence},
		{"malicious-addresses", "IR-006 Block Malicious Addresses", malicious},
		{"admin-phishing-resistant", "IR-007 Phishing-Resistant MFA for Administrators", administrators},
	}
}

// Write writes the policy of a template.
func (t Template) Write(in *Input) (Document, error) {
	leftOut := slices.Concat(in.BreakGlassUsers, in.BreakGlassGroups)
	if len(leftOut) == 0 {
		return Document{}, fmt.Errorf("template %s: %w", t.Name, ErrNoBreakGlass)
	}
	for _, id := range leftOut {
		if id == "" || strings.ContainsAny(id, "@ ") {
			return Document{}, fmt.Errorf("template %s: break-glass account %q: %w", t.Name, id, ErrNoID)
		}
	}
	p := &policy{DisplayName: t.Title, State: "enabledForReportingButNotEnforced", Grant: grant{Operator: "OR", Controls: []string{"block"}}}
	p.Conditions = conditions{
		Users:        users{Include: []string{"All"}, Exclude: listed(in.BreakGlassUsers), ExcludeGroups: listed(in.BreakGlassGroups)},
		Applications: applications{[]string{"All"}}, Clients: []string{"all"},
	}
	if err := t.fill(p, in); err != nil {
		return Document{}, fmt.Errorf("template %s: %w", t.Name, err)
	}
	doc := Document{Template: t.Name, Rollback: Request{"PATCH", "/identity/conditionalAccess/policies/{id}", json.RawMessage(`{"state":"disabled"}`)}}
	var err error
	if p.location != nil {
		if doc.Location, err = json.Marshal(p.location); err != nil {
			return Document{}, fmt.Errorf("write named location: %w", err)
		}
	}
	if doc.Policy, err = json.Marshal(p); err != nil {
		return Document{}, fmt.Errorf("write policy: %w", err)
	}
	return doc, nil
}

func listed(ids []string) []string {
	out := slices.Clone(ids)
	slices.Sort(out)
	return slices.Compact(append([]string{}, out...))
}

// maxRanges is how many ranges a named location may have.
const maxRanges = 2000

func malicious(p *policy, in *Input) error {
	l := &location{Type: "#microsoft.graph.ipNamedLocation", Name: p.DisplayName, Trusted: new(bool)}
	for _, a := range in.Addresses {
		a = a.Unmap()
		kind := "#microsoft.graph.iPv4CidrRange"
		if a.Is6() {
			kind = "#microsoft.graph.iPv6CidrRange"
		}
		l.Ranges = append(l.Ranges, addresses{kind, netip.PrefixFrom(a, a.BitLen()).String()})
	}
	slices.SortFunc(l.Ranges, func(a, b addresses) int { return strings.Compare(a.Cidr, b.Cidr) })
	l.Ranges = slices.Compact(l.Ranges)
	switch n := len(l.Ranges); {
	case n == 0:
		return ErrNoAddresses
	case n > maxRanges:
		return fmt.Errorf("%d addresses: a named location has at most %d ranges", n, maxRanges)
	}
	l.identify()
	p.location = l
	p.Conditions.Locations = &places{Include: []string{l.ID}, Exclude: []string{}}
	return nil
}

func geofence(p *policy, in *Input) error {
	if len(in.Countries) == 0 {
		return ErrNoCountries
	}
	var codes []string
	for _, code := range in.Countries {
		code = strings.ToUpper(code)
		if len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return fmt.Errorf("country %q: %w", code, ErrNoCode)
		}
		codes = append(codes, code)
	}
	// An address of which Entra does not know the country stays outside.
	l := &location{Type: "#microsoft.graph.countryNamedLocation", Name: p.DisplayName + ": allowed", Countries: listed(codes), Unknown: new(bool)}
	l.identify()
	p.location = l
	p.Conditions.Locations = &places{Include: []string{"All"}, Exclude: []string{l.ID}}
	return nil
}

// administrators asks the fourteen roles of Microsoft's own policy for methods
// that cannot be phished.
func administrators(p *policy, _ *Input) error {
	p.Conditions.Users.Include = []string{}
	p.Conditions.Users.Roles = []string{
		"62e90394-69f5-4237-9190-012177145e10", "194ae4cb-b126-40b2-bd5b-6091b380977d", "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
		"29232cdf-9323-42fd-ade2-1d097af3e4de", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "729827e3-9c14-49f7-bb1b-9608f156bbb8",
		"b0f54661-2d74-4c50-afa3-1ec803f12efe", "fe930be7-5e62-47db-91af-98c3a49a38b1", "c4e39bd9-1100-46d3-8c65-fb160da0071f",
		"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "158c047a-c907-4556-b7ef-446551a6b5f7", "966707d0-3269-4727-9be2-8c3a10f19b9d",
		"7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "e8611ab8-c189-46e8-94e1-60213ab1f814",
	}
	p.Grant = grant{Operator: "OR", Controls: []string{}, Strength: &strength{"00000000-0000-0000-0000-000000000004"}}
	return nil
}

// identify gives a location an id from its content: the same is the same.
func (l *location) identify() {
	h := sha256.Sum256(fmt.Append(nil, l.Type, l.Name, l.Ranges, l.Countries))
	x := hex.EncodeToString(h[:16])
	l.ID = x[:8] + "-" + x[8:12] + "-4" + x[13:16] + "-8" + x[17:20] + "-" + x[20:32]
}
