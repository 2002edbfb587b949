package condaccess_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// Of two exports of a policy the one that was changed last stands. Where that is
// not known, neither decides.
func TestVersionsOfAPolicy(t *testing.T) {
	version := func(state, created, modified string) string {
		return fmt.Sprintf(`{"id":"p","displayName":"Block","state":%q,"createdDateTime":%s,"modifiedDateTime":%s,"conditions":{"users":{"includeUsers":["All"]},`+
			`"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}`, state, created, modified)
	}
	const january, march, none = `"2026-01-05T08:00:00Z"`, `"2026-03-05T08:00:00Z"`, "null"
	for _, test := range []struct {
		name, first, second string
		policies            int
		want                condaccess.Decision
		note                string
	}{
		{"disabled later", version("enabled", january, none), version("disabled", january, march), 1, condaccess.DecisionGrant, "a.json: Block: is left out: in b.json it is as it was changed later"},
		{"enabled later, read first", version("enabled", january, march), version("disabled", january, none), 1, condaccess.DecisionDeny, "b.json: Block: is left out: in a.json"},
		{"at the same time", version("enabled", january, march), version("disabled", january, march), 2, condaccess.DecisionUnknown, "which is in force is not known"},
		{"one without a date", version("enabled", none, none), version("disabled", january, march), 2, condaccess.DecisionUnknown, "which is in force is not known"},
		{"disabled either way", version("disabled", none, none), strings.Replace(version("disabled", none, none), "block", "mfa", 1), 2, condaccess.DecisionGrant, "which is in force is not known"},
		{"the same", version("enabled", none, none), version("enabled", none, none), 1, condaccess.DecisionDeny, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			tenant := load(t, map[string]string{"a.json": test.first, "b.json": test.second})
			if len(tenant.Policies) != test.policies {
				t.Errorf("%d policies, not %d", len(tenant.Policies), test.policies)
			}
			if notes := fmt.Sprint(tenant.Notes); !strings.Contains(notes, test.note) || test.note == "" && len(tenant.Notes) > 0 {
				t.Errorf("notes %s, without %q", notes, test.note)
			}
			e := condaccess.NewEvaluator(tenant, condaccess.Options{})
			got := e.Evaluate(&condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.User, ID: "alice"}, Target: condaccess.Target{Applications: []string{"app"}}})
			if got.Decision != test.want {
				t.Errorf("decision %s, not %s: %+v", got.Decision, test.want, got.Policies)
			}
		})
	}
}
