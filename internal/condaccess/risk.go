package condaccess

import "slices"

// riskAt returns a user's risk at the moment of a sign-in by its history, or
// "" where that does not tell.
func (e *Evaluator) riskAt(s *SignIn) string {
	if s.Time.IsZero() || s.Principal.ID == "" {
		return ""
	}
	history, seen := e.risk[fold(s.Principal.ID)]
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
