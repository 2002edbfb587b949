package condaccess

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// JSON types of a request to Graph's POST /identity/conditionalAccess/evaluate.
type (
	evaluateRequest struct {
		Identity   map[string]any `json:"signInIdentity"`
		Context    map[string]any `json:"signInContext"`
		Conditions map[string]any `json:"signInConditions"`
		Applied    bool           `json:"appliedPoliciesOnly"`
	}
)

// EvaluateRequest returns the request with which Microsoft's What If API answers
// for the same sign-in. Lost names what it cannot be told.
func EvaluateRequest(s *SignIn) (body []byte, lost []string, err error) {
	identity, err := requestIdentity(&s.Principal)
	if err != nil {
		return nil, nil, err
	}
	context, err := requestContext(&s.Target)
	if err != nil {
		return nil, nil, err
	}
	body, err = json.Marshal(evaluateRequest{identity, context, requestConditions(s), false})
	if err != nil {
		return nil, nil, fmt.Errorf("write request: %w", err)
	}
	return body, lostInRequest(s), nil
}

func graphName(name string) string { return "#microsoft.graph." + name }

var (
	errRequestIdentity = errors.New("the What If API answers for users and service principals with an id")
	errRequestContext  = errors.New("the What If API needs an application id, a user action or an authentication context")
)

func requestIdentity(p *Principal) (map[string]any, error) {
	if p.ID == "" {
		return nil, errRequestIdentity
	}
	switch p.Kind {
	case User:
		out := map[string]any{"@odata.type": graphName("userSignIn"), "userId": p.ID}
		if p.Guest != 0 {
			out["externalUserType"] = p.Guest.String()
		}
		if p.HomeTenant != "" && p.Guest != 0 {
			out["externalTenantId"] = p.HomeTenant
		}
		return out, nil
	case ServicePrincipalIdentity:
		return map[string]any{"@odata.type": graphName("servicePrincipalSignIn"), "servicePrincipalId": p.ID}, nil
	case UnknownPrincipal, ManagedIdentity, AgentIdentity, AgentUser:
		return nil, errRequestIdentity
	}
	panic(p.Kind)
}

func requestContext(t *Target) (map[string]any, error) {
	switch {
	case t.UserAction == registerSecurityInfo:
		return map[string]any{"@odata.type": graphName("userActionContext"), "userAction": "registerSecurityInformation"}, nil
	case t.UserAction == registerDevice:
		return map[string]any{"@odata.type": graphName("userActionContext"), "userAction": "registerOrJoinDevices"}, nil
	case len(t.Contexts) > 0 && len(t.Applications) == 0:
		return map[string]any{"@odata.type": graphName("authContext"), "authenticationContextValue": t.Contexts[0]}, nil
	case len(t.Applications) == 0:
		return nil, errRequestContext
	}
	for _, id := range t.Applications {
		if !guid(id) {
			return nil, fmt.Errorf("%w; %q is none", errRequestContext, id)
		}
	}
	return map[string]any{"@odata.type": graphName("applicationContext"), "includeApplications": t.Applications}, nil
}

func requestConditions(s *SignIn) map[string]any {
	out := make(map[string]any)
	add := func(name, value string) {
		if value != "" {
			out[name] = value
		}
	}
	if s.Client != "none" {
		add("clientAppType", s.Client)
	}
	if s.Platform != OtherPlatform {
		add("devicePlatform", s.Platform)
	}
	if s.Place.IP.IsValid() {
		add("ipAddress", s.Place.IP.String())
	}
	add("country", s.Place.Country)
	add("signInRiskLevel", s.SignInRisk)
	add("userRiskLevel", s.UserRisk)
	add("servicePrincipalRiskLevel", s.ServicePrincipalRisk)
	add("insiderRiskLevel", s.InsiderRisk)
	if s.Flow != "" {
		out["authenticationFlow"] = map[string]any{"transferMethod": s.Flow}
	}
	if device := requestDevice(&s.Device); len(device) > 0 {
		out["deviceInfo"] = device
	}
	return out
}

func requestDevice(d *Device) map[string]any {
	out := make(map[string]any)
	for name, values := range d.Attributes {
		switch {
		case len(values) == 0:
		case name == "iscompliant":
			out["isCompliant"] = strings.EqualFold(values[0], "true")
		case collection(name):
			out[attributeName(name)] = values
		default:
			out[attributeName(name)] = values[0]
		}
	}
	return out
}

// attributeName returns Graph's spelling of a device's attribute.
func attributeName(name string) string {
	if number, ok := strings.CutPrefix(name, extensionPrefix); ok {
		return "extensionAttribute" + number
	}
	for _, spelt := range []string{
		"deviceId", "displayName", "deviceOwnership", "enrollmentProfileName", "manufacturer", "mdmAppId", "model", "operatingSystem",
		"operatingSystemVersion", "physicalIds", "profileType", "systemLabels", "trustType",
	} {
		if strings.EqualFold(spelt, name) {
			return spelt
		}
	}
	return name
}

func lostInRequest(s *SignIn) []string {
	var lost []string
	add := func(is bool, what string) {
		if is {
			lost = append(lost, what)
		}
	}
	add(s.Platform == OtherPlatform, "a platform that Entra does not know")
	add(len(s.Place.Named) > 0, "named locations by name")
	add(len(s.Target.Contexts) > 1 || len(s.Target.Contexts) > 0 && len(s.Target.Applications) > 0, "authentication contexts beside another target")
	add(s.Device.Registered == No, "that the device is not registered")
	add(s.AgentRisk != "", "the risk of an agent")
	return lost
}
