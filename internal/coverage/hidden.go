package coverage

import (
	"fmt"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/types"
)

// fewToJudge is how many rows a table must have before what none of them shows
// says something.
const fewToJudge = 200

// signInTables are the tables of sign-ins of people.
func signInTables() []string { return []string{"SigninLogs", "AADNonInteractiveUserSignInLogs"} }

// hidden tells what the rows do not show for want of a permission or a
// licence, or because the export was filtered.
func (s *survey) hidden() ([]incident.Gap, error) {
	var gaps []incident.Gap
	for _, table := range signInTables() {
		for _, sh := range s.shares {
			if !s.has(table) {
				continue
			}
			v, err := s.visible(table, sh)
			if err != nil {
				return nil, fmt.Errorf("measure %s: %w", table, err)
			}
			gaps = append(gaps, v.gaps(table, sh, s.window)...)
		}
	}
	return gaps, nil
}

// A visible is what the sign-ins of a table show.
type visible struct {
	rows      int64
	failed    int64
	succeeded int64
	decided   int64 // that a policy had a say in
	detailed  int64 // of these, those that say which
	risk      int64 // whose risk is hidden
}

func (s *survey) visible(table string, sh engine.Share) (visible, error) {
	var v visible
	err := s.ask(named(table)+` | summarize Rows = count(),
		Failed = countif(tostring(ResultType) != "0" and isnotempty(tostring(ResultType))),
		Succeeded = countif(tostring(ResultType) == "0"),
		Decided = countif(ConditionalAccessStatus in~ ("success", "failure")),
		Detailed = countif(ConditionalAccessStatus in~ ("success", "failure") and array_length(parse_json(tostring(ConditionalAccessPolicies))) > 0),
		Risk = countif(RiskLevelDuringSignIn =~ "hidden" or RiskLevelAggregated =~ "hidden")`, sh, func(row []types.Value) {
		v = visible{row[0].Int, row[1].Int, row[2].Int, row[3].Int, row[4].Int, row[5].Int}
	})
	return v, err
}

// gaps says what the sign-ins do not show.
func (v visible) gaps(table string, sh engine.Share, w incident.Window) []incident.Gap {
	var gaps []incident.Gap
	add := func(reason, consequence string, arguments ...any) {
		gaps = append(gaps, incident.Gap{
			Kind: incident.GapLimit, Subject: table, Tenant: sh.Tenant, Window: w, Tables: []string{table},
			Reason: fmt.Sprintf(reason, arguments...), Consequence: consequence,
		})
	}
	if without := v.decided - v.detailed; without > 0 {
		add("%s of %s sign-ins that Conditional Access decided name no policy: whoever exported them may lack the permission Policy.Read.ConditionalAccess, or the format has no room for it",
			"which policies applied to these sign-ins cannot be said; it does not mean that none did", thousands(without), thousands(v.decided))
	}
	if v.risk > 0 {
		add("the risk of %s of %s sign-ins is \"hidden\": the tenant has no licence of Entra ID P2",
			"Identity Protection's opinion of these sign-ins is not known; it does not mean that there was no risk", thousands(v.risk), thousands(v.rows))
	}
	if mute := v.rows - v.failed - v.succeeded; mute > 0 {
		add("%s of %s sign-ins do not say how they ended: ResultType is empty",
			"whether these sign-ins succeeded was not looked at", thousands(mute), thousands(v.rows))
	}
	if v.rows >= fewToJudge && v.succeeded == v.rows {
		add("none of %s sign-ins failed: the export was most likely filtered to those that succeeded",
			"guessing and spraying of passwords, and refusals by policy, were not looked at", thousands(v.rows))
	}
	if v.rows >= fewToJudge && v.failed == v.rows {
		add("all of %s sign-ins failed: the export was most likely filtered to those that did",
			"whether the intruder got in was not looked at", thousands(v.rows))
	}
	return gaps
}
