package posture

import (
	"encoding/json"
	"strconv"
	"strings"
)

// A consentPolicy is what people may consent to by themselves.
type consentPolicy struct {
	place    string
	assigned []string // permission grant policies, if said
	said     bool
	risky    *bool // whether people may consent to applications at risk; nil: not said
}

func (e *Export) readConsent(place string, data []byte) error {
	var d struct {
		DefaultUserRolePermissions   struct{ PermissionGrantPoliciesAssigned *[]string }
		Assigned                     *[]string `json:"permissionGrantPolicyIdsAssignedToDefaultUserRole"` // as beta has it
		AllowUserConsentForRiskyApps *bool
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return err
	}
	p := consentPolicy{place: place, risky: d.AllowUserConsentForRiskyApps}
	for _, list := range []*[]string{d.DefaultUserRolePermissions.PermissionGrantPoliciesAssigned, d.Assigned} {
		if list != nil && !p.said {
			p.assigned, p.said = *list, true
		}
	}
	e.consents = append(e.consents, p)
	return nil
}

// A groupConsent is whether owners of groups may consent to what an application
// does in them.
type groupConsent struct {
	place string
	value string // true, false, or empty: not said
}

// consentSettings is the template of the settings for consent.
const consentSettings = "dffd5d46-495d-40a9-8e21-954ff55e198a"

func (e *Export) readGroupSetting(place string, data []byte) error {
	var s struct {
		TemplateID, DisplayName string
		Values                  []struct{ Name, Value string }
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	if !strings.EqualFold(s.TemplateID, consentSettings) && !strings.EqualFold(s.DisplayName, "Consent Policy Settings") {
		return nil
	}
	g := groupConsent{place: place}
	for _, v := range s.Values {
		if strings.EqualFold(v.Name, "EnableGroupSpecificConsent") {
			g.value = strings.ToLower(v.Value)
		}
	}
	e.groupConsents = append(e.groupConsents, g)
	return nil
}

func authorizationWanted() want {
	return want{"authorization policy (authorizationPolicy)", "GET https://graph.microsoft.com/v1.0/policies/authorizationPolicy with Policy.Read.All"}
}

func groupSettingsWanted() want {
	return want{"settings for consent of group owners (groupSettings, Consent Policy Settings)", "GET https://graph.microsoft.com/v1.0/groupSettings with GroupSettings.Read.All, or Directory.Read.All"}
}

func consentRestricted(e *Export, r *result) {
	if len(e.consents) == 0 {
		r.lacks(authorizationWanted())
	}
	for i := range e.consents {
		e.consents[i].judge(r)
	}
	if len(e.groupConsents) == 0 {
		r.lacks(groupSettingsWanted())
	}
	for _, g := range e.groupConsents {
		g.judge(r)
	}
}

// ofThemselves is how the policies begin that say what people may consent to for
// themselves.
const ofThemselves = "managepermissiongrantsforself."

func (p *consentPolicy) judge(r *result) {
	v := Evidence{Place: p.place}
	if p.risky != nil && *p.risky {
		v.Text = "people may consent to applications at risk"
		r.fail(v)
	}
	if !p.said {
		r.doubt("the authorization policy does not say which grants people may make: " + p.place)
		return
	}
	own := 0
	for _, assigned := range p.assigned {
		name, ok := strings.CutPrefix(strings.ToLower(assigned), ofThemselves)
		if !ok {
			continue
		}
		own++
		v.Text = "people may consent by " + assigned
		switch name {
		case "microsoft-user-default-legacy":
			v.Text = "people may consent to all applications, for all permissions that need no administrator (" + assigned + ")"
			r.fail(v)
		case "microsoft-user-default-low":
			r.hold(v)
		default:
			r.doubt("what " + assigned + " allows is not said by the authorization policy")
			r.obtain = append(r.obtain, "GET https://graph.microsoft.com/v1.0/policies/permissionGrantPolicies with Policy.Read.PermissionGrant, and look at it")
		}
	}
	if own == 0 {
		v.Text = "people may not consent by themselves"
		r.hold(v)
	}
}

func (g groupConsent) judge(r *result) {
	switch g.value {
	case "true":
		r.fail(Evidence{Text: "owners of groups may consent to applications that read what is in them", Place: g.place})
	case "false":
		r.hold(Evidence{Text: "owners of groups may not consent", Place: g.place})
	default:
		r.doubt("EnableGroupSpecificConsent is " + quoted(g.value) + ", neither true nor false: " + g.place)
	}
}

func quoted(s string) string { return strconv.Quote(s) }

// A consentWorkflow is how people ask administrators for consent.
type consentWorkflow struct {
	place     string
	enabled   *bool
	reviewers *int
}

func (e *Export) readWorkflow(place string, data []byte) error {
	var w struct {
		IsEnabled *bool
		Reviewers *[]json.RawMessage
	}
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	out := consentWorkflow{place: place, enabled: w.IsEnabled}
	if w.Reviewers != nil {
		n := len(*w.Reviewers)
		out.reviewers = &n
	}
	e.workflows = append(e.workflows, out)
	return nil
}

func consentAsked(e *Export, r *result) {
	if len(e.workflows) == 0 {
		r.lacks(want{"policy for requests of consent (adminConsentRequestPolicy)", "GET https://graph.microsoft.com/v1.0/policies/adminConsentRequestPolicy with Policy.Read.All"})
	}
	for i := range e.workflows {
		switch w := &e.workflows[i]; {
		case w.enabled == nil:
			r.doubt("the policy does not say whether it is on: " + w.place)
		case !*w.enabled:
			r.fail(Evidence{Text: "people cannot ask an administrator: the workflow is off", Place: w.place})
		case w.reviewers == nil:
			r.doubt("the policy does not say who reviews: " + w.place)
		case *w.reviewers == 0:
			r.fail(Evidence{Text: "the workflow is on and nobody reviews", Place: w.place})
		default:
			r.hold(Evidence{Text: "the workflow is on, with reviewers", Place: w.place})
		}
	}
}
