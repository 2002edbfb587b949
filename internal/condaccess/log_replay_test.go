package condaccess_test

import (
	"slices"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// inferred is a policy as far as a log tells it: the resources and the users
// that it took. Its other conditions are not known.
type inferred struct {
	applications, users []string
}

// infer returns the policies that records tell of, by name.
func infer(t *testing.T, records [][]byte) map[string]*inferred {
	t.Helper()
	out := make(map[string]*inferred)
	for _, line := range records {
		s, recorded := readRecord(t, line)
		for _, r := range recorded {
			p := out[r.Name]
			if p == nil {
				p = &inferred{}
				out[r.Name] = p
			}
			if r.Satisfied&condaccess.LogApplication != 0 && !umbrella(s) {
				p.applications = addOnce(p.applications, s.Target.Applications[0])
			}
			if r.Satisfied&condaccess.LogUsers != 0 {
				p.users = addOnce(p.users, s.Principal.ID)
			}
		}
	}
	return out
}

// umbrella tells whether a sign-in is to the directory or to Microsoft Graph, of
// which other resources are behind.
func umbrella(s *condaccess.SignIn) bool {
	return slices.Contains([]string{"00000002-0000-0000-c000-000000000000", "00000003-0000-0000-c000-000000000000"}, s.Target.Applications[0])
}

func addOnce(list []string, v string) []string {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

func readRecord(t *testing.T, line []byte) (*condaccess.SignIn, []condaccess.Recorded) {
	t.Helper()
	recorded, err := condaccess.ReadRecorded(line)
	if err != nil {
		t.Fatal(err)
	}
	s, problems, err := condaccess.ReadSignIn(line)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	if len(s.Target.Applications) == 0 {
		return s, nil
	}
	return s, recorded
}

func (p *inferred) policy(name string) *condaccess.Policy {
	out := &condaccess.Policy{ID: name, Name: name, State: condaccess.Enabled}
	out.Conditions.Applications.Include = append([]string{"None"}, p.applications...)
	out.Conditions.Users.Include.Users = append([]string{"None"}, p.users...)
	return out
}

// The policies that a log tells of, evaluated for the log's own sign-ins, are
// ruled out by the application or the users only where the log says so; where
// the audiences of a sign-in are not told, that is open.
func TestInferredPoliciesAgreeWithTheLog(t *testing.T) {
	records := signInLog(t)
	policies := infer(t, records)
	tenant := &condaccess.Tenant{}
	for _, name := range keys(policies) {
		tenant.Policies = append(tenant.Policies, policies[name].policy(name))
	}
	e := condaccess.NewEvaluator(tenant, condaccess.Options{})
	equal, open, all := make(map[string]int), make(map[string]int), make(map[string]int)
	for i, line := range records {
		s, recorded := readRecord(t, line)
		results := e.Evaluate(s)
		for _, r := range recorded {
			if r.Result == condaccess.NotEnabled {
				continue
			}
			at := slices.IndexFunc(results.Policies, func(p condaccess.PolicyResult) bool { return p.Policy.ID == r.Name })
			got, want := results.Policies[at], ruledOut(r)
			all[r.Name]++
			switch unsure := len(got.Reasons) > 0; {
			case slices.Equal(got.Unmet, want) && !unsure:
				equal[r.Name]++
			case unsure && umbrella(s):
				open[r.Name]++
			case slices.Equal(got.Unmet, []condaccess.Condition{condaccess.ConditionUsers}) && umbrella(s):
				open[r.Name]++ // ruled out either way; by which of the two is open
			default:
				t.Errorf("record %d: %s: unmet %v %v, the log has %v", i+1, r.Name, got.Unmet, got.Reasons, want)
			}
		}
	}
	for _, name := range keys(all) {
		t.Logf("%s: equal %d, different %d, unknown %d", name, equal[name], all[name]-equal[name]-open[name], open[name])
	}
}

// ruledOut returns which of application and users the log says ruled the policy
// out.
func ruledOut(r condaccess.Recorded) []condaccess.Condition {
	switch {
	case r.NotSatisfied&condaccess.LogApplication != 0:
		return []condaccess.Condition{condaccess.ConditionApplication}
	case r.NotSatisfied&condaccess.LogUsers != 0:
		return []condaccess.Condition{condaccess.ConditionUsers}
	}
	return nil
}
