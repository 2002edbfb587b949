package bind

import (
	"slices"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// The columns that tell when a row was taken in: Log Analytics fills the
// first, if the export has it; the second is when the event was recorded.
const (
	receivedColumn  = "_TimeReceived"
	generatedColumn = "TimeGenerated"
)

// ingestionTime binds ingestion_time(). Evidence does not record when its
// table took a row in: what the row says of it stands for that, and a
// diagnostic says so.
func (b *binder) ingestionTime(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	if !b.countArgs(x, f, len(x.Args)) || r.open {
		return b.draft(x, f, nil)
	}
	var times []plan.Expr
	for _, name := range []string{receivedColumn, generatedColumn} {
		if i := r.column(name); i >= 0 && r.aggs == nil && r.cols[i].Type == types.DateTime && isStored(r.rel, i) {
			times = append(times, &plan.Col{Index: i, T: types.DateTime, At: b.span(x)})
		}
	}
	if len(times) == 0 {
		return b.decline(x, diag.Unsupported, x.Func.Text+"() of rows without the "+generatedColumn+" of their table is not supported", "write it before the columns are computed anew", types.DateTime)
	}
	b.list.Add(diag.Diagnostic{
		Span: b.span(x), Severity: diag.Info, Code: diag.Approximate,
		Message: "evidence does not record when a row was taken in: " + x.Func.Text + "() is " + receivedColumn + " where it is filled, else " + generatedColumn,
	})
	if len(times) == 1 {
		return times[0]
	}
	return b.finish(x, &plan.Call{Func: "coalesce", Args: times, T: types.DateTime})
}

// isStored tells whether column i of a relation is one of a table of evidence
// that was passed on as it is, under its name.
func isStored(rel plan.Rel, i int) bool {
	switch r := rel.(type) {
	case *plan.Scan:
		return true
	case *plan.Filter, *plan.Sort, *plan.Limit, *plan.Serialize, *plan.Shared:
		return isStored(plan.Inputs(r)[0], i)
	case *plan.Project:
		col, ok := r.Cols[i].Expr.(*plan.Col)
		return ok && r.Input.Columns()[col.Index].Name == r.Cols[i].Name && isStored(r.Input, col.Index)
	case *plan.Union:
		return !slices.ContainsFunc(r.Inputs, func(in plan.Rel) bool { return !isStored(in, i) })
	case *plan.Join:
		c := r.Cols[i]
		return !c.Right && isStored(r.Left, c.Index)
	case *plan.Parse:
		return i < len(r.Input.Columns()) && !captures(r, i) && isStored(r.Input, i)
	case *plan.Expand:
		expanded := slices.ContainsFunc(r.Items, func(item plan.Expansion) bool { return item.Index == i })
		return !expanded && i < len(r.Input.Columns()) && isStored(r.Input, i)
	case *plan.Aggregate, *plan.Apply, *plan.Given, *plan.MakeSeries, *plan.Match, *plan.Partition, *plan.Plugin, *plan.Range, *plan.Values:
		return false
	}
	return false
}

func captures(r *plan.Parse, i int) bool {
	return slices.ContainsFunc(r.Pattern, func(p plan.ParsePart) bool { return p.Capture && p.Index == i })
}
