package respond

import (
	"testing"

	"github.com/conshelf/conshelf/internal/incident"
)

func identified(t *testing.T, kind incident.EntityType, pairs ...string) incident.Entity {
	t.Helper()
	var ids []incident.Identifier
	for i := 0; i < len(pairs); i += 2 {
		ids = append(ids, incident.Identifier{Name: pairs[i], Value: pairs[i+1]})
	}
	e, ok := incident.NewEntity(kind, ids...)
	if !ok {
		t.Fatal("no identifier")
	}
	return e
}

// Logs write an id of zeroes where there is none; it makes nobody anybody else.
func TestNobodyIsNotAPerson(t *testing.T) {
	eve := identified(t, incident.Account, "FullName", "eve@contoso.com", "AadUserId", nobody)
	adam := identified(t, incident.Account, "FullName", "adam@contoso.com", "AadUserId", nobody)
	if sameEntity(eve, adam) || isNamed(eve, nobody) {
		t.Error("two accounts with the id of nobody are one")
	}
	if id := only(eve, "AadUserId"); id != "" {
		t.Errorf("the id to act on is %s", id)
	}
}

// Of two values of one identifier nobody said which one is meant.
func TestTwoIdsAreNoId(t *testing.T) {
	app := identified(t, incident.CloudApplication, "AppId", "11111111-0000-4000-8000-000000000001", "AppId", "99999999-0000-4000-8000-000000000009")
	if id := only(app, "AppId"); id != "" {
		t.Errorf("the application to act on is %s", id)
	}
	same := identified(t, incident.CloudApplication, "AppId", "AAAA0000-0000-4000-8000-000000000001", "AppId", "aaaa0000-0000-4000-8000-000000000001")
	if id := only(same, "AppId"); id == "" {
		t.Error("one id in two cases is none")
	}
}
