package baseline_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/baseline"
	"github.com/conshelf/conshelf/internal/condaccess"
)

// Policies of the sources' own rules, by what they are for.
const (
	resistant  = `"grantControls":{"operator":"OR","authenticationStrength":{"id":"00000000-0000-0000-0000-000000000004","allowedCombinations":["fido2"]}}`
	compliant  = `"grantControls":{"operator":"OR","builtInControls":["compliantDevice"]}`
	eitherMFA  = `"grantControls":{"operator":"OR","builtInControls":["compliantDevice","mfa"]}`
	bothMFA    = `"grantControls":{"operator":"AND","builtInControls":["compliantDevice","mfa"]}`
	change     = `"grantControls":{"operator":"AND","builtInControls":["mfa","passwordChange"]}`
	noControls = `"grantControls":null`
	never      = noControls + `,"sessionControls":{"persistentBrowser":{"isEnabled":true,"mode":"never"}}`
	hourly     = noControls + `,"sessionControls":{"signInFrequency":{"isEnabled":true,"value":1,"type":"hours","frequencyInterval":"timeBased"}}`
	bound      = noControls + `,"sessionControls":{"secureSignInSession":{"isEnabled":true}}`
	onManaged  = `,"devices":{"deviceFilter":{"mode":"exclude","rule":"device.isCompliant -eq True -or device.trustType -eq \"ServerAD\""}}`
	offManaged = `,"devices":{"deviceFilter":{"mode":"include","rule":"device.isCompliant -ne True -and device.trustType -ne \"ServerAD\""}}`
	butModel   = `,"devices":{"deviceFilter":{"mode":"exclude","rule":"device.model -eq \"X\""}}`
	userAtRisk = `,"userRiskLevels":["high"]`
	noUsers    = `{"includeUsers":["None"]}`
	allAgents  = `,"clientApplications":{"includeAgentIdServicePrincipals":["All"]}`
	fewAgents  = `,"clientApplications":{"includeAgentIdServicePrincipals":["All"],"excludeAgentIdServicePrincipals":["x"]}`
	ownSPs     = `,"clientApplications":{"includeServicePrincipals":["ServicePrincipalsInMyTenant"]}`
	agentRisk  = `,"agentIdRiskLevels":"high"`
	fromHQ     = `,"locations":{"includeLocations":["All"],"excludeLocations":["` + hq + `"]}`
	ofTheRange = `,"locations":{"includeLocations":["` + hq + `"]}`
	butSync    = `{"includeUsers":["All"],"excludeRoles":["d29b2b05-8046-44ba-8758-1e26182fcf32"]}`
	sync       = `{"roleAssignments":[{"principalId":"` + user + `","roleDefinitionId":"d29b2b05-8046-44ba-8758-1e26182fcf32","directoryScopeId":"/"}]}`
	// syncByDefinition has the role by the id of its definition.
	syncByDefinition = `{"roleAssignments":[{"principalId":"` + user + `","roleDefinitionId":"def-1","directoryScopeId":"/"}],` +
		`"roleDefinitions":[{"id":"def-1","templateId":"d29b2b05-8046-44ba-8758-1e26182fcf32","rolePermissions":[]}]}`
	noRoles = `{"roleAssignments":[]}`
)

// forApps returns a policy with other resources than all.
func forApps(policy, apps string) string {
	return strings.Replace(policy, `{"includeApplications":["All"]}`, apps, 1)
}

// roles returns the users of the fourteen roles, or of all but the first.
func roles(t *testing.T, from int) string {
	t.Helper()
	all := []string{
		"62e90394-69f5-4237-9190-012177145e10", "194ae4cb-b126-40b2-bd5b-6091b380977d", "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
		"29232cdf-9323-42fd-ade2-1d097af3e4de", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "729827e3-9c14-49f7-bb1b-9608f156bbb8",
		"b0f54661-2d74-4c50-afa3-1ec803f12efe", "fe930be7-5e62-47db-91af-98c3a49a38b1", "c4e39bd9-1100-46d3-8c65-fb160da0071f",
		"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "158c047a-c907-4556-b7ef-446551a6b5f7", "966707d0-3269-4727-9be2-8c3a10f19b9d",
		"7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "e8611ab8-c189-46e8-94e1-60213ab1f814",
	}
	text, err := json.Marshal(object{"includeRoles": all[from:]})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

type object = map[string]any

// rangeOf returns a named location, trusted or not.
func rangeOf(trusted string) string {
	return `{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"` + hq + `","displayName":"range","isTrusted":` + trusted + `,"ipRanges":[{"cidrAddress":"203.0.113.0/24"}]}`
}

// platform returns a condition on one platform.
func platform(name string) string { return `,"platforms":{"includePlatforms":["` + name + `"]}` }

// Each source's own rule, over policies that meet it and that all but do.
func TestSourcesRules(t *testing.T) {
	const register, device = `{"includeUserActions":["urn:user:registersecurityinfo"]}`, `{"includeUserActions":["urn:user:registerdevice"]}`
	const noRights = `{"includeApplications":["All"],"excludeApplications":["00000012-0000-0000-c000-000000000000"]}`
	met, not, open, unasked := baseline.Met, baseline.NotMet, baseline.Unknown, baseline.NotAsked
	admins, most := roles(t, 0), roles(t, 1)
	first := `{"includeRoles":["62e90394-69f5-4237-9190-012177145e10"]}`
	tests := []struct {
		check string
		want  baseline.Verdict
		files []string
	}{
		{"MT.1011", met, []string{forApps(enforced("p", allUsers, fromHQ, mfa), register)}},
		{"MT.1011", not, []string{forApps(enforced("p", allUsers, "", mfa), register)}},
		{"MT.1014", met, []string{enforced("p", admins, "", compliant)}},
		{"MT.1014", met, []string{enforced("p", admins, "", bothMFA)}},
		{"MT.1014", not, []string{enforced("p", admins, "", eitherMFA)}},
		{"MT.1014", not, []string{enforced("p", most, "", compliant)}},
		{"MT.1017", met, []string{enforced("p", allUsers, onManaged, never)}},
		{"MT.1017", met, []string{enforced("p", allUsers, offManaged, never)}},
		{"MT.1017", not, []string{enforced("p", allUsers, butModel, never)}},
		{"MT.1017", not, []string{enforced("p", allUsers, "", never)}},
		{"MT.1018", met, []string{enforced("p", allUsers, onManaged, hourly)}},
		{"MT.1018", not, []string{enforced("p", allUsers, onManaged, never)}},
		{"MT.1020", met, []string{enforced("p", butSync, "", mfa), sync}},
		{"MT.1020", met, []string{enforced("p", butUser, "", mfa), sync}},
		{"MT.1020", met, []string{enforced("p", allUsers, legacy, block), sync}},
		{"MT.1020", not, []string{enforced("p", allUsers, "", mfa), sync}},
		{"MT.1020", not, []string{enforced("p", allUsers, "", mfa), syncByDefinition}},
		{"MT.1020", open, []string{enforced("p", allUsers, "", mfa)}},
		{"MT.1020", unasked, []string{enforced("p", allUsers, "", mfa), noRoles}},
		{"MT.1036", met, []string{enforced("p", butGroup, "", mfa), enforced("q", theGroup, "", mfa)}},
		{"MT.1036", not, []string{enforced("p", butGroup, "", mfa)}},
		{"MT.1071", met, []string{forApps(enforced("p", allUsers, "", mfa), `{"includeApplications":["499b84ac-1321-427f-aa17-267ca6975798"]}`)}},
		{"MT.1071", not, []string{enforced("p", allUsers, "", mfa)}},
		{"MT.1181", met, []string{enforced("p", noUsers, allAgents+agentRisk, block)}},
		{"MT.1181", not, []string{enforced("p", noUsers, fewAgents+agentRisk, block)}},
		{"MSFT.legacy", met, []string{enforced("p", allUsers, legacy, block)}},
		{"MSFT.legacy", not, []string{enforced("p", allUsers, legacy, mfa)}},
		{"MSFT.device-code", met, []string{enforced("p", allUsers, deviceCode, block)}},
		{"MSFT.device-code", not, []string{enforced("p", theGroup, deviceCode, block)}},
		{"MSFT.all-users", met, []string{enforced("p", allUsers, "", resistant)}},
		{"MSFT.all-users", not, []string{enforced("p", allUsers, "", compliant)}},
		{"MSFT.resistant-admins", met, []string{enforced("p", admins, "", resistant)}},
		{"MSFT.resistant-admins", not, []string{enforced("p", admins, "", mfa)}},
		{"MSFT.risky-agents", met, []string{enforced("p", noUsers, allAgents+agentRisk, block)}},
		{"MSFT.risky-agents", not, []string{enforced("p", noUsers, ownSPs+agentRisk, block)}},
		{"ZTA.21783", met, []string{enforced("p", most, "", resistant), enforced("q", first, "", resistant)}},
		{"ZTA.21783", not, []string{enforced("p", most, "", resistant)}},
		{"ZTA.21796", met, []string{enforced("p", allUsers, legacy, block)}},
		{"ZTA.21796", not, []string{enforced("p", allUsers, `,"clientAppTypes":["other"]`, block)}},
		{"GUIDE.5.1-ranges", met, []string{enforced("p", allUsers, ofTheRange, block), rangeOf("false")}},
		{"GUIDE.5.1-ranges", not, []string{enforced("p", allUsers, ofTheRange, block), rangeOf("true")}},
		{"GUIDE.5.1-ranges", not, []string{enforced("p", allUsers, `,"locations":{"includeLocations":["AllTrusted"]}`, block)}},
		{"ZTA.21797", met, []string{enforced("p", allUsers, userAtRisk, block)}},
		{"ZTA.21797", open, []string{enforced("p", allUsers, userAtRisk, change)}},
		{"ZTA.21797", not, []string{enforced("p", allUsers, userAtRisk, mfa)}},
		{"ZTA.21799", met, []string{enforced("p", allUsers, atHighRisk, mfa)}},
		{"ZTA.21799", not, []string{enforced("p", allUsers, atHighRisk, compliant)}},
		{"ZTA.21806", met, []string{forApps(enforced("p", allUsers, "", mfa), register)}},
		{"ZTA.21806", not, []string{forApps(enforced("p", allUsers, "", mfa), device)}},
		{"ZTA.21808", met, []string{enforced("p", allUsers, deviceCode, block)}},
		{"ZTA.21808", not, []string{enforced("p", allUsers, deviceCode, mfa)}},
		{"ZTA.21872", met, []string{forApps(enforced("p", allUsers, "", mfa), device)}},
		{"ZTA.21872", not, []string{forApps(enforced("p", allUsers, "", block), device)}},
		{"ZTA.21884", met, []string{enforced("p", noUsers, ownSPs+fromHQ, block)}},
		{"ZTA.21884", not, []string{enforced("p", noUsers, ownSPs, block)}},
		{"ZTA.21941", met, []string{forApps(enforced("p", allUsers, "", bound), `{"includeApplications":["Office365"]}`)}},
		{"ZTA.21941", not, []string{forApps(enforced("p", allUsers, "", bound), `{"includeApplications":["00000003-0000-0ff1-ce00-000000000000"]}`)}},
		{"ZTA.24824", met, []string{enforced("p", allUsers, `,"platforms":{"includePlatforms":["all"],"excludePlatforms":["iOS"]}`, compliant), enforced("q", allUsers, platform("iOS"), compliant)}},
		{"ZTA.24824", not, []string{enforced("p", allUsers, `,"platforms":{"includePlatforms":["all"],"excludePlatforms":["iOS"]}`, compliant)}},
		{"ZTA.35001", met, []string{forApps(enforced("p", allUsers, "", mfa), noRights)}},
		{"ZTA.35001", not, []string{enforced("p", allUsers, "", mfa)}},
	}
	seen := make(map[string][]baseline.Verdict)
	for i, test := range tests {
		t.Run(fmt.Sprint(test.check, " ", i), func(t *testing.T) {
			got := lint(t, "{}", test.files...)[test.check]
			if got.Compat != test.want {
				t.Errorf("%s = %v (%s, by %v), want %v", test.check, got.Compat, got.CompatNote, got.By, test.want)
			}
			seen[test.check] = append(seen[test.check], test.want)
		})
	}
	for check, verdicts := range seen {
		if !slices.Contains(verdicts, met) || !slices.Contains(verdicts, not) {
			t.Errorf("%s is not shown both met and not met", check)
		}
	}
}

// A policy in report-only mode or switched off meets no source's rule.
func TestOnlyEnforcedPoliciesMeetRules(t *testing.T) {
	for _, state := range []string{"disabled", "enabledForReportingButNotEnforced"} {
		got := lint(t, "{}", strings.Replace(enforced("p", allUsers, legacy, block), `"enabled"`, `"`+state+`"`, 1))
		for _, check := range []string{"ZTA.21796", "MSFT.legacy", "MT.1009"} {
			if got[check].Compat != baseline.NotMet {
				t.Errorf("%s of a policy that is %s: %v, want notMet", check, state, got[check].Compat)
			}
		}
	}
}

// A strength that a policy only names is the one that was exported, or
// Microsoft's own.
func TestStrengthsByTheirIDs(t *testing.T) {
	for _, test := range []struct {
		name, strength, more string
		want                 baseline.Verdict
	}{
		{"Microsoft's own", `{"id":"00000000-0000-0000-0000-000000000004"}`, "", baseline.Met},
		{"a weaker one of Microsoft's", `{"id":"00000000-0000-0000-0000-000000000002"}`, "", baseline.NotMet},
		{"an exported one", `{"id":"ours"}`, `{"id":"ours","displayName":"Ours","policyType":"custom","allowedCombinations":["fido2"]}`, baseline.Met},
		{"a weaker one that was exported", `{"id":"ours"}`, `{"id":"ours","displayName":"Ours","policyType":"custom","allowedCombinations":["fido2","password,sms"]}`, baseline.NotMet},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := []string{enforced("p", allUsers, "", `"grantControls":{"operator":"OR","authenticationStrength":`+test.strength+`}`)}
			if test.more != "" {
				files = append(files, test.more)
			}
			if got := lint(t, `{}`, files...)["MS.AAD.3.1v1"].Compat; got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

// What was cut off when it was exported might meet a rule, or keep the policy from
// meeting it. An exclusion that is not understood is one.
func TestRulesOverWhatWasCutOff(t *testing.T) {
	const block = `"grantControls":{"operator":"OR","builtInControls":["block"]}`
	const legacy = `"clientAppTypes":["exchangeActiveSync","other"],`
	policy := func(state, conditions, grant string) string {
		return `{"id":"p","displayName":"P","state":"` + state + `","conditions":` + conditions + `,` + grant + `}`
	}
	whole := policy("enabled", `{`+legacy+`"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]}}`, block)
	guests := func(value string) string {
		return policy("enabled", `{`+legacy+`"users":{"includeUsers":["All"],"excludeGuestsOrExternalUsers":`+value+`},"applications":{"includeApplications":["All"]}}`, block)
	}
	for _, test := range []struct {
		name string
		text string
		want baseline.Verdict
	}{
		{"a policy that meets it", whole, baseline.Met},
		{"conditions that are cut off", policy("enabled", `"Microsoft.Graph.PowerShell.Models.MicrosoftGraphConditionalAccessConditionSet"`, block), baseline.Unknown},
		{"users that are cut off", policy("enabled", `{`+legacy+`"users":"@{IncludeUsers=System.Object[]}","applications":{"includeApplications":["All"]}}`, block), baseline.Unknown},
		{"a list that is cut off", policy("enabled", `{`+legacy+`"users":{"includeUsers":["System.Object[]"]},"applications":{"includeApplications":["All"]}}`, block), baseline.Unknown},
		{"guests that are cut off", guests(`"Microsoft.Graph.PowerShell.Models.MicrosoftGraphConditionalAccessGuestsOrExternalUsers"`), baseline.Unknown},
		{"a policy in report-only mode", policy("enabledForReportingButNotEnforced", `"@{Users=}"`, block), baseline.NotMet},
		{"one that is cut off beside one that meets it", "[" + whole + "," + strings.Replace(policy("enabled", `"@{Users=}"`, block), `"p"`, `"q"`, 1) + "]", baseline.Met},
		{"guests of a kind that is not known", guests(`{"guestOrExternalUserTypes":"visitor"}`), baseline.NotMet},
		{"no guests", guests(`{"guestOrExternalUserTypes":null,"externalTenants":{"membershipKind":null}}`), baseline.Met},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l condaccess.Loader
			if err := l.Read("p.json", []byte(test.text)); err != nil {
				t.Fatal(err)
			}
			facts, err := baseline.ReadFacts([]byte(`{}`))
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := baseline.Compat("MS.AAD.1.1v1", l.Tenant(), facts); got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}
