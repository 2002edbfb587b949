package attack

import (
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// VersionEarlier is the version of ATT&CK before the one that the package
// holds. Sentinel has it.
const VersionEarlier = "18"

// earlier are the techniques that the version held has in place of one of the
// version before. Where it took the place of several, the nearest is named.
func earlier() map[incident.Technique]incident.Technique {
	return map[incident.Technique]incident.Technique{
		"T1684.001": "T1656",
		"T1684.002": "T1672",
		"T1685":     "T1562.001",
		"T1685.001": "T1562.002",
		"T1685.002": "T1562.008",
		"T1685.003": "T1562.011",
		"T1685.004": "T1562.012",
		"T1685.005": "T1070.001",
		"T1685.006": "T1070.002",
		"T1686":     "T1562.004",
		"T1686.001": "T1562.007",
		"T1686.002": "T1562.013",
		"T1688":     "T1562.009",
		"T1689":     "T1562.010",
		"T1690":     "T1562.003",
	}
}

// isNew tells whether only the version held has the technique.
func isNew(id incident.Technique) bool {
	family, _, _ := strings.Cut(string(id), ".")
	return id == "T1027.018" || family >= "T1682" && family <= "T1690"
}

// Earlier returns the technique that the version before had in its place: the
// same, for most. Ok is false if there was none, or if neither version has id.
func Earlier(id incident.Technique) (was incident.Technique, ok bool) {
	if was, ok := earlier()[id]; ok {
		return was, true
	}
	if _, known := Lookup(id); !known || isNew(id) {
		return "", false
	}
	return id, true
}

// EarlierTactic returns the tactic as the version before called it.
func EarlierTactic(t incident.Tactic) incident.Tactic {
	if half(t) {
		return defenseEvasion
	}
	return t
}

// EarlierTactics returns the tactics that a technique of the version before
// served.
func EarlierTactics(was incident.Technique) []incident.Tactic {
	t, ok := Lookup(was)
	if !ok {
		return nil
	}
	var all []incident.Tactic
	for _, tactic := range t.Tactics {
		if e := EarlierTactic(tactic); len(all) == 0 || all[len(all)-1] != e {
			all = append(all, e)
		}
	}
	if wasEvasion(t.ID) {
		all = append(all, defenseEvasion)
	}
	return all
}
