// Package condaccess reads a tenant's Conditional Access policies and says, for
// one sign-in, what each of them would have done and why. It is pure: no clock,
// no files but those it is handed, no goroutines.
//
//	policies, named locations, strengths, directory ──Load──▶ Tenant
//	Tenant ──NewEvaluator──▶ Evaluator        a record, a request, flags ──▶ SignIn
//	Evaluator.Evaluate(SignIn) ──▶ Evaluation{Decision, Policies[]{Verdict, Result, Unmet, Reasons}}
//
// Its one rule: what is not known is Unknown and carries the reason. A condition
// that this package does not understand, a group that was not exported, a filter
// that does not parse make a verdict unknown; they never make it a no.
package condaccess
