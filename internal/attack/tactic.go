package attack

import (
	"slices"
	"strings"
	"unicode"

	"github.com/conshelf/conshelf/internal/incident"
)

// defenseEvasion is the tactic that version 19 split in two. Sentinel still
// has it.
const defenseEvasion incident.Tactic = "DefenseEvasion"

// A Tactic is one column of the matrix.
type Tactic struct {
	ID   string // TA0001
	Name incident.Tactic
}

// Tactics returns the tactics in the matrix's order.
func Tactics() []Tactic {
	return []Tactic{
		{"TA0043", "Reconnaissance"},
		{"TA0042", "ResourceDevelopment"},
		{"TA0001", "InitialAccess"},
		{"TA0002", "Execution"},
		{"TA0003", "Persistence"},
		{"TA0004", "PrivilegeEscalation"},
		{"TA0005", "Stealth"},
		{"TA0112", "DefenseImpairment"},
		{"TA0006", "CredentialAccess"},
		{"TA0007", "Discovery"},
		{"TA0008", "LateralMovement"},
		{"TA0009", "Collection"},
		{"TA0011", "CommandAndControl"},
		{"TA0010", "Exfiltration"},
		{"TA0040", "Impact"},
	}
}

// Order returns the tactic's place in the matrix, from 1, or 0 if ATT&CK has
// no such tactic. DefenseEvasion stands where Stealth, its larger half, does.
func Order(t incident.Tactic) int {
	if t == defenseEvasion {
		t = "Stealth"
	}
	return 1 + slices.IndexFunc(Tactics(), func(of Tactic) bool { return of.Name == t })
}

// sameTactic tells whether a is b, or one is the whole of which the other is
// a half.
func sameTactic(a, b incident.Tactic) bool {
	return a == b || a == defenseEvasion && half(b) || b == defenseEvasion && half(a)
}

func half(t incident.Tactic) bool { return t == "Stealth" || t == "DefenseImpairment" }

// Shown returns the tactics of this version under which a technique stands that
// was seen for a tactic of this version or the one before; none, if it stands
// under another.
func Shown(id incident.Technique, tactic incident.Tactic) []incident.Tactic {
	t, ok := Lookup(id)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(t.Tactics, func(of incident.Tactic) bool { return !sameTactic(of, tactic) })
}

// ShortName returns the name of a tactic as ATT&CK's own data has it:
// initial-access.
func ShortName(t incident.Tactic) string {
	var b strings.Builder
	for i, r := range string(t) {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// Version is the version of ATT&CK that the package holds.
const Version = "19"
