package plan

import "math"

// Steps are the instants at which one query is asked of all of the evidence at
// once, as a rule is replayed: each over the time before it.
type Steps struct {
	// At are the instants in ticks, rising; each is a multiple of Every.
	At []int64
	// Every is the distance of two instants, and Period how far back each looks,
	// in ticks. An instant sees the rows with At - Period <= t < At that are in
	// the query's Scope.
	Every, Period int64
}

// OpenNow leaves now() open, as the instant that a query is compiled for: it is
// a call of StepFunc, and not a constant. Such a plan can only be asked in
// steps. What must be constant, and depends on now(), does not compile so.
const OpenNow = math.MinInt64

// StepFunc is the instant of the step, where a query is asked in steps:
// () → datetime. It is no builtin: no query can call it.
const StepFunc = "$step"
