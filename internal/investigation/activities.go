package investigation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/timeline"
	"github.com/conshelf/conshelf/internal/vocabulary"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// maxActivities is how many activities are told at a time. What is more is
// counted, and said.
const maxActivities = 100_000

// Activities returns what a predicate over the view Activities is true of, by
// time and at most maxActivities, and how many there are.
func (c *Case) Activities(ctx context.Context, predicate string, s Scope) (list []activity.Activity, total int64, err error) {
	return c.activities(ctx, predicate, s, fmt.Sprintf("top %d by TimeGenerated asc", maxActivities))
}

// activities returns those that the operator top chooses, in its order, and how
// many there are.
func (c *Case) activities(ctx context.Context, predicate string, s Scope, top string) (list []activity.Activity, total int64, err error) {
	where := activity.View + " | where " + predicate
	err = c.ask(ctx, where+" | count", s, func(row []types.Value) error {
		total = row[0].Int
		return nil
	})
	if err != nil || total == 0 {
		return nil, total, err
	}
	q, err := c.question(ctx, where+" | "+top+" | "+activity.Project, s)
	if err != nil {
		return nil, 0, err
	}
	err = c.engine.Query(ctx, plan.WithOrigins(q, 1), func(row []types.Value) error {
		a, err := activityOf(row)
		list = append(list, a)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read activities: %w", err)
	}
	return list, total, nil
}

// activityOf reads a row that has its origin, and how many, at its end.
func activityOf(row []types.Value) (activity.Activity, error) {
	a, err := activity.From(row)
	if err != nil {
		return a, err
	}
	a.Origin, err = firstOrigin(row)
	return a, err
}

// question compiles one of the program's own queries over the view Activities.
func (c *Case) question(ctx context.Context, text string, s Scope) (*plan.Query, error) {
	catalog, infos, err := c.catalog(ctx)
	if err != nil {
		return nil, err
	}
	_, now := span(infos)
	o := CompileOptions{Scope: s, Vocabulary: vocabulary.Activity}
	q, list, err := compile(text, catalog, o.plan(), now, o, c.lookups(ctx, o))
	if err != nil {
		return nil, err
	}
	if q == nil {
		return nil, fmt.Errorf("compile %q: %w", text, errors.New(firstOf(list)))
	}
	return q, nil
}

func firstOf(list diag.List) string {
	for _, d := range list {
		if d.Severity == diag.Error {
			return d.Message
		}
	}
	return "no query"
}

// ask runs one of the program's own queries over the view Activities.
func (c *Case) ask(ctx context.Context, text string, s Scope, each func(row []types.Value) error) error {
	q, err := c.question(ctx, text, s)
	if err != nil {
		return err
	}
	if err := c.engine.Query(ctx, q, each); err != nil {
		return fmt.Errorf("ask the evidence: %w", err)
	}
	return nil
}

// habits returns since when each actor did what it does, in a scope's tenant.
func (c *Case) habits(ctx context.Context, actors []string, s Scope) (timeline.Habits, error) {
	h := timeline.Habits{Since: make(map[string]time.Time), First: make(map[timeline.Habit]time.Time)}
	if len(actors) == 0 {
		return h, nil
	}
	mine := activity.View + ` | where Result == "success" and isnotnull(TimeGenerated) and Actor in~ (` + literals(actors) + ") | extend Actor = tolower(Actor)"
	err := c.ask(ctx, mine+" | summarize min(TimeGenerated) by Actor", s.always(), func(row []types.Value) error {
		h.Since[row[0].Text] = types.TimeOf(row[1].Int)
		return nil
	})
	if err != nil {
		return h, err
	}
	for kind, column := range map[string]string{timeline.HabitNetwork: "Network", timeline.HabitCountry: "Country", timeline.HabitApp: "App"} {
		err := c.ask(ctx, mine+" | where isnotempty("+column+") | summarize min(TimeGenerated) by Actor, "+column, s.always(), func(row []types.Value) error {
			h.First[timeline.Habit{Actor: row[0].Text, Kind: kind, Value: row[1].Text}] = types.TimeOf(row[2].Int)
			return nil
		})
		if err != nil {
			return h, err
		}
	}
	return h, nil
}

// literals are the elements of a list in KQL.
func literals(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = syntax.Quote(t)
	}
	return strings.Join(quoted, ", ")
}

// scanned returns the names of the tables of the evidence that a query reads,
// sorted.
func scanned(q *plan.Query) []string {
	var names []string
	for _, s := range plan.Scans(q) {
		if !s.Reference {
			names = append(names, s.Table.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// ignore returns err, or nil if it is target.
func ignore(err, target error) error {
	if errors.Is(err, target) {
		return nil
	}
	return err
}
