package investigation

import (
	"cmp"
	"maps"
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/replay"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/report"
)

func sortedOrigins(set map[evidence.Origin]bool) []evidence.Origin {
	return slices.SortedFunc(maps.Keys(set), func(a, b evidence.Origin) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Record, b.Record))
	})
}

// answerOf returns an answer as the report has it.
func answerOf(a *replay.Answer, origins map[*replay.Record]evidence.Origin) report.AccessAnswer {
	out := report.AccessAnswer{Recorded: recordedAs(a.Result), Outcome: a.Outcome, Unasked: a.Unasked, Disagrees: a.Disagrees(), Policies: []report.AccessPolicy{}}
	out.First, out.Last = a.Span()
	for _, rec := range a.Records {
		s := report.AccessSignIn{Time: rec.SignIn.Time, ID: rec.SignIn.ID, Account: cmp.Or(rec.User, rec.SignIn.Principal.ID), Application: rec.App, Origin: origins[rec]}
		if ip := rec.SignIn.Place.IP; ip.IsValid() {
			s.Address = ip.String()
		}
		out.SignIns = append(out.SignIns, s)
	}
	for i := range a.Policies {
		p := policyOf(&a.Policies[i])
		p.Recorded = string(a.Recorded[i])
		out.Policies = append(out.Policies, p)
	}
	return out
}

// recordedAs says what a log says became of a sign-in.
func recordedAs(code string) string {
	switch code {
	case "0":
		return "succeeded"
	case "":
		return "the log has no result of"
	}
	return "ended with " + code
}

func policyOf(r *condaccess.PolicyResult) report.AccessPolicy {
	p := report.AccessPolicy{
		ID: r.Policy.ID, Name: r.Policy.Name, State: r.Policy.State.String(), Result: string(r.Result), Part: partOf(r),
		NotMet: []string{}, Unknown: []string{}, Controls: []string{},
	}
	for _, c := range r.Unmet {
		p.NotMet = append(p.NotMet, string(c))
	}
	for _, reason := range r.Reasons {
		text := reason.String()
		if reason.Condition != "" {
			text = string(reason.Condition) + ": " + text
		}
		p.Unknown = append(p.Unknown, text)
	}
	for _, c := range r.Grant.Controls {
		text := c.Control.Name()
		if c.Control.Kind != condaccess.Block {
			text += " " + c.Satisfied.String()
		}
		p.Controls = append(p.Controls, text)
	}
	return p
}

// partOf returns the part that a policy has in an answer.
func partOf(r *condaccess.PolicyResult) report.AccessPart {
	switch {
	case r.Policy.State == condaccess.Disabled || r.Policy.Deleted:
		return report.AccessOff
	case r.Policy.State == condaccess.ReportOnly:
		return report.AccessReportOnly
	case r.Verdict == condaccess.NotApplies:
		return report.AccessRuledOut
	case r.Result == condaccess.Success:
		return report.AccessSatisfied
	case r.Result == condaccess.Failure:
		return report.AccessStops
	}
	return report.AccessUnknown
}
