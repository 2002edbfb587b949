// Package detect runs analytics rules over evidence. It replays what Sentinel
// would have done: at each step of a rule's queryFrequency, the query over the
// queryPeriod before it. Nothing is skipped silently: a rule that could not
// look is a gap, and says what cannot be concluded.
//
//	rule ──steps──▶ rows ──entity mappings──▶ alerts ──same match again?──▶ merged
package detect

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/rule"
)

// Evidence is what rules run over.
type Evidence interface {
	engine.Querier
	engine.Cataloger
}

// Options change how rules run. The zero Options is the usual.
type Options struct {
	// Window is the time to look at; an end that is zero is that of the
	// evidence.
	Window incident.Window
	// Concurrency is how many rules run at a time; 0: as many as there are
	// processors.
	Concurrency int
	// Limit is how long one rule may run; 0: as long as it takes. One that is
	// stopped is a gap.
	Limit time.Duration
	// Origins is how many records an alert lists; 0: 100.
	Origins int
	// Stepwise makes every rule run step by step, also one whose result cannot
	// depend on it.
	Stepwise bool
	// Progress, if set, is called when a rule is through, with how many are. It
	// may be called by several goroutines at a time.
	Progress func(done, total int)
	// Observe, if set, is called when a rule begins, and what it returns when the
	// rule is through; by several goroutines at a time.
	Observe func(r *rule.Compiled) (through func())
	// Memory is what rules found before. Nil: nothing is known, and nothing is to
	// be kept.
	Memory *Memory
}

// A Result is what the rules found, and what they could not look at.
type Result struct {
	Alerts []incident.Alert // by time
	Gaps   []incident.Gap   // by subject
	// Found is what each rule found that may be asked for again, if there is a
	// memory; Taken is how many rules were not run, because it had theirs.
	Found map[string]Kept
	Taken int
}

// Run runs the rules. The error is of the evidence or of ctx, never of one
// rule.
func Run(ctx context.Context, e Evidence, rules []*rule.Compiled, o Options) (Result, error) {
	s, err := newScene(ctx, e, o)
	if err != nil {
		return Result{}, err
	}
	results := make([]outcome, len(rules))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(s.options.Concurrency)
	var done atomic.Int64
	for i, r := range rules {
		group.Go(func() (err error) {
			results[i], err = s.observed(ctx, r)
			if err != nil {
				return fmt.Errorf("rule %s: %w", r.Name, err)
			}
			if n := done.Add(1); o.Progress != nil {
				o.Progress(int(n), len(rules))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return Result{}, err
	}
	all := Result{Gaps: s.untenanted()}
	for _, r := range results {
		all.add(r)
	}
	slices.SortFunc(all.Alerts, compareAlerts)
	slices.SortStableFunc(all.Gaps, compareGaps)
	return all, nil
}

// An outcome is what became of one rule.
type outcome struct {
	Kept
	key   string // ”: it is not to be kept
	taken bool   // it was known before
}

func (r *Result) add(o outcome) {
	r.Alerts = append(r.Alerts, o.Alerts...)
	r.Gaps = append(r.Gaps, o.Gaps...)
	if o.taken {
		r.Taken++
	}
	if o.key == "" {
		return
	}
	if r.Found == nil {
		r.Found = make(map[string]Kept)
	}
	r.Found[o.key] = o.Kept
}

func (s *scene) observed(ctx context.Context, r *rule.Compiled) (outcome, error) {
	if s.options.Observe != nil {
		defer s.options.Observe(r)()
	}
	if s.options.Limit > 0 {
		limited, cancel := context.WithTimeoutCause(ctx, s.options.Limit, errStopped)
		defer cancel()
		ctx = limited
	}
	return s.run(ctx, r)
}

// errStopped is why a rule that ran for too long did not go on.
var errStopped = errors.New("the rule was stopped")

// stopped tells whether the rule, and not all of the run, was called off.
func stopped(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errStopped) }

// A scene is the evidence as far as every rule needs to know it.
type scene struct {
	evidence Evidence
	options  Options
	tables   map[string]engine.TableInfo
	shares   []engine.Share // each is replayed on its own
	calendar calendar
}

func newScene(ctx context.Context, e Evidence, o Options) (*scene, error) {
	tables, err := e.Tables(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	names, err := e.Tenants(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tenants: %w", err)
	}
	if o.Concurrency <= 0 {
		o.Concurrency = runtime.GOMAXPROCS(0)
	}
	if o.Origins <= 0 {
		o.Origins = 100
	}
	s := &scene{evidence: e, options: o, tables: make(map[string]engine.TableInfo), shares: engine.Shares(names)}
	for _, t := range tables {
		s.tables[t.Name] = t
	}
	return s, nil
}
