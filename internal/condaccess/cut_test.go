package condaccess_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// cutPolicies are policies with every condition and control.
const cutPolicies = `[
{"id":"aaaaaaaa-0000-4000-8000-000000000001","displayName":"users","state":"enabled","conditions":{"clientAppTypes":["browser","mobileAppsAndDesktopClients"],"signInRiskLevels":["high"],"userRiskLevels":["high"],
 "users":{"includeUsers":["All"],"excludeUsers":["bbbbbbbb-0000-4000-8000-000000000001"],"includeGroups":["cccccccc-0000-4000-8000-000000000001"],"excludeGroups":["cccccccc-0000-4000-8000-000000000002"],"includeRoles":["62e90394-69f5-4237-9190-012177145e10"],"excludeRoles":["d29b2b05-8046-44ba-8758-1e26182fcf32"],
  "excludeGuestsOrExternalUsers":{"guestOrExternalUserTypes":"serviceProvider,internalGuest","externalTenants":{"membershipKind":"enumerated","members":["dddddddd-0000-4000-8000-000000000001"]}}},
 "applications":{"includeApplications":["All"],"excludeApplications":["00000003-0000-0ff1-ce00-000000000000"]},
 "platforms":{"includePlatforms":["all"],"excludePlatforms":["linux"]},"locations":{"includeLocations":["All"],"excludeLocations":["eeeeeeee-0000-4000-8000-000000000001"]},
 "devices":{"deviceFilter":{"mode":"exclude","rule":"device.isCompliant -eq True"}},"authenticationFlows":{"transferMethods":"deviceCodeFlow"},"insiderRiskLevels":"elevated"},
 "grantControls":{"operator":"AND","builtInControls":["mfa","compliantDevice"],"termsOfUse":["ffffffff-0000-4000-8000-000000000001"],"customAuthenticationFactors":["RequireDuoMfa"]},
 "sessionControls":{"signInFrequency":{"isEnabled":true,"value":1,"type":"hours","frequencyInterval":"timeBased"}}},
{"id":"aaaaaaaa-0000-4000-8000-000000000002","displayName":"strength","state":"enabled","conditions":{"users":{"includeGuestsOrExternalUsers":{"guestOrExternalUserTypes":"b2bCollaborationGuest","externalTenants":{"membershipKind":"all"}},"includeUsers":["bbbbbbbb-0000-4000-8000-000000000002"]},"applications":{"includeApplications":["Office365"]}},
 "grantControls":{"operator":"OR","builtInControls":["domainJoinedDevice"],"authenticationStrength":{"id":"00000000-0000-0000-0000-000000000004","displayName":"Phishing-resistant MFA","requirementsSatisfied":"mfa","allowedCombinations":["windowsHelloForBusiness","fido2","x509CertificateMultiFactor"],"combinationConfigurations":[{"id":"x","appliesToCombinations":["fido2"],"allowedAAGUIDs":["y"]}]}}},
{"id":"aaaaaaaa-0000-4000-8000-000000000003","displayName":"registration","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeUserActions":["urn:user:registersecurityinfo"]},"locations":{"includeLocations":["All"],"excludeLocations":["AllTrusted"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}},
{"id":"aaaaaaaa-0000-4000-8000-000000000004","displayName":"context","state":"enabledForReportingButNotEnforced","conditions":{"users":{"includeRoles":["62e90394-69f5-4237-9190-012177145e10"]},"applications":{"includeAuthenticationContextClassReferences":["c1"]}},"grantControls":{"operator":"OR","builtInControls":["mfa"]}},
{"id":"aaaaaaaa-0000-4000-8000-000000000005","displayName":"workloads","state":"enabled","conditions":{"users":{"includeUsers":["None"]},"applications":{"includeApplications":["All"]},"clientApplications":{"includeServicePrincipals":["ServicePrincipalsInMyTenant"],"excludeServicePrincipals":["bbbbbbbb-0000-4000-8000-000000000009"]},"servicePrincipalRiskLevels":["high"]},"grantControls":{"operator":"OR","builtInControls":["block"]}},
{"id":"aaaaaaaa-0000-4000-8000-000000000006","displayName":"legacy","state":"enabled","conditions":{"clientAppTypes":["exchangeActiveSync","other"],"users":{"includeUsers":["All"],"excludeGroups":["cccccccc-0000-4000-8000-000000000002"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}]`

const cutBeside = `"namedLocations":[{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"eeeeeeee-0000-4000-8000-000000000001","isTrusted":true,"ipRanges":[{"cidrAddress":"198.51.100.0/24"}]}],"mfaTrustedIPs":[]`

func cutSignIns() []string {
	const known = `"authenticationFlow":"deviceCodeFlow","signInRiskLevel":"high","userRiskLevel":"high","insiderRiskLevel":"elevated","devicePlatform":"windows","country":"DE","termsOfUseAccepted":true,"customControlSatisfied":true`
	return []string{
		`{"user":{"id":"u1","groups":[],"roles":[],"userType":"Member","userPrincipalName":"u1@contoso.com"},"applications":["12345678-0000-4000-8000-000000000001"],"clientAppType":"browser","ipAddress":"203.0.113.7","device":{"registered":false},"mfa":true,"authenticationMethods":["password","sms"],` + known + `}`,
		`{"user":{"id":"bbbbbbbb-0000-4000-8000-000000000001","groups":["cccccccc-0000-4000-8000-000000000002"],"roles":["d29b2b05-8046-44ba-8758-1e26182fcf32"],"userType":"Member","userPrincipalName":"x@contoso.com"},"applications":["12345678-0000-4000-8000-000000000001"],"clientAppType":"other","ipAddress":"198.51.100.7","device":{"isCompliant":true},"mfa":false,` + known + `}`,
		`{"user":{"id":"g1","groups":[],"roles":["62e90394-69f5-4237-9190-012177145e10"],"guestOrExternalUserTypes":"b2bCollaborationGuest","homeTenantId":"dddddddd-0000-4000-8000-000000000001"},"applications":["00000003-0000-0ff1-ce00-000000000000"],"clientAppType":"browser","ipAddress":"203.0.113.7","device":{"isCompliant":true,"trustType":"ServerAD"},"mfa":true,"authenticationMethods":["fido2"],` + known + `}`,
		`{"user":{"id":"g2","groups":[],"roles":[],"guestOrExternalUserTypes":"internalGuest","homeTenantId":"dddddddd-0000-4000-8000-000000000001"},"applications":["00000002-0000-0ff1-ce00-000000000000"],"clientAppType":"browser","ipAddress":"203.0.113.7","device":{"isCompliant":false},"mfa":false,` + known + `}`,
		`{"user":{"id":"u2","groups":["cccccccc-0000-4000-8000-000000000001"],"roles":[],"userType":"Member","userPrincipalName":"u2@contoso.com"},"userAction":"registerSecurityInformation","clientAppType":"browser","ipAddress":"198.51.100.7","mfa":false,` + known + `}`,
		`{"user":{"id":"u3","groups":[],"roles":["62e90394-69f5-4237-9190-012177145e10"],"userType":"Member","userPrincipalName":"u3@contoso.com"},"authenticationContextValue":"c1","clientAppType":"browser","ipAddress":"203.0.113.7","mfa":true,` + known + `}`,
		`{"servicePrincipalId":"bbbbbbbb-0000-4000-8000-000000000009","singleTenant":true,"applications":["12345678-0000-4000-8000-000000000001"],"ipAddress":"203.0.113.7","servicePrincipalRiskLevel":"high"}`,
		`{"servicePrincipalId":"bbbbbbbb-0000-4000-8000-000000000008","singleTenant":true,"applications":["12345678-0000-4000-8000-000000000001"],"ipAddress":"203.0.113.7","servicePrincipalRiskLevel":"high"}`,
	}
}

// What PowerShell cut off is open: whatever part of whatever policy it is, no
// verdict, result or decision turns into its opposite.
func TestCutOffPartsAreOpen(t *testing.T) {
	var policies []any
	if err := json.Unmarshal([]byte(cutPolicies), &policies); err != nil {
		t.Fatal(err)
	}
	signIns := cutSignIns()
	evaluate := func(policies []any, signIn string) condaccess.Evaluation {
		text, err := json.Marshal(policies)
		if err != nil {
			t.Fatal(err)
		}
		c, err := condaccess.ReadCase([]byte(`{"policies":` + string(text) + `,` + cutBeside + `,"signIn":` + signIn + `}`))
		if err != nil || len(c.Problems) > 0 {
			t.Fatal(err, c.Problems)
		}
		return condaccess.NewEvaluator(c.Tenant, condaccess.Options{}).Evaluate(c.SignIn)
	}
	tried := 0
	for i, policy := range policies {
		for s, signIn := range signIns {
			whole := evaluate(policies[i:i+1], signIn)
			cuts(policy, "", func(path string) {
				tried++
				cut := evaluate(policies[i:i+1], signIn)
				if len(cut.Policies) != 1 {
					t.Fatalf("policy %d cut at %s: %d policies", i, path, len(cut.Policies))
				}
				a, b := whole.Policies[0], cut.Policies[0]
				if strings.HasPrefix(path, ".sessionControls") && len(b.Policy.Unread) == 0 {
					t.Errorf("policy %d cut at %s: nothing says so", i, path)
				}
				if b.Verdict != condaccess.Unknown && a.Verdict != b.Verdict ||
					cut.Decision != condaccess.DecisionUnknown && whole.Decision != cut.Decision ||
					b.Result != condaccess.UnknownResult && a.Result != b.Result {
					t.Errorf("policy %d, sign-in %d, cut at %s: %v %s %v, whole %v %s %v", i, s, path, b.Verdict, b.Result, cut.Decision, a.Verdict, a.Result, whole.Decision)
				}
			})
		}
	}
	if tried < 1000 {
		t.Errorf("only %d cuts were tried", tried)
	}
}

// cuts calls f with each part of a value cut off in turn, in each of the ways in
// which PowerShell does it.
func cuts(v any, path string, f func(path string)) {
	replace := func(old any, set func(any), at string) {
		texts := []any{"Microsoft.Graph.PowerShell.Models.MicrosoftGraphX", "@{A=System.Object[]}", "System.Collections.Hashtable"}
		switch old.(type) {
		case map[string]any:
		case []any:
			texts = []any{"System.Object[]", []any{"System.String[]"}, "System.Collections.Generic.List"}
		default:
			return // PowerShell writes scalars at any depth
		}
		for _, text := range texts {
			set(text)
			f(fmt.Sprintf("%s = %v", at, text))
		}
		set(old)
		cuts(old, at, f)
	}
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			replace(v[name], func(value any) { v[name] = value }, path+"."+name)
		}
	case []any:
		for i := range v {
			replace(v[i], func(value any) { v[i] = value }, fmt.Sprintf("%s[%d]", path, i))
		}
	}
}
