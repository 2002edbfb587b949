package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/types"
)

// A relation is a plan node that has been written: a common table expression.
type relation struct {
	name string
	cols []string // the SQL name of each column, quoted; '' if nothing needs it
	// order is what orders the rows: hidden or visible columns. It has no ties.
	order []orderKey
	// natural tells that the rows come in this order by themselves.
	natural bool
	// weights are the sizes of the columns: see weight.go.
	weights []int
	// scratch are columns that extend added and nothing carries on.
	scratch []string
	// group is the hidden column that tells the rows of one mv-apply from those
	// of another; empty outside of one.
	group string
	// time is the hidden column that tells when a row was, where the query is
	// asked in steps and the rows are not yet those of each step; see steps.go.
	time string
	// within are the steps that see a row, counted from the first after it; the
	// zero value is all that the period reaches.
	within stepRange
	// few tells that the rows are those of many that a table of steps names.
	few bool
}

// An orderKey is a column that orders rows.
type orderKey struct {
	column     string
	desc       bool
	nullsFirst bool
	real       bool // NaN stands beside null
	ordinal    bool // a long that is never null, ascending
}

func ascending(column string) orderKey { return orderKey{column: column, nullsFirst: true} }

func ordinal(column string) orderKey { return orderKey{column: column, ordinal: true} }

func (k orderKey) sql(column string) string {
	direction := " ASC"
	if k.desc {
		direction = " DESC"
	}
	if k.ordinal {
		return column + direction
	}
	nulls := " NULLS LAST"
	if k.nullsFirst {
		nulls = " NULLS FIRST"
	}
	if !k.real {
		return column + direction + nulls
	}
	none, nan, number := 2, 1, 0
	if k.nullsFirst {
		none, nan, number = 0, 1, 2
	}
	return fmt.Sprintf("CASE WHEN %[1]s IS NULL THEN %[2]d WHEN isnan(%[1]s) THEN %[3]d ELSE %[4]d END, %[1]s%[5]s%[6]s",
		column, none, nan, number, direction, nulls)
}

// orderBy writes an ORDER BY clause, or nothing.
func orderBy(order []orderKey, before string) string {
	if len(order) == 0 {
		return ""
	}
	return before + "ORDER BY " + keys(order)
}

func keys(order []orderKey) string {
	list := make([]string, len(order))
	for i, k := range order {
		list[i] = k.sql(k.column)
	}
	return strings.Join(list, ", ")
}

// over writes the window of all rows, or of a group's, in order.
func (r relation) over(partition ...string) string {
	if r.group != "" {
		partition = append([]string{r.group}, partition...)
	}
	by := ""
	if len(partition) > 0 {
		by = "PARTITION BY " + strings.Join(partition, ", ")
	}
	return "OVER (" + strings.TrimSpace(by+orderBy(r.order, " ")) + ")"
}

// hidden returns the columns beside the visible ones that must go with the rows.
func (r relation) hidden() []string {
	var list []string
	add := func(c string) {
		if c != "" && !slices.Contains(r.cols, c) && !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	for _, k := range r.order {
		add(k.column)
	}
	add(r.group)
	add(r.time)
	return list
}

// A namer gives the columns of one relation SQL names that differ in more
// than case: SQL does not tell UserId from Userid.
type namer map[string]bool

func (n namer) name(name string) string {
	name = strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", "\uFFFD"), "\uFFFD")
	if name == "" {
		name = "$"
	}
	unique := name
	for i := 1; n[strings.ToLower(unique)]; i++ {
		unique = fmt.Sprintf("%s$%d", name, i)
	}
	n[strings.ToLower(unique)] = true
	return Identifier(unique)
}

func names(columns []types.Column) ([]string, namer) {
	n := namer{}
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = n.name(c.Name)
	}
	return list, n
}

// A selection is the list of a SELECT that makes a new relation from an old.
type selection struct {
	items []string
	out   relation
	names namer
}

// selectAs starts a selection with the visible columns; expressions are in
// their order. A column without an expression is left out.
func selectAs(columns []types.Column, expressions []string) *selection {
	list, n := names(columns)
	s := &selection{names: n, out: relation{cols: list}}
	for i, e := range expressions {
		if e == "" {
			list[i] = ""
			continue
		}
		s.add(e, list[i])
	}
	return s
}

func (s *selection) add(expression, name string) {
	if expression == name {
		s.items = append(s.items, name)
		return
	}
	s.items = append(s.items, expression+" AS "+name)
}

// hide adds a hidden column and returns its name.
func (s *selection) hide(expression, name string) string {
	column := s.names.name(name)
	s.add(expression, column)
	return column
}

// carry takes the order and the group of a relation along; qualifier stands
// before its columns.
func (s *selection) carry(from relation, visible []string, qualifier string) {
	moved := map[string]string{}
	for i, c := range visible {
		if _, ok := moved[c]; !ok && c != "" && s.out.cols[i] != "" {
			moved[c] = s.out.cols[i]
		}
	}
	move := func(column string) string {
		to, ok := moved[column]
		if !ok {
			to = s.hide(qualifier+column, "$order")
			moved[column] = to
		}
		return to
	}
	for _, k := range from.order {
		k.column = move(k.column)
		s.out.order = append(s.out.order, k)
	}
	if from.group != "" && s.out.group == "" {
		s.out.group = move(from.group)
	}
	if from.time != "" {
		s.out.time, s.out.within = move(from.time), from.within
	}
}

// sql writes the selection. Rows of which nobody wants a column still count,
// and SQL has no rows without one.
func (s *selection) sql() string {
	if len(s.items) == 0 {
		s.hide("0", "$row")
	}
	return "SELECT " + strings.Join(s.items, ", ")
}

// finish adds the relation.
func (s *selection) finish(g *generator, rest string) relation {
	s.out.name = g.cte(s.sql() + rest)
	return s.out
}

// taken are the names of the columns that a relation has.
func (r relation) taken() namer {
	n := namer{}
	for _, c := range slices.Concat(r.cols, r.hidden(), r.scratch) {
		if c != "" && !void(c) {
			n[strings.ToLower(unquote(c))] = true
		}
	}
	return n
}

// extend adds hidden columns to a relation.
func (g *generator) extend(in relation, expressions []string, base string) (relation, []string) {
	n := in.taken()
	items := []string{"*"}
	added := make([]string, len(expressions))
	for i, e := range expressions {
		added[i] = n.name(base)
		items = append(items, e+" AS "+added[i])
	}
	out := in
	out.scratch = slices.Concat(in.scratch, added)
	out.name = g.cte("SELECT " + strings.Join(items, ", ") + " FROM " + in.name)
	return out, added
}

func unquote(identifier string) string {
	return strings.ReplaceAll(identifier[1:len(identifier)-1], `""`, `"`)
}

// numbered returns the relation ordered by one ordinal column.
func (g *generator) numbered(in relation) relation {
	if len(in.order) == 1 && in.order[0].ordinal && !in.order[0].desc {
		return in
	}
	window := relation{order: in.order}
	out, added := g.extend(in, []string{"row_number() " + window.over()}, "$order")
	out.order = []orderKey{ordinal(added[0])}
	out.natural = false
	return out
}

// places returns two expressions that order the rows as longs do.
func (g *generator) places(in relation) (relation, [2]string) {
	if len(in.order) == 2 && in.order[0].ordinal && in.order[1].ordinal && !in.order[0].desc && !in.order[1].desc {
		return in, [2]string{in.order[0].column, in.order[1].column}
	}
	in = g.numbered(in)
	return in, [2]string{in.order[0].column, "CAST(0 AS BIGINT)"}
}
