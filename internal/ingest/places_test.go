package ingest

import (
	"fmt"
	"strings"
	"testing"
)

// Where a member was is no hint where it is once the names of records, or their
// order, are others: not for the record in between, and not for the next.
func TestMembersAreFoundWhereverTheyAre(t *testing.T) {
	const common = `"createdDateTime":"2026-03-04T05:06:07Z","appId":"a","appDisplayName":"Portal","ipAddress":"192.0.2.1","clientAppUsed":"Browser","userId":"u"`
	kinds := []struct{ members, table string }{
		{`"isInteractive":true,"flaggedForReview":false,` + common, "SigninLogs"},
		{`"flaggedForReview":true,"isInteractive":false,` + common, "AADNonInteractiveUserSignInLogs"},
		{common + `,"IsInteractive":false`, "AADNonInteractiveUserSignInLogs"},
		{common + `,"signInEventTypes":["ServicePrincipal"]`, "AADServicePrincipalSignInLogs"},
		{common + `,"isInteractive":true,"IsInteractive":false`, "SigninLogs"}, // the first counts
		{common + `,"isInteractive":true`, "SigninLogs"},
	}
	var text strings.Builder
	want := make(map[string]int)
	for n := range 60 {
		k := kinds[n*n/7%len(kinds)]
		fmt.Fprintf(&text, `{"id":"%d",%s}`+"\n", n, k.members)
		want[k.table]++
	}
	m := &memory{}
	ingestInto(t, m, Options{Workers: 1}, nil, write(t, map[string]string{"a.json": text.String()}))
	got := make(map[string]int)
	for _, r := range m.rows {
		got[r.table]++
	}
	for _, k := range kinds {
		if got[k.table] != want[k.table] || want[k.table] == 0 {
			t.Errorf("%s has %d rows, not %d", k.table, got[k.table], want[k.table])
		}
	}
}
