package condaccess

import (
	"slices"
	"strings"
)

// UserRisk returns a user's risk at a sign-in: as the sign-in says, or else by
// the user's history; "" where neither tells.
func (e *Evaluator) UserRisk(s *SignIn) string {
	if s.UserRisk != "" {
		return s.UserRisk
	}
	return e.riskAt(s)
}

// riskAt returns a user's risk at the moment of a sign-in by its history, which
// goes by ids: whose name is not in the directory may be anybody.
func (e *Evaluator) riskAt(s *SignIn) string {
	id := fold(s.Principal.ID)
	if u := e.membership.users[id]; u != nil && u.ID != "" {
		id = fold(u.ID)
	}
	if s.Time.IsZero() || id == "" || strings.Contains(id, "@") {
		return ""
	}
	history, seen := e.risk[id]
	last := ""
	for _, r := range history {
		if !r.Time.After(s.Time) {
			last = r.Level
		}
	}
	if !seen && e.tenant.RiskComplete {
		return "none"
	}
	return last
}

// risks returns each user's history in order of time.
func risks(changes []RiskChange) map[string][]RiskChange {
	out := make(map[string][]RiskChange)
	for _, c := range changes {
		out[fold(c.User)] = append(out[fold(c.User)], c)
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b RiskChange) int { return a.Time.Compare(b.Time) })
	}
	return out
}
