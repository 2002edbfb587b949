package baseline

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// Facts are what someone declares of a tenant and no export of policies holds.
type Facts struct {
	ServicePlans []string // by name, such as AAD_PREMIUM_P2
	PlansKnown   bool
	// BreakGlass are the accounts, and groups of them, that are to get in when
	// nobody else does.
	BreakGlass Exemption
	Exemptions map[string]Exemption // by check
	// PrivilegedRoles are template ids; empty means Microsoft's own list.
	PrivilegedRoles []string

	tenant *condaccess.Tenant // of whom they are, once that is known
}

// An Exemption is whom or what a check does not count.
type Exemption struct {
	Users, Groups, Applications, GuestUserTypes []string
}

type factsJSON struct {
	BreakGlass      exemptionJSON            `json:"breakGlass"`
	Exclusions      map[string]exemptionJSON `json:"exclusions"`
	ServicePlans    *[]string                `json:"servicePlans"`
	PrivilegedRoles []string                 `json:"privilegedRoles"`
	ScubaConfig     struct {
		Aad map[string]json.RawMessage
	} `json:"scuba_config"`
	ScubaPlans *[]struct{ ServicePlanName string } `json:"service_plans"`
	ScubaRoles []struct{ RoleTemplateId string }   `json:"privileged_roles"`
}

// An exemptionJSON is an exemption as a file of facts has it.
type exemptionJSON Exemption

// UnmarshalJSON refuses members that it does not know.
func (e *exemptionJSON) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode((*Exemption)(e))
}

// factNames returns the members that a file of facts may have.
func factNames() []string {
	return []string{"breakGlass", "exclusions", "servicePlans", "privilegedRoles", "scuba_config", "service_plans", "privileged_roles"}
}

// ReadFacts reads {"breakGlass","exclusions","servicePlans","privilegedRoles"},
// and what ScubaGear calls scuba_config, service_plans and privileged_roles. A
// member that it does not know is an error: a misspelt exemption would change
// verdicts unseen.
func ReadFacts(data []byte) (*Facts, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	for m := range members {
		if !slices.Contains(factNames(), m) {
			return nil, fmt.Errorf("read facts: %q is none of %s", m, strings.Join(factNames(), ", "))
		}
	}
	var in factsJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	return in.facts()
}

var errBreakGlass = errors.New("read facts: breakGlass names users and groups, nothing else")

func (in *factsJSON) facts() (*Facts, error) {
	f := &Facts{BreakGlass: Exemption(in.BreakGlass), Exemptions: make(map[string]Exemption), PrivilegedRoles: in.PrivilegedRoles}
	if len(f.BreakGlass.Applications)+len(f.BreakGlass.GuestUserTypes) > 0 {
		return nil, errBreakGlass
	}
	for id, e := range in.Exclusions {
		if !slices.ContainsFunc(checks(), func(c check) bool { return c.id == id }) {
			return nil, fmt.Errorf("read facts: exclusions: no check is called %q", id)
		}
		f.Exemptions[id] = Exemption(e)
	}
	for id, raw := range in.ScubaConfig.Aad {
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) != nil { // other members of that configuration are no policies'
			continue
		}
		var e struct{ CapExclusions Exemption }
		if err := json.Unmarshal(raw, &e); err != nil {
			return nil, fmt.Errorf("read facts: scuba_config: %s: %w", id, err)
		}
		f.Exemptions[id] = e.CapExclusions
	}
	if in.ServicePlans != nil {
		f.ServicePlans, f.PlansKnown = *in.ServicePlans, true
	}
	if in.ScubaPlans != nil {
		f.PlansKnown = true
		for _, p := range *in.ScubaPlans {
			f.ServicePlans = append(f.ServicePlans, p.ServicePlanName)
		}
	}
	for _, r := range in.ScubaRoles {
		f.PrivilegedRoles = append(f.PrivilegedRoles, r.RoleTemplateId)
	}
	return f, nil
}

// in returns the facts with the ids of those whom they name by a user principal
// name that the tenant's directory has.
func (f *Facts) in(t *condaccess.Tenant) *Facts {
	ids := make(map[string]string)
	for i := range t.Directory.Users {
		u := &t.Directory.Users[i]
		if u.UPN != "" {
			ids[strings.ToLower(u.UPN)] = u.ID
		}
	}
	byID := func(e Exemption) Exemption {
		e.Users = slices.Clone(e.Users)
		for i, name := range e.Users {
			e.Users[i] = cmp.Or(ids[strings.ToLower(name)], name)
		}
		return e
	}
	out := *f
	out.tenant = t
	out.BreakGlass = byID(f.BreakGlass)
	out.Exemptions = make(map[string]Exemption, len(f.Exemptions))
	for check, e := range f.Exemptions {
		out.Exemptions[check] = byID(e)
	}
	return &out
}

// roles returns the roles that count as privileged.
func (f *Facts) roles() []string {
	if len(f.PrivilegedRoles) > 0 {
		return f.PrivilegedRoles
	}
	return adminRoles()
}

// adminRoles returns the template ids of the fourteen roles that Microsoft's own
// policies and templates for administrators name.
func adminRoles() []string {
	return []string{
		"62e90394-69f5-4237-9190-012177145e10", "194ae4cb-b126-40b2-bd5b-6091b380977d", "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
		"29232cdf-9323-42fd-ade2-1d097af3e4de", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "729827e3-9c14-49f7-bb1b-9608f156bbb8",
		"b0f54661-2d74-4c50-afa3-1ec803f12efe", "fe930be7-5e62-47db-91af-98c3a49a38b1", "c4e39bd9-1100-46d3-8c65-fb160da0071f",
		"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "158c047a-c907-4556-b7ef-446551a6b5f7", "966707d0-3269-4727-9be2-8c3a10f19b9d",
		"7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "e8611ab8-c189-46e8-94e1-60213ab1f814",
	}
}

// exempt returns a tenant whose enforced policies are those of t, without the
// exclusions of whom a check does not count: for everybody else they then do
// what they did.
func (f *Facts) exempt(t *condaccess.Tenant, check string) *condaccess.Tenant {
	e, b := f.Exemptions[check], f.BreakGlass
	out := *t
	out.Policies = nil
	for _, p := range t.Policies {
		if p.Deleted || p.State == condaccess.Disabled || p.State == condaccess.ReportOnly {
			continue
		}
		q := *p
		x := &q.Conditions.Users.Exclude
		x.Users = without(x.Users, slices.Concat(e.Users, b.Users))
		x.Groups = without(x.Groups, slices.Concat(e.Groups, b.Groups))
		if g := x.Guests; g != nil {
			left := *g
			left.Types &^= guestTypes(e.GuestUserTypes)
			x.Guests = &left
			if left.Types == 0 {
				x.Guests = nil
			}
		}
		out.Policies = append(out.Policies, &q)
	}
	return &out
}

func without(list, drop []string) []string {
	var out []string
	for _, s := range list {
		if !slices.ContainsFunc(drop, func(d string) bool { return strings.EqualFold(s, d) }) {
			out = append(out, s)
		}
	}
	return out
}

// guestTypes returns the kinds of guests that have these names.
func guestTypes(names []string) condaccess.GuestTypes {
	var out condaccess.GuestTypes
	for t := condaccess.InternalGuest; t <= condaccess.ServiceProvider; t <<= 1 {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, t.String()) }) {
			out |= t
		}
	}
	return out
}
