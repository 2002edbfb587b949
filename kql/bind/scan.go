package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A scanner binds one scan.
type scanner struct {
	b     *binder
	op    *syntax.Scan
	in    *relation
	rows  *rows // those of the input, and what steps remember
	node  *plan.Match
	step  int               // the one being bound
	cols  []plan.Named      // the input's columns, then what depends on the row alone
	known map[plan.Expr]int // the column of an expression that depends on the row alone
	names map[string]int    // steps
	at    map[string]int    // declared columns
	taken names             // of the result
	width int               // how many columns the input has
}

// scan binds scan: a machine of steps over rows in an order.
func (b *binder) scan(in *relation, op *syntax.Scan) *relation {
	s := &scanner{b: b, op: op, in: in, names: make(map[string]int), at: make(map[string]int), known: make(map[plan.Expr]int)}
	cols := in.rel.Columns()
	s.rows = &rows{cols: cols, open: in.open, asked: in.asked, words: s}
	s.taken, s.width, s.cols = namesOf(cols), len(cols), keepAll(cols)
	s.node = &plan.Match{Width: len(cols), Span: b.span(op)}
	for i := range cols {
		s.node.Keep = append(s.node.Keep, i)
	}
	outer := b.scope
	b.scope = newScope(outer)
	defer func() { b.scope = outer }()
	ok := s.supported()
	ok = s.declare() && ok
	s.options()
	s.shown()
	for i, step := range op.Steps {
		if _, twice := s.names[step.Name.Text]; twice {
			b.duplicate(step.Name, step.Name.Text)
		}
		if s.taken[step.Name.Text] {
			b.report(step.Name, diag.DuplicateColumn, "a step and a column are called "+step.Name.Text, "give the step another name")
		}
		s.names[step.Name.Text] = i
		s.node.Steps = append(s.node.Steps, plan.MatchStep{Name: step.Name.Text, Silent: step.Output == "none"})
	}
	for i, step := range op.Steps {
		s.step = i
		ok = s.bindStep(step) && ok
	}
	s.node.Input = &plan.Project{Input: &plan.Serialize{Input: in.rel}, Cols: s.cols}
	return (&relation{rel: s.node, open: in.open || !ok && b.failures > 0}).afresh()
}

// supported reports the parts of scan whose meaning is not documented, and
// rows that have no order.
func (s *scanner) supported() bool {
	before := s.b.failures
	if len(s.op.OrderBy) > 0 || len(s.op.PartitionBy) > 0 {
		s.b.abstain(s.op, "scan with order by or partition by of its own", "write | sort by … before it, and | partition by … ( … ) around it")
	}
	for _, step := range s.op.Steps {
		if step.Optional {
			s.b.abstain(step, "an optional step", "no documentation says when it is passed over; write the sequence with and without it, joined by union")
		}
		if step.Output == "last" {
			s.b.abstain(step, "output=last of a step", "write output=all, and keep the last row of each sequence")
		}
	}
	if !s.in.open && !ordered(s.in.rel) {
		s.b.decline(s.op, diag.NeedsOrder, "scan needs rows in an order", "write | sort by … or | serialize right before", types.Unknown)
	}
	return s.b.failures == before
}

// declare binds declare (name:type = default, …). By its own name a declared
// column is its default: what a step remembers is step.name.
func (s *scanner) declare() bool {
	ok := true
	for _, p := range s.op.Declare {
		t, known := s.b.scalarType(p, p.Type)
		if p.Table || !known {
			ok = false
			continue
		}
		value := types.Null(t)
		if p.Default != nil {
			v, constant := constantOf(convert(s.b.expr(p.Default, noRows()), t))
			if !constant || v.Type != t {
				s.b.report(p.Default, diag.TypeMismatch, "the value of "+p.Name.Text+" is a constant of type "+t.String(), "")
				ok = false
				continue
			}
			value = v
		}
		s.name(p.Name, p.Name.Text)
		s.at[p.Name.Text] = len(s.node.Declared)
		s.node.Declared = append(s.node.Declared, plan.Declared{Name: p.Name.Text, Default: value})
		s.b.scope.define(p.Name.Text, &binding{value: s.b.constant(p, value)})
	}
	return ok
}

// name takes the name of a column of the result.
func (s *scanner) name(x syntax.Node, name string) {
	if s.taken[name] {
		s.b.duplicate(x, name)
	}
	s.taken[name] = true
}

// options reads the names of the columns that scan itself fills.
func (s *scanner) options() {
	for _, p := range s.op.Props {
		name := valueText(p.Value)
		switch p.Name.Text {
		case "with_match_id":
			s.node.ID = name
		case "with_step_name":
			s.node.Step = name
		default:
			s.b.refuse(p, "scan "+p.Name.Text, "")
			continue
		}
		s.name(p, name)
	}
}

// shown adds the column match_id that Microsoft's binder shows where none is
// asked for, and Kusto does not give. It is there only where a query is looked
// at, so that a query that Microsoft's editor takes is not called wrong.
func (s *scanner) shown() {
	const name = "match_id"
	if !s.b.env.Analyze || s.node.ID != "" || s.taken[name] {
		return
	}
	s.node.ID, s.taken[name] = name, true
	s.b.list.Add(diag.Diagnostic{
		Span: s.b.span(s.op), Severity: diag.Info, Code: diag.Unsupported,
		Message: "scan gives no column " + name + ", though Microsoft's editor shows one", Hint: "write scan with_match_id=" + name,
	})
}

// bindStep binds the condition and the assignments of a step.
func (s *scanner) bindStep(x *syntax.ScanStep) bool {
	step := &s.node.Steps[s.step]
	step.Cond = s.machine(s.b.condition(x.Cond, s.rows))
	assigned := make(map[string]bool)
	for _, a := range x.Assign {
		name := a.Names[0].Text
		i, ok := s.at[name]
		if !ok {
			s.b.report(a.Names[0], diag.UnknownName, "scan declares no column "+name, didYouMean(name, s.declared()))
			return false
		}
		if other := s.mentions(a.X, assigned); other != "" {
			s.b.refuse(a, "an assignment that uses "+other+", which the step assigned before it,", "write its expression again, or "+x.Name.Text+"."+other+" for the row before")
			return false
		}
		assigned[name] = true
		t := s.node.Declared[i].Default.Type
		e := s.b.expr(a.X, s.rows)
		if e.Type() != types.Unknown && conversionCost(e.Type(), t, false) == impossible {
			s.b.report(a.X, diag.TypeMismatch, name+" is a "+t.String()+", not a "+e.Type().String(), "write "+hintConversion(t))
			return false
		}
		step.Assign = append(step.Assign, plan.MatchAssign{Declared: i, Expr: s.machine(convert(e, t))})
	}
	return true
}

func (s *scanner) declared() []string {
	list := make([]string, len(s.node.Declared))
	for i, d := range s.node.Declared {
		list[i] = d.Name
	}
	return list
}

// mentions returns a name of a set that an expression uses by itself.
func (s *scanner) mentions(x syntax.Expr, set map[string]bool) string {
	found := ""
	syntax.Inspect(x, func(n syntax.Node) bool {
		if p, ok := n.(*syntax.Path); ok {
			if of, ok := p.X.(*syntax.Name); ok {
				if _, step := s.names[of.Text]; step {
					return false
				}
			}
		}
		if name, ok := n.(*syntax.Name); ok && set[name.Text] && found == "" {
			found = name.Text
		}
		return true
	})
	return found
}

// remembered is where, in the machine's layout, a column that a step remembers
// stands. While expressions are bound, the row is the input's columns alone.
func (s *scanner) remembered(step, column int) int {
	return s.width + step*(s.width+len(s.node.Declared)) + column
}

// path binds step.column.
func (s *scanner) path(b *binder, x *syntax.Path) (plan.Expr, bool) {
	of, ok := x.X.(*syntax.Name)
	if !ok || x.Call != nil || s.rows.column(of.Text) >= 0 {
		return nil, false
	}
	step, ok := s.names[of.Text]
	if !ok {
		return nil, false
	}
	if step > s.step {
		b.refuse(x, "a step that refers to a later one", "")
		return b.failed(x), true
	}
	if i, ok := s.at[x.Name.Text]; ok {
		return &plan.Col{Index: s.remembered(step, s.width+i), T: s.node.Declared[i].Default.Type, At: b.span(x)}, true
	}
	i := b.columnOf(x.Name, &rows{cols: s.rows.cols, open: s.rows.open, asked: s.rows.asked})
	if i < 0 {
		return b.failed(x), true
	}
	return &plan.Col{Index: s.remembered(step, i), T: s.rows.cols[i].Type, At: b.span(x)}, true
}

// call knows no function of scan's own.
func (s *scanner) call(*binder, *syntax.Call, *rows) (plan.Expr, bool) { return nil, false }

// machine returns an expression of the machine: what depends on the row alone
// becomes a column that is computed before.
func (s *scanner) machine(e plan.Expr) plan.Expr {
	if _, ok := e.(*plan.Const); ok {
		return e
	}
	if c, ok := e.(*plan.Col); ok {
		return c
	}
	if s.ofRow(e) {
		return s.before(e)
	}
	c, ok := e.(*plan.Call)
	if !ok {
		s.b.list.Add(diag.Diagnostic{
			Span: e.Span(), Code: diag.Unsupported, Message: "a member or a query of what a step remembers is not supported",
			Hint: "compute it with extend before scan",
		})
		s.b.failures++
		return e
	}
	call := *c
	call.Args = make([]plan.Expr, len(c.Args))
	for i, a := range c.Args {
		call.Args[i] = s.machine(a)
	}
	return &call
}

// ofRow tells whether an expression depends on nothing that steps remember.
func (s *scanner) ofRow(e plan.Expr) bool {
	alone := true
	plan.WalkExpr(e, func(e plan.Expr) {
		if c, ok := e.(*plan.Col); ok && c.Index >= s.width {
			alone = false
		}
	})
	return alone
}

// before adds a column to the input. It stands behind what the machine
// remembers: the layout has it last.
func (s *scanner) before(e plan.Expr) plan.Expr {
	i, ok := s.known[e]
	if !ok {
		i = len(s.cols)
		s.known[e] = i
		s.cols = append(s.cols, plan.Named{Name: "$" + decimalText(i), Expr: e})
	}
	return &plan.Col{Index: s.remembered(len(s.op.Steps), 0) + i - s.width, T: e.Type(), At: e.Span()}
}
