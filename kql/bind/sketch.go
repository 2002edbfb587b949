package bind

import (
	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// The functions that merge estimates are aggregates between aggregates and
// functions of one row elsewhere, under the same names.
const (
	mergeHLL     = "hll_merge"
	mergeDigests = "tdigest_merge"
	mergeDigest  = "merge_tdigest"
)

func isMerge(name string) bool {
	return name == mergeHLL || name == mergeDigests || name == mergeDigest
}

// mergeCall binds hll_merge, tdigest_merge and merge_tdigest.
func (b *binder) mergeCall(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	if r.aggs != nil {
		name := f.Name
		if name == mergeDigest {
			name = mergeDigests
		}
		row, _ := builtin.Lookup(name)
		return b.aggregateCall(x, row, r)
	}
	name := f.Name
	if name == mergeDigests {
		name = mergeDigest
	}
	row := &builtin.Function{
		Name:       name,
		Signatures: []builtin.Signature{{Args: []types.Scalar{types.Dynamic}, Variadic: true, Result: types.Dynamic}},
	}
	return b.plainCall(x, row, b.exprs(x.Args, r))
}
