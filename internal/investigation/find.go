package investigation

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/correlate"
	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/detect"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/report"
	"github.com/conshelf/conshelf/internal/respond"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
	"github.com/conshelf/conshelf/playbooks"
)

// Options says what to investigate, and with which rules.
type Options struct {
	Rules   fs.FS           // analytics rules in Sentinel's YAML
	Window  incident.Window // zero ends are those of the evidence
	Threads int             // rules that run at a time; 0: as many as there are processors
	Version string          // of the program, for the report
	// Progress, if set, is called when a rule is through; by several goroutines
	// at a time.
	Progress func(done, total int)
	// Observe, if set, is called when a rule begins; see detect.Options.
	Observe func(r *rule.Compiled) (through func())
	// RuleTime is how long one rule may run; 0: as long as it takes.
	RuleTime time.Duration
	// Policies stand in for the Conditional Access policies of the case.
	Policies []PolicyFile
	// Basis names the program to the last byte: what rules found is kept, and
	// taken as it was, only for the same. Empty: nothing is kept or taken.
	Basis string
	Fresh bool // nothing is taken as it was
	// Reused, if set, is called with how many rules were taken as they were, and
	// how many there are.
	Reused func(taken, total int)
}

// Findings is what an investigation found, and what it could not look at.
type Findings struct {
	Window    incident.Window
	Files     []evidence.File
	Rules     []*rule.Compiled
	Runs      []report.RuleRun // what became of each rule, in their order
	Problems  []rule.Problem   // rules that are broken
	Alerts    []incident.Alert
	Incidents []incident.Incident
	Plans     []respond.Plan // one for each incident, in their order
	Coverage  coverage.Statement
	Gaps      []incident.Gap  // those of the coverage among them
	Facts     *report.Facts   // the tenant's own that were weighed; nil: none
	Access    []report.Access // of those incidents that have sign-ins
}

// Find runs the rules over the case and joins what they find.
func (c *Case) Find(ctx context.Context, o Options) (Findings, error) {
	catalog, infos, err := c.catalog(ctx)
	if err != nil {
		return Findings{}, err
	}
	books, err := respond.Load(playbooks.FS())
	if err != nil {
		return Findings{}, fmt.Errorf("load playbooks: %w", err)
	}
	f := Findings{Window: evidenceWindow(infos, o.Window)}
	if f.Files, err = c.Files(ctx); err != nil {
		return Findings{}, err
	}
	for i := range f.Files {
		f.Files[i].Acquired = nil // what is found does not depend on who loaded it, and when
	}
	loaded, problems := rule.Load(o.Rules)
	_, end := span(infos)
	var undeclared []incident.Gap
	f.Rules, f.Problems, undeclared = compileRules(loaded, catalog, c.sources, func() lookups {
		return c.lookups(ctx, CompileOptions{}).replayed(end)
	})
	f.Problems = append(problems, f.Problems...)
	result, err := detect.Run(ctx, c.engine, f.Rules, detect.Options{Window: f.Window, Concurrency: o.Threads, Limit: o.RuleTime, Progress: o.Progress, Observe: o.Observe, Memory: c.memory(o.Basis, o.Fresh, f.Files)})
	if err != nil {
		return Findings{}, err
	}
	c.results = result.Found
	if o.Reused != nil {
		o.Reused(result.Taken, len(f.Rules))
	}
	var unweighed []incident.Gap
	if f.Alerts, f.Facts, unweighed, err = c.weigh(ctx, result.Alerts); err != nil {
		return Findings{}, err
	}
	if f.Incidents, err = c.follow(ctx, correlate.Incidents(f.Alerts)); err != nil {
		return Findings{}, err
	}
	var unexposed []incident.Gap
	if f.Incidents, unexposed, err = c.exposed(ctx, correlate.Elsewhere(withTerms(f.Incidents)), f.Files); err != nil {
		return Findings{}, err
	}
	for _, i := range f.Incidents {
		f.Plans = append(f.Plans, respond.Make(i, books))
	}
	var access []incident.Gap
	if f.Access, access, err = c.access(ctx, f.Incidents, o.Policies); err != nil {
		return Findings{}, fmt.Errorf("ask the Conditional Access policies: %w", err)
	}
	if f.Coverage, err = c.measure(ctx, f.Files, f.Window); err != nil {
		return Findings{}, err
	}
	gaps := slices.Concat(result.Gaps, undeclared, unweighed, unexposed, access, detect.Gaps(problems), f.Coverage.Gaps, coverage.Before(f.Coverage, f.Incidents), thin(f.Coverage, infos, f.Rules))
	f.Gaps = weakened(sortGaps(gaps), f.Rules)
	f.Runs = runs(f, infos)
	return f, nil
}

// Investigate runs the rules and returns the report's document.
func (c *Case) Investigate(ctx context.Context, o Options) (report.Document, []rule.Problem, error) {
	f, err := c.Find(ctx, o)
	if err != nil {
		return report.Document{}, nil, err
	}
	return report.New(report.Input{
		Version: o.Version, Window: f.Window, Files: f.Files, Alerts: f.Alerts, Incidents: f.Incidents,
		Plans: f.Plans, Coverage: f.Coverage, Gaps: f.Gaps, Rules: f.Runs, Facts: f.Facts, Access: f.Access,
	}), f.Problems, nil
}

// CompileRules compiles rules against the published schema and what columns
// the evidence has besides (nil: none), with the functions of sources (nil:
// there are none), and returns those that have errors or warnings as problems.
func CompileRules(rules []*rule.Rule, have []types.Table, sources *Sources) ([]*rule.Compiled, []rule.Problem) {
	compiled, problems, _ := compileRules(rules, schema.Merge(schema.Catalog(), have), sources, func() lookups { return lookups{} })
	return compiled, problems
}

// compileRules compiles rules. Lookups are made anew for each rule. What a rule
// reads that the tenant did not declare is a gap.
func compileRules(rules []*rule.Rule, catalog types.Catalog, sources *Sources, ask func() lookups) (compiled []*rule.Compiled, problems []rule.Problem, gaps []incident.Gap) {
	functions := sources.functions()
	for _, r := range rules {
		answers, missing := ask().noting(sources)
		c := rule.Compile(r, func(query string, now int64) (*plan.Query, diag.List) {
			return answers.compiled(func(ask lookups, instant int64) (*plan.Query, diag.List) {
				return compileText(query, catalog, instant, functions, ask)
			}, now)
		})
		compiled = append(compiled, c)
		if len(*missing) > 0 {
			gaps = append(gaps, undeclaredGap(r, *missing))
		}
		if c.Diagnostics.HasErrors() {
			problems = append(problems, c.Problem())
		}
	}
	return compiled, problems, gaps
}

// evidenceWindow is the part of the evidence that asked names, or all of it.
func evidenceWindow(infos []engine.TableInfo, asked incident.Window) incident.Window {
	from, to := span(infos)
	if to == 0 {
		return asked
	}
	w := incident.Window{From: types.TimeOf(from), To: types.TimeOf(to)}
	w.From = later(w.From, asked.From)
	if !asked.To.IsZero() && asked.To.Before(w.To) {
		w.To = asked.To
	}
	return w
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// runs says what became of each rule.
func runs(f Findings, infos []engine.TableInfo) []report.RuleRun {
	alerts := make(map[string]int)
	for _, a := range f.Alerts {
		alerts[a.Rule.ID]++
	}
	reasons := make(map[string]string)
	idle := make(map[string]bool) // rules whose tables have no row in the window
	for _, g := range f.Gaps {
		reasons[g.Subject] = g.Reason
		if g.Kind == incident.GapMissingData {
			idle[g.Subject] = true
		}
	}
	fed := make(map[string]bool)
	for _, info := range infos {
		fed[info.Name] = info.Rows > 0
	}
	out := make([]report.RuleRun, len(f.Rules))
	for i, r := range f.Rules {
		out[i] = report.RuleRun{
			Rule: incident.Rule{ID: r.ID, Name: r.Name}, Severity: r.Severity, Techniques: r.Techniques, Alerts: alerts[r.ID],
		}
		if reads(r, fed) && !idle[r.Name] {
			out[i].Partly = reasons[r.Name]
		} else {
			out[i].NotRun = reasons[r.Name]
		}
	}
	return out
}

// reads tells whether a rule reads a table that the evidence fed.
func reads(r *rule.Compiled, fed map[string]bool) bool {
	return r.Query != nil && slices.ContainsFunc(plan.Scans(r.Query), func(s *plan.Scan) bool { return fed[s.Table.Name] })
}
