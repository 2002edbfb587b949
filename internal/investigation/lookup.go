package investigation

import (
	"context"
	"slices"
	"sync"

	"github.com/conshelf/conshelf/kql/bind"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// Lookups are what compiling a query may ask of the case. The zero lookups ask
// nothing.
type lookups struct {
	discover func(q *plan.Query) ([][]types.Value, error)
	external func(ref bind.External) (plan.Rel, error)
	replay   *rerun // not nil: of a rule, whose columns are the same at any instant
}

// lookups are those of a query with options o.
func (c *Case) lookups(ctx context.Context, o CompileOptions) lookups {
	return lookups{
		discover: func(q *plan.Query) ([][]types.Value, error) {
			scoped := *q
			scoped.Scope = o.plan()
			var rows [][]types.Value
			err := c.engine.Query(ctx, &scoped, func(row []types.Value) error {
				rows = append(rows, slices.Clone(row))
				return nil
			})
			return rows, err
		},
		external: func(ref bind.External) (plan.Rel, error) { return c.outside(ctx, c.sourcesOf(o), ref) },
	}
}

// A rerun keeps what compiling a rule asked at the end of the evidence. A rule
// is compiled again for each instant that it is replayed at; then its columns
// must not change, or what it was checked for would be another query.
type rerun struct {
	end  int64 // when the questions are asked, in ticks
	once sync.Once
	list diag.List // what was said then; the answers stand if it has no error
	ok   bool
	kept []answer
	read []outsideAnswer
}

type answer struct {
	rows [][]types.Value
	err  error
}

type outsideAnswer struct {
	rel plan.Rel
	err error
}

// noting returns lookups of a rule: what the facts could declare and do not is an
// empty list to it, and its key is noted. A query is refused there; a rule may
// look for other things too.
func (l lookups) noting(sources *Sources) (lookups, *[]string) {
	var keys []string
	external := l.external
	if external == nil {
		external = sources.declared
	}
	l.external = func(ref bind.External) (plan.Rel, error) {
		if empty, key, missing := sources.undeclared(ref); missing {
			keys = append(keys, key)
			return empty, nil
		}
		return external(ref)
	}
	return l, &keys
}

// replayed returns lookups that ask once, at the end of the evidence.
func (l lookups) replayed(end int64) lookups {
	if end == 0 {
		end = noEvidence
	}
	l.replay = &rerun{end: end}
	return l
}

// compiled compiles at an instant; of a rule, with the answers of the end of
// the evidence. It may be called by several goroutines.
func (l lookups) compiled(compile func(l lookups, now int64) (*plan.Query, diag.List), now int64) (*plan.Query, diag.List) {
	if l.replay == nil || l.discover == nil {
		return compile(l, now)
	}
	r := l.replay
	r.once.Do(func() {
		asking := l
		asking.discover = func(q *plan.Query) ([][]types.Value, error) {
			rows, err := l.discover(q)
			r.kept = append(r.kept, answer{rows, err})
			return rows, err
		}
		asking.external = func(ref bind.External) (plan.Rel, error) {
			rel, err := l.external(ref)
			r.read = append(r.read, outsideAnswer{rel, err})
			return rel, err
		}
		var q *plan.Query
		q, r.list = compile(asking, r.end)
		r.ok = q != nil
	})
	if !r.ok {
		return nil, r.list
	}
	nextKept, nextRead := 0, 0
	answering := l
	answering.discover = func(*plan.Query) ([][]types.Value, error) {
		a := r.kept[nextKept]
		nextKept++
		return a.rows, a.err
	}
	answering.external = func(bind.External) (plan.Rel, error) {
		a := r.read[nextRead]
		nextRead++
		return a.rel, a.err
	}
	return compile(answering, now)
}
