package coverage

import (
	"strings"
	"testing"
)

// One account is no accounts.
func TestNarrowCountsAccounts(t *testing.T) {
	for n, want := range map[int64]string{1: "are about 1 account, where", 2: "are about 2 accounts, where"} {
		gaps := narrow(Statement{Tables: []Table{{Name: "SigninLogs", Rows: 9, Users: n}, {Name: "OfficeActivity", Rows: 9, Users: 25}}})
		if len(gaps) != 1 || !strings.Contains(gaps[0].Reason, want) {
			t.Errorf("gaps are %+v, want one that says %q", gaps, want)
		}
	}
}
