package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/types"
)

// Dump writes a plan as text, for people and for tests: a line for each node,
// what it reads indented below it. A shared relation is written where it is
// met first.
func Dump(q *Query) string {
	d := &dumper{shared: make(map[*Shared]bool)}
	d.rel(q.Root, 0)
	if q.Render != nil {
		fmt.Fprintf(&d.out, "render %s\n", q.Render.Kind)
	}
	for _, other := range q.Others {
		d.out.WriteString("and\n" + Dump(other))
	}
	return d.out.String()
}

type dumper struct {
	out    strings.Builder
	shared map[*Shared]bool
}

func (d *dumper) line(depth int, format string, args ...any) {
	d.out.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(&d.out, format, args...)
	d.out.WriteByte('\n')
}

func (d *dumper) rel(r Rel, depth int) {
	if shared, ok := r.(*Shared); ok {
		if d.shared[shared] {
			d.line(depth, "shared %s: above", shared.Name)
			return
		}
		d.shared[shared] = true
	}
	d.line(depth, "%s", describe(r))
	for _, e := range Exprs(r) {
		d.subqueries(e, depth+1)
	}
	for _, in := range Inputs(r) {
		d.rel(in, depth+1)
	}
}

// subqueries writes the relations inside an expression.
func (d *dumper) subqueries(e Expr, depth int) {
	if rel := SubqueryOf(e); rel != nil {
		d.line(depth, "query:")
		d.rel(rel, depth+1)
	}
	for _, operand := range Operands(e) {
		d.subqueries(operand, depth)
	}
}

// describe returns one node without what it reads.
func describe(r Rel) string {
	switch r := r.(type) {
	case *Scan:
		if r.Reference {
			return "scan " + r.Table.Name + ", a reference"
		}
		return "scan " + r.Table.Name
	case *Values:
		return describeValues(r)
	case *Range:
		return fmt.Sprintf("range %s from %s to %s step %s", schema([]types.Column{r.Col}), Text(r.From, nil), Text(r.To, nil), Text(r.Step, nil))
	case *Filter:
		return "filter " + Text(r.Cond, r.Input.Columns())
	case *Project:
		return "project " + namedText(r.Cols, r.Input.Columns())
	case *Aggregate:
		return describeAggregate(r)
	case *Join:
		return describeJoin(r)
	case *Union:
		return "union " + schema(r.Columns()) + unionText(r)
	case *Sort:
		return "sort " + sortText(r)
	case *Limit:
		return "limit " + Text(r.N, nil)
	case *Expand:
		return "expand " + expansionText(r.Items, r.Cols, r.Input.Columns()) + optionText(r.Index, r.Array, r.Limit)
	case *Apply:
		return "apply " + expansionText(r.Items, givenColumns(r.Sub), r.Input.Columns()) + optionText(r.Index, r.Array, r.Limit) + " -> " + schema(r.Cols)
	case *Partition:
		return "partition by " + texts(r.Keys, r.Input.Columns())
	case *Match:
		return describeMatch(r)
	case *Given:
		return "given " + schema(r.Cols)
	case *Parse:
		return describeParse(r)
	case *MakeSeries:
		return describeSeries(r)
	case *Serialize:
		return "serialize"
	case *Plugin:
		return "plugin " + r.Name + "(" + texts(r.Args, r.Input.Columns()) + ") -> " + schema(r.Cols)
	case *Shared:
		return "shared " + r.Name
	}
	panic(r)
}

// unionText says which columns of the inputs have another name in the result.
func unionText(r *Union) string {
	var moved []string
	for i, at := range r.At {
		in := r.Inputs[i].Columns()
		for k, to := range at {
			switch {
			case to < 0:
				moved = append(moved, fmt.Sprintf("%d: without %s", i, in[k].Name))
			case in[k].Name != r.Cols[to].Name:
				moved = append(moved, fmt.Sprintf("%d: %s = %s", i, r.Cols[to].Name, in[k].Name))
			}
		}
	}
	if len(moved) == 0 {
		return ""
	}
	return " from " + strings.Join(moved, ", ")
}

func schema(cols []types.Column) string {
	text := make([]string, len(cols))
	for i, c := range cols {
		text[i] = c.Name + ":" + c.Type.String()
	}
	return "(" + strings.Join(text, ", ") + ")"
}

func describeValues(r *Values) string {
	rows := make([]string, len(r.Rows))
	for i, row := range r.Rows {
		rows[i] = "[" + texts(row, nil) + "]"
	}
	return strings.TrimSpace("values " + schema(r.Cols) + " " + strings.Join(rows, " "))
}

func describeAggregate(r *Aggregate) string {
	in := r.Input.Columns()
	aggs := make([]string, len(r.Aggs))
	for i, a := range r.Aggs {
		aggs[i] = a.Name + " = " + aggText(a.Call, in)
	}
	text := "aggregate " + strings.Join(aggs, ", ")
	if r.Grouped {
		text += " by " + namedText(r.Keys, in)
	}
	return text
}

func aggText(call *AggCall, in []types.Column) string {
	text := call.Func + "(" + texts(call.Args, in) + ")"
	if call.By != nil {
		text += " of " + Text(call.By, in)
	}
	return text
}

func describeJoin(r *Join) string {
	on := make([]string, len(r.On))
	for i, k := range r.On {
		on[i] = Text(k.Left, r.Left.Columns()) + " == " + Text(k.Right, r.Right.Columns())
	}
	return fmt.Sprintf("join %s on %s -> %s", r.Kind, strings.Join(on, ", "), schema(r.Columns()))
}

// String returns the kind as KQL writes it.
func (k JoinKind) String() string {
	switch k {
	case InnerUnique:
		return "innerunique"
	case Inner:
		return "inner"
	case LeftOuter:
		return "leftouter"
	case RightOuter:
		return "rightouter"
	case FullOuter:
		return "fullouter"
	case LeftSemi:
		return "leftsemi"
	case RightSemi:
		return "rightsemi"
	case LeftAnti:
		return "leftanti"
	case RightAnti:
		return "rightanti"
	}
	panic(int(k))
}

func sortText(r *Sort) string {
	keys := make([]string, len(r.Keys))
	for i, k := range r.Keys {
		order, nulls := "asc", "last"
		if k.Desc {
			order = "desc"
		}
		if k.NullsFirst {
			nulls = "first"
		}
		keys[i] = Text(k.Expr, r.Input.Columns()) + " " + order + " nulls " + nulls
	}
	return strings.Join(keys, ", ")
}

func expansionText(items []Expansion, out, in []types.Column) string {
	text := make([]string, len(items))
	for i, item := range items {
		name := "#" + strconv.Itoa(item.Index)
		if item.Index < len(out) {
			name = out[item.Index].Name
		}
		text[i] = fmt.Sprintf("%s = %s to %s", name, Text(item.Expr, in), item.Type)
	}
	return strings.Join(text, ", ")
}

// givenColumns returns the columns of the Given that the query inside an Apply
// reads.
func givenColumns(r Rel) []types.Column {
	if given, ok := r.(*Given); ok {
		return given.Cols
	}
	if in := Inputs(r); len(in) > 0 {
		return givenColumns(in[0])
	}
	return nil
}

func optionText(index string, array bool, limit Expr) string {
	text := ""
	if index != "" {
		text += " index " + index
	}
	if array {
		text += " array"
	}
	if limit != nil {
		text += " limit " + Text(limit, nil)
	}
	return text
}

func describeParse(r *Parse) string {
	parts := make([]string, len(r.Pattern))
	for i, p := range r.Pattern {
		switch {
		case p.Skip:
			parts[i] = "*"
		case p.Capture:
			parts[i] = r.Cols[p.Index].Name + ":" + p.Type.String()
		default:
			parts[i] = strconv.Quote(p.Text)
		}
	}
	text := "parse"
	if r.Where {
		text += "-where"
	}
	switch r.Mode {
	case ParseSimple:
	case ParseRelaxed:
		text += " relaxed"
	case ParseRegex:
		text += " regex " + strconv.Quote(r.Flags)
	default:
		panic(int(r.Mode))
	}
	return text + " " + Text(r.Source, r.Input.Columns()) + " with " + strings.Join(parts, " ")
}

func describeSeries(r *MakeSeries) string {
	in := r.Input.Columns()
	aggs := make([]string, len(r.Aggs))
	for i, a := range r.Aggs {
		aggs[i] = a.Name + " = " + aggText(a.Call, in) + " default " + Text(a.Default, nil)
	}
	text := "make-series " + strings.Join(aggs, ", ") + " on " + r.Axis.Name + " = " + Text(r.Axis.Expr, in)
	if r.From != nil {
		text += " from " + Text(r.From, nil)
	}
	if r.To != nil {
		text += " to " + Text(r.To, nil)
	}
	text += " step " + Text(r.Step, nil)
	if len(r.Keys) > 0 {
		text += " by " + namedText(r.Keys, in)
	}
	if r.NonEmpty {
		text += " nonempty"
	}
	return text
}

// namedText writes computed columns; one that is only passed on is its name.
func namedText(list []Named, in []types.Column) string {
	text := make([]string, len(list))
	for i, n := range list {
		text[i] = Text(n.Expr, in)
		if text[i] != n.Name {
			text[i] = n.Name + " = " + text[i]
		}
	}
	return strings.Join(text, ", ")
}

func texts(list []Expr, in []types.Column) string {
	text := make([]string, len(list))
	for i, e := range list {
		text[i] = Text(e, in)
	}
	return strings.Join(text, ", ")
}

// Text writes an expression over the columns in.
func Text(e Expr, in []types.Column) string {
	switch e := e.(type) {
	case *Col:
		if e.Index < len(in) {
			return in[e.Index].Name
		}
		return "#" + strconv.Itoa(e.Index)
	case *Const:
		return constText(e.Value)
	case *Call:
		return e.Func + "(" + texts(e.Args, in) + ")"
	case *Path:
		return pathText(e, in)
	case *Subquery:
		return "toscalar(query)"
	case *InQuery:
		return e.Op + "(" + Text(e.X, in) + ", query)"
	}
	panic(e)
}

func constText(v types.Value) string {
	switch {
	case !v.Valid:
		return v.Type.String() + "(null)"
	case v.Type == types.String:
		return strconv.Quote(v.Text)
	case v.Type == types.Long:
		return v.String()
	case v.Type == types.Dynamic:
		return "dynamic(" + v.Text + ")"
	}
	return v.Type.String() + "(" + v.String() + ")"
}

func pathText(e *Path, in []types.Column) string {
	text := Text(e.X, in)
	for _, s := range e.Steps {
		if s.Index != nil {
			text += "[" + Text(s.Index, in) + "]"
			continue
		}
		text += "." + s.Name
	}
	return text
}
