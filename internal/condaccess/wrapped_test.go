package condaccess_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// Tools put policies into objects of their own. None is lost: it is read, or it
// is said that there is one.
func TestWrappedPolicies(t *testing.T) {
	const location = `{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"hq","isTrusted":true,"ipRanges":[{"cidrAddress":"198.51.100.0/24"}]}`
	for _, test := range []struct {
		name, text          string
		policies, locations int
		incomplete          bool
	}{
		{"under another name", `{"ConditionalAccessPolicies":[` + graphPolicy + `],"service_plans":[{"id":"x"}]}`, 1, 0, false},
		{"in words with underscores", `{"conditional_access_policies":[` + powershellPolicy + `],"named_locations":[` + location + `]}`, 1, 1, false},
		{"in the path of the request", `{"identity":{"conditionalAccess":{"policies":{"value":[` + graphPolicy + `]},"namedLocations":{"value":[` + location + `]}}}}`, 1, 1, false},
		{"in a batch of answers", `{"responses":[{"id":"1","status":200,"body":{"value":[` + graphPolicy + `]}},{"id":"2","status":200,"body":{"value":[` + location + `]}}]}`, 1, 1, false},
		{"in an answer with its number", `{"correlationId":"c","policies":[` + graphPolicy + `],"namedLocations":[` + location + `]}`, 1, 1, false},
		{"in the body of an answer with its number", `{"correlationId":"c","body":{"value":[` + graphPolicy + `]}}`, 1, 0, false},
		{"under ids", `{"p1":` + graphPolicy + `,"p2":` + strings.Replace(graphPolicy, `"p1"`, `"p2"`, 1) + `}`, 2, 0, false},
		{"a page of one that is no list", `{"value":` + graphPolicy + `}`, 1, 0, false},
		{"a template covers nobody", `{"id":"t","name":"Require MFA","scenarios":"secureFoundation","details":` + graphPolicy + `}`, 0, 0, false},
		{"a resource of another tool", `{"ResourceName":"AADConditionalAccessPolicy","DisplayName":"x","State":"enabled","IncludeUsers":["All"],"BuiltInControls":["block"]}`, 0, 0, true},
		{"conditions in other words", `{"name":"x","conditions":[{"included_users":["All"]}]}`, 0, 0, true},
		{"in a body that is a text", `{"statusCode":200,"body":` + quoted(`{"value":[`+graphPolicy+`]}`) + `}`, 1, 0, false},
		{"in a text of a record", `{"correlationId":"c","body":` + quoted(graphPolicy) + `}`, 0, 0, false},
		{"in what a change made of a policy", `{"displayName":"ConditionalAccessPolicy","oldValue":` + quoted(graphPolicy) + `,"newValue":` + quoted(graphPolicy) + `}`, 0, 0, false},
		{"none", `{"kind":"device","displayName":"x"}`, 0, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			tenant := load(t, map[string]string{"export.json": test.text})
			if len(tenant.Policies) != test.policies || len(tenant.Locations) != test.locations || len(tenant.Incomplete) > 0 != test.incomplete {
				t.Errorf("%d policies, %d locations, incomplete %v; want %d, %d, %v", len(tenant.Policies), len(tenant.Locations), tenant.Incomplete, test.policies, test.locations, test.incomplete)
			}
			if test.incomplete && !strings.Contains(fmt.Sprint(tenant.Notes), "looks like a policy") {
				t.Errorf("the notes do not say so: %v", tenant.Notes)
			}
		})
	}
}

// A record of a sign-in has the members of a user, and another id.
func TestRecordsAreNoUsers(t *testing.T) {
	tenant := load(t, map[string]string{
		"p.json":       `{"id":"p","state":"enabled","conditions":{"users":{"includeUsers":["alice"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}`,
		"signins.json": `[{"id":"request","correlationId":"c","userId":"alice","userPrincipalName":"alice@contoso.com","userType":"member","appId":"a","ipAddress":"192.0.2.1"}]`,
	})
	if len(tenant.Directory.Users) != 0 {
		t.Fatalf("users %+v", tenant.Directory.Users)
	}
}

// What stands beside the conditions of a policy without controls may be controls
// in other words.
func TestControlsInOtherWords(t *testing.T) {
	tenant := load(t, map[string]string{"p.json": `{"id":"p","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]}},"grant_controls":{"built_in_controls":["block"]}}`})
	s := &condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.User, ID: "alice"}}
	if got := condaccess.NewEvaluator(tenant, condaccess.Options{}).Evaluate(s); got.Decision != condaccess.DecisionUnknown {
		t.Errorf("%v, want unknown", got.Decision)
	}
}
