package posture

import (
	"strings"
)

// A Plan is a plan of Defender, by the kind of resource.
type Plan struct{ ID, Name, Tier, Place string }

func (e *Export) readPlan(place string, data []byte) error {
	var p struct{ PricingTier string }
	r, err := resource(data, &p)
	if err != nil {
		return err
	}
	e.Plans, e.planned = append(e.Plans, Plan{r.ID, r.Name, p.PricingTier, place}), true
	return nil
}

// guarded are the plans that the guide's resources need.
func guarded() []string {
	return []string{"VirtualMachines", "Containers", "KeyVaults", "StorageAccounts", "Arm"}
}

func plansOn(e *Export, r *result) {
	w := want{"plans (Microsoft.Security/pricings)", "GET /subscriptions/{id}/providers/Microsoft.Security/pricings?api-version=2024-01-01 as Security Reader"}
	if !e.planned {
		r.lacks(w)
		return
	}
	for _, subscription := range e.subscriptions() {
		var missing []string
		for _, name := range guarded() {
			if !e.plan(subscription, name, r) {
				missing = append(missing, name)
			}
		}
		if len(missing) > 0 {
			r.doubt("the export says nothing of " + strings.Join(missing, ", ") + " in " + subscription)
			r.obtain = append(r.obtain, w.obtain)
		}
	}
}

// subscription returns the subscription that a plan is of.
func (p *Plan) subscription() string {
	scope, _, _ := strings.Cut(strings.ToLower(p.ID), "/providers/")
	return strings.TrimSuffix(scope, "/"+strings.ToLower(p.Name))
}

func (e *Export) subscriptions() []string {
	var out []string
	seen := make(map[string]bool)
	for i := range e.Plans {
		if s := e.Plans[i].subscription(); !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// plan judges one plan of a subscription, and tells whether the export
// has it.
func (e *Export) plan(subscription, name string, r *result) bool {
	found := false
	for i := range e.Plans {
		p := &e.Plans[i]
		if p.subscription() != subscription || !strings.EqualFold(p.Name, name) {
			continue
		}
		found = true
		v := Evidence{Text: p.Name + " is " + p.Tier + ": " + p.ID, Place: p.Place, Resource: subscription}
		switch {
		case strings.EqualFold(p.Tier, "Standard"):
			r.hold(v)
		case strings.EqualFold(p.Tier, "Free"):
			r.fail(v)
		default:
			r.doubt("the tier of " + p.Name + " is " + quoted(p.Tier) + ", which is none that is known")
		}
	}
	return found
}
