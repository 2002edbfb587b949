package condaccess

import (
	"slices"
	"strings"
	"time"
)

func (r *reader) grant(n *node) *Grant {
	r.part = GrantPart
	defer func() { r.part = ConditionPart }()
	const at = "grantControls"
	before := len(r.unread)
	r.known(at, n, "operator", "_operator", "builtInControls", "customAuthenticationFactors", "termsOfUse", "authenticationStrength")
	if n.empty() {
		return nil
	}
	controls := r.controls(at, n)
	operator := strings.ToUpper(n.first("operator", "_operator").str()) // the AzureAD module of PowerShell has it with an underscore
	g := &Grant{Operator: operator}
	switch {
	case len(controls) == 0:
		if len(r.unread) == before {
			return nil
		}
		g.Clauses = [][]Control{{{Kind: UnknownControl, ID: "controls"}}}
	case operator == "AND":
		for _, c := range controls {
			g.Clauses = append(g.Clauses, []Control{c})
		}
	case operator == "OR" || len(controls) == 1:
		g.Clauses = [][]Control{controls}
	default: // what it means is not known, and so what it asks for
		r.refuse(at+".operator", n.first("operator", "_operator"))
		g.Clauses = [][]Control{controls}
	}
	return g
}

func (r *reader) controls(at string, n *node) []Control {
	var out []Control
	for _, name := range r.listOf(at, n, "builtInControls", func(s string) bool { return controlKind(s) != UnknownControl }) {
		kind := controlKind(name)
		c := Control{Kind: kind}
		if kind == UnknownControl {
			c.ID = name
		}
		out = append(out, c)
	}
	if s := readStrength(r, at+".authenticationStrength", n.get("authenticationStrength")); s != nil {
		out = append(out, Control{Kind: AuthenticationStrength, Strength: s})
	}
	for _, id := range r.list(at, n, "termsOfUse") {
		out = append(out, Control{Kind: TermsOfUse, ID: id})
	}
	for _, id := range r.list(at, n, "customAuthenticationFactors") {
		out = append(out, Control{Kind: CustomFactor, ID: id})
	}
	return out
}

// controlKind returns the built-in control of that name, in Graph's spelling or
// in that of the portal's own interface and of the logs.
func controlKind(name string) ControlKind {
	switch strings.TrimPrefix(fold(name), "require") {
	case "block":
		return Block
	case "mfa":
		return MFA
	case "compliantdevice":
		return CompliantDevice
	case "domainjoineddevice":
		return DomainJoinedDevice
	case "approvedapplication", "approvedapp":
		return ApprovedApplication
	case "compliantapplication", "compliantapp":
		return CompliantApplication
	case "passwordchange":
		return PasswordChange
	case "riskremediation":
		return RiskRemediation
	}
	return UnknownControl
}

func readStrength(r *reader, at string, n *node) *Strength {
	if n.empty() {
		return nil
	}
	r.known(at, n, "id", "displayName", "description", "policyType", "requirementsSatisfied", "allowedCombinations", "combinationConfigurations",
		"createdDateTime", "modifiedDateTime")
	s := &Strength{ID: n.get("id").str(), Name: n.get("displayName").str(), MFA: fold(n.get("requirementsSatisfied").str()) == "mfa"}
	r.combinations(at+".allowedCombinations", n.get("allowedCombinations"), s)
	for _, item := range n.get("combinationConfigurations").items() {
		s.Configured = append(s.Configured, s.configuredBy(item)...)
	}
	return s
}

// configuredBy returns the combinations that a configuration limits: all of them
// where it does not say which, or was cut off before it did.
func (s *Strength) configuredBy(n *node) []string {
	list := n.get("appliesToCombinations")
	if n.empty() {
		return nil
	}
	var out []string
	for _, c := range list.items() {
		for text := range strings.FieldsSeq(strings.ReplaceAll(c.str(), ", ", ",")) {
			out = append(out, combination(text))
		}
	}
	if len(out) == 0 || slices.ContainsFunc(out, cutOff) {
		return s.Combinations
	}
	return out
}

// combinations reads the combinations of a strength: texts whose commas belong
// to them. PowerShell writes a list that it cut as one text, with spaces between
// the combinations.
func (r *reader) combinations(at string, n *node, s *Strength) {
	for _, item := range n.items() {
		text := strings.ReplaceAll(item.str(), ", ", ",")
		if cutOff(text) || item.kindIs(listNode, objectNode) {
			r.refuse(at, item)
			continue
		}
		for c := range strings.FieldsSeq(text) {
			s.Combinations = append(s.Combinations, combination(c))
		}
	}
}

func (r *reader) session(n *node) Session {
	r.part = SessionPart
	defer func() { r.part = ConditionPart }()
	const at = "sessionControls"
	names := []string{
		"applicationEnforcedRestrictions", "cloudAppSecurity", "signInFrequency", "persistentBrowser", "continuousAccessEvaluation",
		"disableResilienceDefaults", "secureSignInSession", "globalSecureAccessFilteringProfile",
	}
	r.known(at, n, names...)
	for _, name := range names {
		if control := n.get(name); !control.empty() && control.kindIs(stringNode, numberNode, listNode) {
			r.refuse(join(at, name), control)
		}
	}
	s := Session{
		AppEnforcedRestrictions: n.path("applicationEnforcedRestrictions", "isEnabled").truth() == Yes,
		DisableResilience:       n.get("disableResilienceDefaults").truth() == Yes,
		TokenProtection:         n.path("secureSignInSession", "isEnabled").truth() == Yes,
		ContinuousAccess:        n.path("continuousAccessEvaluation", "mode").str(),
	}
	if c := n.get("cloudAppSecurity"); c.get("isEnabled").truth() == Yes {
		s.CloudAppSecurity = c.get("cloudAppSecurityType").str()
	}
	if b := n.get("persistentBrowser"); b.get("isEnabled").truth() == Yes {
		s.PersistentBrowser = b.get("mode").str()
	}
	if g := n.get("globalSecureAccessFilteringProfile"); g.get("isEnabled").truth() == Yes {
		s.SecurityProfile = g.get("profileId").str()
	}
	s.Frequency = r.frequency(n.get("signInFrequency"))
	for _, f := range n.fieldsOf() {
		if !contains(names, f.name) && !noise(f.name) && f.name != additional && !f.value.empty() {
			s.Others = append(s.Others, f.name)
		}
	}
	return s
}

func (n *node) fieldsOf() []field {
	if !n.object() {
		return nil
	}
	return n.fields
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

func (r *reader) frequency(n *node) *Frequency {
	if n.get("isEnabled").truth() != Yes {
		return nil
	}
	f := &Frequency{SecondaryOnly: fold(n.get("authenticationType").str()) == "secondaryauthentication"}
	if fold(n.get("frequencyInterval").str()) == "everytime" {
		f.EveryTime = true
		return f
	}
	value, err := time.ParseDuration(n.get("value").str() + "h")
	switch unit := fold(n.get("type").str()); {
	case err == nil && unit == "days":
		f.Period = 24 * value
	case err == nil && unit == "hours":
		f.Period = value
	default:
		r.refuse("sessionControls.signInFrequency", n)
	}
	return f
}
