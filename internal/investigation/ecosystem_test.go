package investigation

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/conshelf/conshelf/internal/detect"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/internal/simulate"
	"github.com/conshelf/conshelf/kql/diag"
)

// realQueries holds queries that people published, a JSON object a line.
const realQueries = "../../../shared/data/kql/real_queries.jsonl"

// ruleBudget is how long one published rule may run.
const ruleBudget = 6 * time.Second

// A published rule is a query as its author wrote it.
type published struct {
	Source, Path, Name, Query string
	Tables                    []string
}

// An outcome is what became of a published rule.
type outcome struct {
	kind string // ran, missing table, refused, stopped at the budget
	why  string
}

// TestEcosystem runs every published rule on a simulated tenant. Each runs, or
// names the table, column or construct that is missing; none fails otherwise,
// and none runs past its budget without being counted.
func TestEcosystem(t *testing.T) {
	queries := readPublished(t)
	dir := t.TempDir()
	if _, err := simulate.Write(t.Context(), filepath.Join(dir, "exports"), simulate.Options{Seed: 5, Users: simulate.MinUsers, Days: 3}); err != nil {
		t.Fatal(err)
	}
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, filepath.Join(dir, "exports"))
	catalog, infos, err := c.catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, end := span(infos)
	var mu sync.Mutex
	counts := make(map[string]int)
	reasons := make(map[string]int)
	var group errgroup.Group
	group.SetLimit(2)
	for i, q := range queries {
		group.Go(func() error {
			compiled := func(r *rule.Rule) *rule.Compiled {
				all, _, _ := compileRules([]*rule.Rule{r}, catalog, nil, func() lookups { return c.lookups(t.Context(), CompileOptions{}).replayed(end) })
				return all[0]
			}
			got := runPublished(t, c, q, i, compiled)
			mu.Lock()
			defer mu.Unlock()
			counts[got.kind]++
			reasons[got.kind+": "+got.why]++
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%5d %s", counts[kind], kind)
	}
	for _, reason := range slices.SortedFunc(maps.Keys(reasons), func(a, b string) int { return reasons[b] - reasons[a] })[:min(40, len(reasons))] {
		t.Logf("%5d %s", reasons[reason], reason)
	}
	if counts["ran"] < len(queries)/10 {
		t.Errorf("only %d of %d ran", counts["ran"], len(queries))
	}
}

func readPublished(t *testing.T) []published {
	t.Helper()
	file, err := os.Open(realQueries)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the published queries are not beside the checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var all []published
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var q published
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		all = append(all, q)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// runPublished runs a query as a hunting rule.
func runPublished(t *testing.T, c *Case, q published, n int, compile func(*rule.Rule) *rule.Compiled) outcome {
	t.Helper()
	text, err := json.Marshal(q.Query)
	if err != nil {
		t.Fatal(err)
	}
	yaml := fmt.Sprintf("id: 00000000-0000-4000-8000-%012d\nname: published\nquery: %s\n", n, text)
	rules, problems := rule.Load(fstest.MapFS{"r.yaml": {Data: []byte(yaml)}})
	if len(rules) == 0 {
		return outcome{"no rule", problems[0].Diagnostics[0].Message}
	}
	r := compile(rules[0])
	if r.Query == nil {
		return refusedFor(t, q, r.Diagnostics)
	}
	ctx, cancel := context.WithTimeout(t.Context(), ruleBudget)
	defer cancel()
	result, err := detect.Run(ctx, c.engine, []*rule.Compiled{r}, detect.Options{Concurrency: 1})
	switch {
	case errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil:
		t.Logf("stopped at its budget: %s %s", q.Source, q.Path)
		return outcome{"stopped at the budget", q.Path}
	case err != nil:
		t.Errorf("%s %s: %v\n%s", q.Source, q.Path, err, q.Query)
		return outcome{"failed", err.Error()}
	}
	return outcomeOf(t, q, result)
}

// outcomeOf reads what a run could not look at.
func outcomeOf(t *testing.T, q published, result detect.Result) outcome {
	t.Helper()
	got := outcome{kind: "ran"}
	for _, g := range result.Gaps {
		switch {
		case g.Kind == incident.GapMissingTable && strings.HasPrefix(g.Consequence, "The rule did not run"):
			return outcome{"missing table", g.Reason}
		case g.Kind == incident.GapRule && strings.Contains(g.Reason, "not supported"):
			return outcome{"refused by the engine", g.Reason}
		case g.Kind == incident.GapRule:
			t.Errorf("%s %s: %s\n%s", q.Source, q.Path, g.Reason, q.Query)
			return outcome{"failed", g.Reason}
		}
	}
	return got
}

// refusedFor returns the first error of a rule that does not compile: it must
// name something.
func refusedFor(t *testing.T, q published, list diag.List) outcome {
	t.Helper()
	for _, d := range list {
		if d.Severity != diag.Error {
			continue
		}
		if d.Message == "" {
			t.Errorf("%s %s: an error that says nothing", q.Source, q.Path)
		}
		if d.Code == diag.UnknownTable {
			return outcome{"missing table", d.Message}
		}
		return outcome{"refused", string(d.Code)}
	}
	t.Errorf("%s %s: it does not compile, and nothing says why", q.Source, q.Path)
	return outcome{"failed", "silently"}
}
