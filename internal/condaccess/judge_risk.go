package condaccess

import "slices"

// level tells whether a list names a level of risk. Levels have no order: a
// policy for medium is none for high.
func (j *judge) level(list []string, level string, code ReasonCode, c Condition) Truth {
	if len(list) == 0 {
		return Yes
	}
	switch fold(level) {
	case "", "hidden", "unknown", "unknownfuturevalue":
		return j.because(code, c, "")
	}
	return truth(contains(list, level))
}

func (j *judge) signInRisk(c *compiled) Truth {
	return j.level(c.p.Conditions.SignInRisk, j.s.SignInRisk, SignInRiskNotGiven, ConditionSignInRisk)
}

func (j *judge) userRisk(c *compiled) Truth {
	list := c.p.Conditions.UserRisk
	if len(list) == 0 {
		return Yes
	}
	level := j.s.UserRisk
	if level == "" {
		level = j.e.riskAt(j.s)
	}
	return j.level(list, level, UserRiskNotGiven, ConditionUserRisk)
}

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

func (j *judge) servicePrincipalRisk(c *compiled) Truth {
	return j.level(c.p.Conditions.ServicePrincipalRisk, j.s.ServicePrincipalRisk, ServicePrincipalRiskNotGiven, ConditionServicePrincipalRisk)
}

func (j *judge) agentRisk(c *compiled) Truth {
	return j.level(c.p.Conditions.AgentRisk, j.s.AgentRisk, AgentRiskNotGiven, ConditionAgentRisk)
}

func (j *judge) insiderRisk(c *compiled) Truth {
	return j.level(c.p.Conditions.InsiderRisk, j.s.InsiderRisk, InsiderRiskNotGiven, ConditionInsiderRisk)
}
