package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A timing is how long a step of a query took.
type timing struct {
	step string
	took time.Duration
}

// explainQuery prints the plan and the SQL of a query, runs it, and says how
// long each step took.
func (a *app) explainQuery(ctx context.Context, s *session, name, text string) error {
	start := time.Now()
	syntax.ParseQuery(text)
	parse := time.Since(start)
	start = time.Now()
	q, list, err := s.compile(ctx, text)
	compile := time.Since(start)
	if err != nil {
		return err
	}
	a.diagnose(name, text, list)
	if q == nil {
		return silent{exitError}
	}
	times := []timing{{"parse", parse}, {"bind", max(0, compile-parse)}}
	for i, r := range results(q) {
		more, err := a.explainResult(ctx, s, i, r)
		if err != nil {
			return explain(name, text, err)
		}
		times = append(times, more...)
	}
	return printTimings(a.out, times)
}

func (a *app) explainResult(ctx context.Context, s *session, i int, q *plan.Query) ([]timing, error) {
	if err := printSection(a.out, "plan", i, plan.Dump(q)); err != nil {
		return nil, err
	}
	start := time.Now()
	sql, err := s.c.Explain(q)
	generate := time.Since(start)
	if err != nil {
		return nil, err
	}
	if err := printSection(a.out, "sql", i, sql); err != nil {
		return nil, err
	}
	rows := 0
	start = time.Now()
	err = s.run(ctx, q, func([]types.Value) error { rows++; return nil })
	return []timing{{"generate", generate}, {fmt.Sprintf("run (%s)", plural(rows, "row")), time.Since(start)}}, err
}

func printSection(w io.Writer, name string, i int, text string) error {
	if i > 0 {
		name = fmt.Sprintf("%s of result %d", name, i+1)
	}
	if _, err := fmt.Fprintf(w, "-- %s --\n", name); err != nil {
		return err
	}
	printText(w, strings.TrimSuffix(text, "\n")+"\n")
	return nil
}

func printTimings(w io.Writer, times []timing) error {
	var b strings.Builder
	b.WriteString("-- time --\n")
	for _, t := range times {
		fmt.Fprintf(&b, "%-24s %10.3f ms\n", t.step, float64(t.took.Microseconds())/1000)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
