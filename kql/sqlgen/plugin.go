package sqlgen

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A Procedure is what the engine's function kql_procedure is told to compute,
// as JSON. Cells go in and come out as texts: see ProcedureArg.
type Procedure struct {
	Name   string
	Args   []ProcedureArg
	Input  []types.Scalar
	Output []types.Scalar
}

// A ProcedureArg is a column of the input, or a constant, whose Text is null
// or what a cell of its type is exchanged as: a number in decimal, ticks for a
// time, true or false, and every other type's own text.
type ProcedureArg struct {
	Column int // -1: a constant
	Type   types.Scalar
	Text   *string
}

// pluginForms are the plugins that the engine computes in one call over all
// rows. Those whose name starts with $ are put into a plan by the binder.
func pluginForms() map[string]bool {
	return map[string]bool{
		"$components": true, "$match": true,
		"active_users_count": true, "activity_counts_metrics": true, "rolling_percentile": true, "rows_near": true,
		"sliding_window_counts": true,
	}
}

// plugin writes a plugin.
func (g *generator) plugin(r *plan.Plugin) relation {
	if !g.dialect.plugins[r.Name] {
		construct, reason := g.refusedPlugin(r.Name)
		g.refuse(construct, reason, "", r.Span)
		return relation{name: "r0", cols: make([]string, len(r.Cols))}
	}
	p := Procedure{Name: r.Name, Input: scalars(r.Input.Columns()), Output: scalars(r.Cols)}
	for _, e := range r.Args {
		p.Args = append(p.Args, g.procedureArg(r, e))
	}
	return g.procedure(g.rel(r.Input), p, r.Cols)
}

// undocumented says why patterns are not looked for.
const undocumented = "how Kusto chooses among patterns is not documented"

// refusedPlugin says what is refused, and why.
func (g *generator) refusedPlugin(name string) (construct, reason string) {
	if name == "$reduce" {
		return "reduce", undocumented
	}
	reason, ok := g.dialect.refused[name]
	if !ok {
		reason = "it has no form in " + g.dialect.Name
	}
	return "evaluate " + name, reason
}

// procedureArg says an argument: a column or a constant, nothing else.
func (g *generator) procedureArg(r *plan.Plugin, e plan.Expr) ProcedureArg {
	if c, ok := e.(*plan.Col); ok {
		return ProcedureArg{Column: c.Index, Type: c.T}
	}
	c, ok := e.(*plan.Const)
	if !ok {
		g.refuse("evaluate "+r.Name, "an argument is neither a column nor a constant", "compute it with extend first", e.Span())
		return ProcedureArg{}
	}
	arg := ProcedureArg{Column: -1, Type: c.Value.Type}
	if c.Value.Valid {
		text := cellText(c.Value)
		arg.Text = &text
	}
	return arg
}

func cellText(v types.Value) string {
	switch v.Type {
	case types.Bool:
		return strconv.FormatBool(v.Int != 0)
	case types.Int, types.Long, types.DateTime, types.TimeSpan:
		return strconv.FormatInt(v.Int, 10)
	case types.Real:
		return strconv.FormatFloat(v.Float, 'g', -1, 64)
	case types.String, types.Decimal, types.GUID, types.Dynamic, types.Unknown:
		return v.Text
	}
	panic("cell of type " + v.Type.String())
}

func scalars(cols []types.Column) []types.Scalar {
	list := make([]types.Scalar, len(cols))
	for i, c := range cols {
		list[i] = c.Type
	}
	return list
}

// procedure writes the call: all cells of all rows, in order, as one list of
// texts; a text for each row that comes back, from which cells are taken.
//
//	rows ─▶ list of cells ─▶ kql_procedure ─▶ list of rows ─▶ unnest ─▶ kql_cell ─▶ columns
func (g *generator) procedure(in relation, p Procedure, cols []types.Column) relation {
	in = g.numbered(in)
	spec, err := json.Marshal(p)
	if err != nil {
		panic(err) // names, numbers and texts always have a form
	}
	group, by := "", ""
	if in.group != "" {
		group, by = ", "+in.group+" AS g", "\n  GROUP BY "+in.group
	}
	cells := make([]string, len(in.cols))
	for i, c := range in.cols {
		cells[i] = "CAST(" + c + " AS VARCHAR)"
		if c == "" {
			cells[i] = "CAST(NULL AS VARCHAR)"
		}
	}
	all := "flatten(list([" + strings.Join(cells, ", ") + "]" + orderBy(in.order, " ") + "))"
	computed := g.cte("SELECT kql_procedure(" + g.literalText(string(spec)) + ", " + all + ") AS l" + group + "\n  FROM " + in.name + by)
	g.materialize()
	if in.group != "" {
		group = ", g"
	}
	rows := g.cte("SELECT unnest(l) AS cells, unnest(range(len(l))) AS i" + group + " FROM " + computed)
	expressions := make([]string, len(cols))
	for i, c := range cols {
		expressions[i] = "kql_cell(cells, " + literalLong(int64(i)) + ")"
		if t := sqlType(c.Type); t != "VARCHAR" {
			expressions[i] = "CAST(" + expressions[i] + " AS " + t + ")"
		}
	}
	s := selectAs(cols, expressions)
	s.out.order = []orderKey{ordinal(s.hide("i", "$order"))}
	if in.group != "" {
		s.out.group = s.hide("g", "$group")
	}
	return s.finish(g, "\n  FROM "+rows)
}
