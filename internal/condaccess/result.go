package condaccess

// A Result is what the sign-in log says of a policy, under Microsoft's name.
type Result string

// The results.
const (
	Success               Result = "success"
	Failure               Result = "failure"
	NotApplied            Result = "notApplied"
	NotEnabled            Result = "notEnabled"
	UnknownResult         Result = "unknown"
	ReportOnlySuccess     Result = "reportOnlySuccess"
	ReportOnlyFailure     Result = "reportOnlyFailure"
	ReportOnlyNotApplied  Result = "reportOnlyNotApplied"
	ReportOnlyInterrupted Result = "reportOnlyInterrupted"
)

// result says what the log would say.
func result(p *Policy, r *PolicyResult) Result {
	if p.Deleted {
		return NotEnabled
	}
	switch p.State {
	case Disabled:
		return NotEnabled
	case Enabled:
		return enforced(r)
	case ReportOnly:
		return reported(r)
	case StateUnknown:
		return UnknownResult
	}
	panic(p.State)
}

func enforced(r *PolicyResult) Result {
	switch {
	case r.Verdict == NotApplies:
		return NotApplied
	case r.Verdict == Unknown || r.Grant.Satisfied == Unsure:
		return UnknownResult
	case r.Grant.Satisfied == Yes:
		return Success
	}
	return Failure
}

// reported is of a policy in report-only mode, which asks the user nothing:
// what it would have asked for interrupts.
func reported(r *PolicyResult) Result {
	switch {
	case r.Verdict == NotApplies:
		return ReportOnlyNotApplied
	case r.Verdict == Unknown || r.Grant.Satisfied == Unsure:
		return UnknownResult
	case r.Grant.Satisfied == Yes:
		return ReportOnlySuccess
	case r.Grant.Interactive:
		return ReportOnlyInterrupted
	}
	return ReportOnlyFailure
}
