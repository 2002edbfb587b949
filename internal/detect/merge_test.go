package detect

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/types"
)

// Alerts are merged as if each were compared with every running match in turn:
// the index only leaves out those that cannot be the same.
func TestMergingFindsTheFirstThatIsTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 7))
	merged := 0
	for round := range 300 {
		indexed, compared := newMerger(3), newMerger(3)
		for run := range 6 {
			window := span{int64(run) * 10, int64(run)*10 + 25}
			alerts := make([]incident.Alert, r.IntN(9))
			for i := range alerts {
				alerts[i] = anyAlert(r)
			}
			indexed.add(window, slices.Clone(alerts))
			compareAll(compared, window, slices.Clone(alerts))
			merged += len(alerts)
		}
		got, want := indexed.alerts(), compared.alerts()
		merged -= len(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("round %d (-compared with each +indexed): %s", round, diff)
		}
	}
	if merged < 1000 {
		t.Errorf("only %d alerts were merged: the test says little", merged)
	}
}

// anyAlert is of few entities, details and records, so that many are alike. Some
// list a part of their records.
func anyAlert(r *rand.Rand) incident.Alert {
	at := types.TimeOf(hour(float64(r.IntN(3))))
	a := incident.Alert{First: at, Last: at, Details: []incident.Detail{{Name: "d", Value: fmt.Sprint(r.IntN(2))}}}
	for i := range 3 {
		if r.IntN(2) == 0 {
			a.Entities = append(a.Entities, incident.Entity{Type: incident.Account, Identifiers: []incident.Identifier{{Name: "Name", Value: fmt.Sprint(i)}}})
		}
	}
	for i := range 4 {
		if r.IntN(3) == 0 {
			a.Origins = append(a.Origins, evidence.Origin{File: 1, Record: int64(i)})
		}
	}
	a.OriginCount = int64(len(a.Origins) + r.IntN(2))
	return a
}

// compareAll adds the alerts of one run, each compared with every match.
func compareAll(m *merger, window span, alerts []incident.Alert) {
	m.close(window)
	slices.SortFunc(alerts, compareAlerts)
	for _, same := range []func(running, candidate) bool{running.repeats, running.continues, running.grows} {
		alerts = slices.DeleteFunc(alerts, func(a incident.Alert) bool {
			i := slices.IndexFunc(m.open, func(r running) bool { return !r.again && same(r, candidate{a, detailKey(a), entityKey(a)}) })
			if i < 0 {
				return false
			}
			m.open[i].merge(a, m.limit)
			m.open[i].window, m.open[i].again = window, true
			return true
		})
	}
	for _, a := range alerts {
		details, entity := detailKey(a), entityKey(a)
		i := slices.IndexFunc(m.open, func(r running) bool { return r.window == window && r.details == details && r.entity == entity })
		if i >= 0 {
			m.open[i].alert = united(m.open[i].alert, a, m.limit)
			continue
		}
		m.open = append(m.open, running{alert: a, details: details, entity: entity, window: window, again: true})
	}
}
