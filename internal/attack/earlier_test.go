package attack

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/incident"
)

// What was replaced by a technique leads back to it, and no technique of the
// version before is one that only this version has.
func TestEarlier(t *testing.T) {
	for now, was := range earlier() {
		if back, ok := Replaced(was); !ok || back != now {
			t.Errorf("%s took the place of %s, which was replaced by %q", now, was, back)
		}
		if !isNew(now) {
			t.Errorf("%s is not new", now)
		}
	}
	for id := range techniques() {
		was, ok := Earlier(id)
		if ok && isNew(was) {
			t.Errorf("Earlier(%s) = %s, which is new", id, was)
		}
		if ok && len(EarlierTactics(was)) == 0 {
			t.Errorf("%s served no tactic", was)
		}
	}
	for id, want := range map[incident.Technique]string{"T1685.002": "T1562.008 true", "T1562.008": "T1562.008 true", "T1078": "T1078 true", "T1687": " false", "T9999": " false"} {
		was, ok := Earlier(id)
		if got := fmt.Sprint(was, " ", ok); got != want {
			t.Errorf("Earlier(%s) = %s, want %s", id, got, want)
		}
	}
}

func TestEarlierTactics(t *testing.T) {
	for id, want := range map[incident.Technique]string{
		"T1562.008": "[DefenseEvasion]", "T1550.001": "[LateralMovement DefenseEvasion]", "T1078": "[InitialAccess Persistence PrivilegeEscalation DefenseEvasion]",
	} {
		if got := fmt.Sprint(EarlierTactics(id)); got != want {
			t.Errorf("EarlierTactics(%s) = %s, want %s", id, got, want)
		}
	}
}

// TestShortNames compares with the names that ATT&CK publishes.
func TestShortNames(t *testing.T) {
	file, err := os.Open("../../../shared/data/attack/attack_tactics.tsv")
	if err != nil {
		t.Skip("ATT&CK's own list is not beside the checkout")
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	lines.Scan()
	for i := 0; lines.Scan(); i++ {
		fields := strings.Split(lines.Text(), "\t")
		if tactic := Tactics()[i]; tactic.ID != fields[1] || ShortName(tactic.Name) != fields[3] {
			t.Errorf("%v is %s", tactic, fields)
		}
	}
}
