package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// results binds the expression that gives a query's result: several, if it
// ends in fork or facet.
func (b *binder) results(x syntax.Expr) []*relation {
	pipe, ok := unparen(x).(*syntax.Pipe)
	if !ok || len(pipe.Ops) == 0 || pipe.Source == nil && len(pipe.Ops) == 1 {
		return []*relation{b.result(x)}
	}
	last := len(pipe.Ops) - 1
	if op, ok := pipe.Ops[last].(*syntax.Fork); ok {
		return b.fork(b.before(pipe, last), op)
	}
	if op, ok := pipe.Ops[last].(*syntax.Facet); ok {
		return b.facet(b.before(pipe, last), op)
	}
	if op, ok := pipe.Ops[last].(*syntax.GraphToTable); ok && len(op.Outputs) > 1 {
		return b.graphResults(b.before(pipe, last), op)
	}
	return []*relation{b.result(x)}
}

// before binds a pipe up to its last operator. Its rows are read more than once.
func (b *binder) before(pipe *syntax.Pipe, last int) *relation {
	var t *relation
	if pipe.Source != nil {
		t = b.table(pipe.Source)
	}
	return b.share("fork", b.operators(t, pipe.Ops[:last]))
}

// fork binds fork: the results of several lists of operators over the same rows.
func (b *binder) fork(in *relation, op *syntax.Fork) []*relation {
	var results []*relation
	for _, branch := range op.Branches {
		results = append(results, b.branch(in, branch))
	}
	return results
}

func (b *binder) branch(in *relation, branch *syntax.Branch) *relation {
	if branch.Pipe.Source != nil {
		b.refuse(branch, "a table of its own here", "start with an operator")
		return broken()
	}
	return b.operators(in, branch.Pipe.Ops)
}

// facet binds facet by columns: for each the number of rows of each value,
// then what the operators after with give.
func (b *binder) facet(in *relation, op *syntax.Facet) []*relation {
	var results []*relation
	for _, x := range op.By {
		list := b.splitNames([]syntax.Expr{x})
		if len(list) == 0 {
			continue
		}
		taken := make(names)
		b.reserveNames(list, taken)
		keys := b.groupKeys(list, in.rows(), taken)
		count := &plan.AggCall{Func: "count", Type: types.Long, Span: b.span(x)}
		name := taken.unique("count_" + keys[0].Name)
		results = append(results, in.with(&plan.Aggregate{
			Input: in.rel, Keys: keys, Aggs: []plan.Agg{{Name: name, Call: count}}, Grouped: true,
		}))
	}
	if op.With != nil {
		results = append(results, b.branch(in, op.With))
	}
	return results
}

// severalResults refuses an operator of several results where one is needed.
func (b *binder) severalResults(op syntax.Operator) *relation {
	b.report(op, diag.OperatorExpected, operatorName(op)+" gives several results; it stands at the end of a query", "")
	return broken()
}
