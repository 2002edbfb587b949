package condaccess_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// signInLog returns the records of a tenant's sign-in log that lies beside the
// checkout.
func signInLog(t *testing.T) [][]byte {
	t.Helper()
	return lines(t, filepath.Join("..", "..", "..", "shared", "data", "logs", "signins", "signinlogs_demo_tenant.jsonl")) //nolint:misspell // the name of a folder
}

// What a tenant's log recorded obeys the order in which policies are evaluated
// here.
func TestRecordedResultsObeyTheOrder(t *testing.T) {
	records, results := 0, make(map[condaccess.Result]int)
	for i, line := range signInLog(t) {
		recorded, err := condaccess.ReadRecorded(line)
		if err != nil {
			t.Fatal(err)
		}
		if len(recorded) > 0 {
			records++
		}
		for _, r := range recorded {
			if !r.Conditions {
				t.Errorf("record %d: %s has no conditions", i+1, r.Name)
			}
			if err := r.Check(); err != nil {
				t.Errorf("record %d: %v", i+1, err)
			}
			results[r.Result]++
		}
	}
	t.Logf("%d records carry results: %v", records, results)
	if records == 0 {
		t.Error("no record carries results")
	}
}

// scope is what a log tells of a policy's assignments: of each resource and of
// each user, whether the policy took it.
type scope map[string]map[bool]int

func (s scope) add(key string, yes bool) {
	if s[key] == nil {
		s[key] = make(map[bool]int)
	}
	s[key][yes]++
}

// agreement counts the records that agree with what most records of the same
// key say.
func (s scope) agreement() (agree, all int) {
	for _, seen := range s {
		agree += max(seen[true], seen[false])
		all += seen[true] + seen[false]
	}
	return agree, all
}

// Where a log tells whether a policy took a resource and a user, it always tells
// the same: the policy does, for the resource and the user, what the evaluator
// takes to be all that decides.
func TestRecordedScopesAgree(t *testing.T) {
	applications, users := make(map[string]scope), make(map[string]scope)
	for _, line := range signInLog(t) {
		recorded, err := condaccess.ReadRecorded(line)
		if err != nil {
			t.Fatal(err)
		}
		s, _, err := condaccess.ReadSignIn(line)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range recorded {
			if r.Result == condaccess.NotEnabled || len(s.Target.Applications) == 0 {
				continue
			}
			both := r.Satisfied | r.NotSatisfied
			if both&condaccess.LogApplication != 0 {
				addScope(applications, r.Name, s.Target.Applications[0]+" by "+s.Target.Client, r.Satisfied&condaccess.LogApplication != 0)
			}
			if both&condaccess.LogUsers != 0 {
				addScope(users, r.Name, s.Principal.ID, r.Satisfied&condaccess.LogUsers != 0)
			}
		}
	}
	for kind, scopes := range map[string]map[string]scope{"application": applications, "users": users} {
		for _, name := range keys(scopes) {
			agree, all := scopes[name].agreement()
			t.Logf("%s: %s: %d of %d records agree", kind, name, agree, all)
			if agree != all {
				t.Errorf("%s of %s: %d of %d records agree", kind, name, agree, all)
			}
		}
	}
}

func addScope(scopes map[string]scope, name, key string, yes bool) {
	if scopes[name] == nil {
		scopes[name] = make(scope)
	}
	scopes[name].add(key, yes)
}

func keys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func TestRecordedForms(t *testing.T) {
	want := condaccess.Recorded{
		ID: "p", Name: "P", Result: condaccess.NotApplied, Conditions: true,
		Satisfied: condaccess.LogApplication, NotSatisfied: condaccess.LogUsers, Grant: []string{"Mfa"},
	}
	for name, record := range map[string]string{
		"Log Analytics":      `{"ConditionalAccessPolicies":[{"id":"p","displayName":"P","result":"notApplied","conditionsSatisfied":1,"conditionsNotSatisfied":2,"enforcedGrantControls":["Mfa"]}]}`,
		"a text":             `{"ConditionalAccessPolicies":"[{\"id\":\"p\",\"displayName\":\"P\",\"result\":\"notApplied\",\"conditionsSatisfied\":1,\"conditionsNotSatisfied\":2,\"enforcedGrantControls\":[\"Mfa\"]}]"}`,
		"Graph":              `{"appliedConditionalAccessPolicies":[{"id":"p","displayName":"P","result":"notApplied","conditionsSatisfied":"application","conditionsNotSatisfied":"users","enforcedGrantControls":["Mfa"]}]}`,
		"diagnostic setting": `{"properties":{"appliedConditionalAccessPolicies":[{"id":"p","displayName":"P","result":"notApplied","conditionsSatisfied":1,"conditionsNotSatisfied":2,"enforcedGrantControls":["Mfa"]}]}}`,
	} {
		got, err := condaccess.ReadRecorded([]byte(record))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]condaccess.Recorded{want}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestRecordedCheckRefuses(t *testing.T) {
	const app, users, client = condaccess.LogApplication, condaccess.LogUsers, condaccess.LogClientType
	for _, test := range []struct {
		result  condaccess.Result
		yes, no condaccess.LogConditions
		ok      bool
	}{
		{condaccess.NotEnabled, 0, 0, true},
		{condaccess.NotEnabled, 0, app, false},
		{condaccess.NotApplied, 0, app, true},
		{condaccess.NotApplied, users, app, false},
		{condaccess.NotApplied, 0, app | users, false},
		{condaccess.NotApplied, app, users, true},
		{condaccess.NotApplied, 0, users, false},
		{condaccess.NotApplied, app, users | client, false},
		{condaccess.NotApplied, app | users, client, true},
		{condaccess.NotApplied, users, client, false},
		{condaccess.NotApplied, app | users, 0, false},
		{condaccess.Success, app | users, 0, true},
		{condaccess.Success, app | users, client, false},
		{condaccess.Failure, app | users | client, client, false},
	} {
		r := condaccess.Recorded{Name: "p", Result: test.result, Satisfied: test.yes, NotSatisfied: test.no, Conditions: true}
		if err := r.Check(); (err == nil) != test.ok {
			t.Errorf("%s %v %v: %v, want ok %v", test.result, test.yes.Names(), test.no.Names(), err, test.ok)
		}
	}
}

// The evaluator's own answers obey the order that logs do.
func TestEvaluationsObeyTheOrder(t *testing.T) {
	for seed := range uint64(worlds) {
		w := newWorld(seed)
		e := evaluate(t, w.policies(), w.directory(), w.facts(), condaccess.Options{})
		for _, p := range e.Policies {
			first := slices.ContainsFunc(p.Unmet, func(c condaccess.Condition) bool {
				return c == condaccess.ConditionApplication || c == condaccess.ConditionUserActions || c == condaccess.ConditionContext || c == condaccess.ConditionUsers
			})
			if first && len(p.Unmet) > 1 {
				t.Fatalf("seed %d: %s goes on after %v", seed, p.Policy.ID, p.Unmet)
			}
			if (p.Verdict == condaccess.NotApplies) != (len(p.Unmet) > 0) {
				t.Fatalf("seed %d: %s is %v with %v unmet", seed, p.Policy.ID, p.Verdict, p.Unmet)
			}
		}
	}
}

func TestLogConditionsJSON(t *testing.T) {
	got, err := json.Marshal(condaccess.LogApplication | condaccess.LogInsiderRisk | 1<<20)
	if want := `["application","insiderRisk","1048576"]`; err != nil || string(got) != want {
		t.Errorf("%s %v, want %s", got, err, want)
	}
}

// A user's shown name says nothing of what signs in: whoever bears it chose it.
func TestShownNameIsNoKind(t *testing.T) {
	s, _, err := condaccess.ReadSignIn([]byte(`{"ResultType":"0","Identity":"agentIdentity","UserId":"u1","UserPrincipalName":"adele@contoso.com"}`))
	if err != nil || s.Principal.Kind != condaccess.User {
		t.Errorf("the kind is %v (%v), want a user", s.Principal.Kind, err)
	}
}

// A table has an empty text for a list that the export did not have: it says
// neither that the sign-in is in no named location nor anything of a policy.
func TestEmptyListsOfATableSayNothing(t *testing.T) {
	rec, err := condaccess.ReadLogRecord([]byte(`{"correlationId":"","ResultType":"0","UserId":"u1","IPAddress":"198.51.100.7","NetworkLocationDetails":"","ConditionalAccessPolicies":"","AuthenticationDetails":"","AuthenticationContextClassReferences":""}`))
	if err != nil {
		t.Fatal(err)
	}
	if p := rec.SignIn.Place; p.NamedDone || p.Trusted != condaccess.Unsure {
		t.Errorf("the named locations are taken as told: %+v", p)
	}
	if len(rec.Recorded) > 0 || rec.SignIn.Facts.MethodsKnown {
		t.Errorf("recorded %+v, methods known %v", rec.Recorded, rec.SignIn.Facts.MethodsKnown)
	}
	if rec.SignIn.Target.ContextsDone {
		t.Error("that no authentication context was asked for is taken as told")
	}
}

// Some tables have an object as text: what is in it is read like that of others.
func TestObjectsAsTextAreRead(t *testing.T) {
	for agent, want := range map[string]condaccess.PrincipalKind{
		`{"agentType":"agenticAppInstance"}`:       condaccess.AgentIdentity,
		`"{\"agentType\":\"agenticAppInstance\"}"`: condaccess.AgentIdentity,
		`""`: condaccess.ServicePrincipalIdentity,
	} {
		rec, err := condaccess.ReadLogRecord([]byte(`{"ResultType":"0","ServicePrincipalId":"sp","AppId":"app","Agent":` + agent + `}`))
		if err != nil || rec.SignIn.Principal.Kind != want {
			t.Errorf("Agent %s: %v (%v), want %v", agent, rec.SignIn.Principal.Kind, err, want)
		}
	}
}
