package sigma

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// A specCorrelation is a correlation of rules that ask for a ResultType: its
// windows are looked at one by one, as its definition says.
type specCorrelation struct {
	kind    string
	rules   []string // each the ResultType that it asks for
	groups  []string
	minutes int
	op      string
	number  int
}

func (c specCorrelation) document() map[string]any {
	condition := map[string]any{c.op: c.number}
	if c.kind != "event_count" {
		condition["field"] = "AppDisplayName"
	}
	if c.kind == "value_percentile" {
		condition["percentile"] = 50
	}
	var rules []string
	for _, r := range c.rules {
		rules = append(rules, "result_"+r)
	}
	body := map[string]any{"type": c.kind, "rules": rules, "timespan": fmt.Sprintf("%dm", c.minutes), "condition": condition}
	if c.kind == "temporal" || c.kind == "temporal_ordered" {
		delete(body, "condition")
	}
	if len(c.groups) > 0 {
		body["group-by"] = c.groups
	}
	return map[string]any{"title": "Correlation", "correlation": body}
}

func resultRule(result string) map[string]any {
	return map[string]any{
		"title": "Result " + result, "name": "result_" + result, "logsource": map[string]any{"product": "azure", "service": "signinlogs"},
		"detection": map[string]any{"selection": map[string]any{"ResultType": result}, "condition": "selection"},
	}
}

// met tells whether a window of events, in their order, meets the condition.
func (c specCorrelation) met(window []event) bool {
	switch c.kind {
	case "temporal":
		seen := make(map[string]bool)
		for _, e := range window {
			seen[e.texts["ResultType"]] = true
		}
		return len(seen) == len(c.rules)
	case "temporal_ordered":
		end := window[len(window)-1]
		return slices.ContainsFunc(window, func(e event) bool {
			return e.at.Equal(end.at) && e.texts["ResultType"] == c.rules[len(c.rules)-1] && chain(window, c.rules[:len(c.rules)-1], e.at)
		})
	}
	measure := float64(len(window))
	var values []float64
	distinct := make(map[string]bool)
	for _, e := range window {
		if text := e.texts["AppDisplayName"]; text != "" {
			distinct[text] = true
			n, _ := strconv.ParseFloat(text, 64)
			values = append(values, n)
		}
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	slices.Sort(values)
	switch c.kind {
	case "value_count":
		measure = float64(len(distinct))
	case "value_sum":
		measure = sum
	case "value_avg":
		if len(values) == 0 {
			return false
		}
		measure = sum / float64(len(values))
	case "value_percentile":
		if len(values) == 0 {
			return false
		}
		measure = values[(len(values)+1)/2-1]
	}
	n := cmp.Compare(measure, float64(c.number))
	return map[string]bool{"gt": n > 0, "gte": n >= 0, "lt": n < 0, "lte": n <= 0, "eq": n == 0, "neq": n != 0}[c.op]
}

// chain tells whether the rules have matches in their order, none after the
// time.
func chain(window []event, rules []string, until time.Time) bool {
	if len(rules) == 0 {
		return true
	}
	last := len(rules) - 1
	return slices.ContainsFunc(window, func(e event) bool {
		return e.texts["ResultType"] == rules[last] && !e.at.After(until) && chain(window, rules[:last], e.at)
	})
}

// answer returns the bursts: group, when the last window ends, and how many
// events are from the begin of the first to there.
func (c specCorrelation) answer(events []event) []string {
	span := time.Duration(c.minutes) * time.Minute
	groups := make(map[string][]event)
	for _, e := range events {
		if slices.Contains(c.rules, e.texts["ResultType"]) {
			key := ""
			if len(c.groups) > 0 {
				key = e.texts["UserPrincipalName"]
			}
			groups[key] = append(groups[key], e)
		}
	}
	out := []string{}
	for key, group := range groups {
		slices.SortStableFunc(group, func(a, b event) int { return a.at.Compare(b.at) })
		within := func(from, to time.Time) (window []event) {
			for _, e := range group {
				if !e.at.Before(from) && !e.at.After(to) {
					window = append(window, e)
				}
			}
			return window
		}
		var ends []time.Time
		for _, e := range group {
			if c.met(within(e.at.Add(-span), e.at)) {
				ends = append(ends, e.at)
			}
		}
		for i := 0; i < len(ends); {
			j := i
			for j+1 < len(ends) && ends[j+1].Sub(ends[j]) <= span {
				j++
			}
			burst := within(ends[i].Add(-span), ends[j])
			out = append(out, fmt.Sprintf("%s %s %s %d", key, stamp(burst[0].at), stamp(ends[j]), len(burst)))
			i = j + 1
		}
	}
	slices.Sort(out)
	return out
}

func stamp(at time.Time) string { return at.Format("2006-01-02T15:04:05.0000000Z") }

// TestCorrelations makes up correlations and events, and compares what the KQL
// answers with windows that are looked at one by one.
func TestCorrelations(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(3, 5))}
	start := time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)
	var events []event
	for i := range 150 {
		events = append(events, event{
			table: m.pick("SigninLogs", "AADNonInteractiveUserSignInLogs"), at: start.Add(time.Duration(m.IntN(600)) * time.Minute),
			texts: map[string]string{
				"Id": fmt.Sprintf("#%03d", i), "UserPrincipalName": m.pick("a", "b", "c"), "ResultType": m.pick("0", "1", "2", "3"),
				"AppDisplayName": m.pick("", "1", "2", "5", "9"),
			},
		})
	}
	e := load(t, events)
	found := make(map[string]int)
	for range 70 {
		c := specCorrelation{
			kind:  m.pick("event_count", "event_count", "value_count", "value_sum", "value_avg", "value_percentile", "temporal", "temporal_ordered"),
			rules: []string{"0", "1", "2", "3"}[:1+m.IntN(3)], minutes: 5 * (1 + m.IntN(12)), op: m.pick("gt", "gte", "gte", "lt", "lte", "eq", "neq"), number: 1 + m.IntN(5),
		}
		if m.IntN(3) > 0 {
			c.groups = []string{"UserPrincipalName"}
		}
		docs := []any{c.document()}
		for _, r := range c.rules {
			docs = append(docs, resultRule(r))
		}
		result := compiled(t, "Correlation", docs...)
		if result.Query == nil {
			t.Fatalf("%v: %v", c.document(), result.Diagnostics)
		}
		key := "By_"
		if len(c.groups) > 0 {
			key = "By_UserPrincipalName"
		}
		want := c.answer(events)
		got := answer(t, e, result.Query.KQL, start.Add(20*time.Hour), key, "StartTime", "EndTime", "Events")
		if diff := gocmp.Diff(want, got); diff != "" {
			text, _ := json.MarshalIndent(c.document(), "", " ")
			t.Fatalf("%s\n%s\n%s", text, result.Query.KQL, diff)
		}
		if len(want) > 0 {
			found[c.kind]++
		}
	}
	for _, kind := range []string{"event_count", "value_count", "value_sum", "value_avg", "value_percentile", "temporal", "temporal_ordered"} {
		if found[kind] == 0 {
			t.Errorf("no correlation of type %s found anything", kind)
		}
	}
}
