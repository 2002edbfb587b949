package cli

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/replay"
	"github.com/conshelf/conshelf/kql/types"
)

// replayListing returns one view of a replay.
func replayListing(r *replay.Replay, by string) listing {
	switch by {
	case "outcome":
		return outcomeListing(r.Result())
	case "agreement":
		return agreementListing(r.Agreements())
	case "condition":
		return conditionListing(r.Agreements())
	case "people":
		return peopleListing(r.Meetings())
	case "why":
		return whyListing(r.Malicious())
	}
	panic(by) // checked against replayViews
}

// typedColumns returns columns of strings, and of numbers where the name is among
// those.
func typedColumns(names []string, numbers ...string) []types.Column {
	var out []types.Column
	for _, name := range names {
		kind := types.String
		if slices.Contains(numbers, name) {
			kind = types.Long
		}
		out = append(out, types.Column{Name: name, Type: kind})
	}
	return out
}

func longs(values ...int) []types.Value {
	out := make([]types.Value, len(values))
	for i, v := range values {
		out[i] = types.NewLong(int64(v))
	}
	return out
}

func outcomeListing(r replay.Result) listing {
	counts := []string{"SignIns", "NotReached", "StoppedCertain", "StoppedPossible", "ChallengedCertain", "ChallengedPossible", "AllowedCertain", "AllowedPossible", "Unknown"}
	l := listing{cols: typedColumns(append([]string{"Whose"}, counts...), counts...)}
	for _, side := range []struct {
		whose string
		t     *replay.Tally
	}{{"the attacker's", &r.Malicious}, {"all others", &r.Legitimate}} {
		t := side.t
		l.rows = append(l.rows, append(texts(side.whose), longs(t.Records, t.Unreached, t.Stopped.Certain, t.Stopped.Possible,
			t.Challenged.Certain, t.Challenged.Possible, t.Allowed.Certain, t.Allowed.Possible, t.Unknown)...))
	}
	return l
}

func agreementListing(list []*replay.Agreement) listing {
	l := listing{cols: typedColumns([]string{"Policy", "Recorded", "Evaluated", "Count", "Agreement", "ID"}, "Count")}
	for _, a := range list {
		row := func(recorded, evaluated string, n int, word string) {
			cells := append(texts(policyLabel(a.Policy), recorded, evaluated), longs(n)...)
			l.rows = append(l.rows, append(cells, texts(word, a.Policy.ID)...))
		}
		for _, recorded := range keysOf(a.Matrix) {
			for _, evaluated := range keysOf(a.Matrix[recorded]) {
				row(string(recorded), string(evaluated), a.Matrix[recorded][evaluated], agreementWord(recorded, evaluated))
			}
		}
		if a.ChangedSince > 0 {
			row("", "", a.ChangedSince, "not compared: the policy was changed later")
		}
	}
	return l
}

func agreementWord(recorded, evaluated condaccess.Result) string {
	if evaluated == recorded {
		return "equal"
	}
	if evaluated == condaccess.UnknownResult {
		return "unknown"
	}
	return "different"
}

func keysOf[V any, K ~string](m map[K]V) []K {
	var out []K
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func conditionListing(list []*replay.Agreement) listing {
	counts := []string{"Both", "LogOnly", "EvaluationOnly", "NotKnown"}
	l := listing{cols: typedColumns(append(append([]string{"Policy", "Condition"}, counts...), "ID"), counts...)}
	for _, a := range list {
		for _, name := range keysOf(a.Conditions) {
			c := a.Conditions[name]
			cells := append(texts(policyLabel(a.Policy), name), longs(c.Both, c.Log, c.Evaluation, c.Unknown)...)
			l.rows = append(l.rows, append(cells, texts(a.Policy.ID)...))
		}
	}
	return l
}

func peopleListing(list []*replay.Meeting) listing {
	l := listing{cols: typedColumns([]string{"User", "Application", "Policy", "Certain", "Possible", "First", "Last"}, "Certain", "Possible")}
	for _, m := range list {
		cells := append(texts(m.User, m.App, policyLabel(m.Policy)), longs(m.Certain, m.Count)...)
		l.rows = append(l.rows, append(cells, texts(shownTime(m.First), shownTime(m.Last))...))
	}
	return l
}

func whyListing(list []replay.Explained) listing {
	l := listing{cols: typedColumns([]string{"Time", "User", "Application", "Outcome", "Policy", "State", "Result", "Controls", "Why", "SignIn"})}
	for _, x := range list {
		for i := range x.Policies {
			p := &x.Policies[i]
			l.rows = append(l.rows, texts(shownTime(x.Record.SignIn.Time), x.Record.User, x.Record.App, x.Outcome, policyLabel(p.Policy),
				p.Policy.State.String(), string(p.Result), controlsText(p), strings.TrimSpace(whyText(p)), x.Record.SignIn.ID))
		}
	}
	return l
}
