package sqlgen

import (
	"encoding/json"
	"slices"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A Machine is a plan.Match as the engine's procedure $match reads it, as
// JSON.
type Machine struct {
	Width    int // columns of a row that a step remembers
	Keep     []int
	Declared []MachineCell
	Steps    []MachineStep
	ID, Name bool // whether the sequence's number and the step's name are wanted
}

// A MachineStep is a step of a Machine.
type MachineStep struct {
	Name   string
	Silent bool
	Cond   MachineExpr
	Assign []MachineAssign
}

// A MachineAssign assigns to a declared column.
type MachineAssign struct {
	Declared int
	Expr     MachineExpr
}

// A MachineCell is a constant: see ProcedureArg.
type MachineCell struct {
	Type types.Scalar
	Text *string
}

// A MachineExpr is an expression: exactly one of Call, Cell, Row and Step is
// what it is.
type MachineExpr struct {
	Type types.Scalar
	Call string        `json:",omitempty"` // a function of MachineFunctions
	Args []MachineExpr `json:",omitempty"`
	Cell *MachineCell  `json:",omitempty"`
	Row  *int          `json:",omitempty"` // a column of the row
	Step *int          `json:",omitempty"` // a step, and
	Col  int           `json:",omitempty"` // the column that it remembers
}

// MachineFunctions returns the functions that a machine can compute of what
// its steps remember, sorted. Of the row alone every function can be.
func MachineFunctions() []string {
	list := []string{
		"and", "or", "not", "==", "!=", "<", "<=", ">", ">=", "between", "!between", "in", "!in", "+", "-", "*", "/", "%", "neg",
		"iff", "case", "coalesce", "isnull", "isnotnull", "isempty", "isnotempty", "max_of", "min_of",
		"strcat", "tostring", "tolong", "toint", "toreal",
	}
	slices.Sort(list)
	return list
}

// match writes a machine.
func (g *generator) match(r *plan.Match) relation {
	if !g.dialect.plugins["$match"] {
		g.refuse("scan", "it has no form in "+g.dialect.Name, "", r.Span)
		return relation{name: "r0", cols: make([]string, len(r.Columns()))}
	}
	m := Machine{Width: r.Width, Keep: r.Keep, ID: r.ID != "", Name: r.Step != ""}
	for _, d := range r.Declared {
		m.Declared = append(m.Declared, machineCell(d.Default))
	}
	for _, s := range r.Steps {
		step := MachineStep{Name: s.Name, Silent: s.Silent, Cond: g.machineExpr(r, s.Cond)}
		for _, a := range s.Assign {
			step.Assign = append(step.Assign, MachineAssign{Declared: a.Declared, Expr: g.machineExpr(r, a.Expr)})
		}
		m.Steps = append(m.Steps, step)
	}
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // names, numbers and texts always have a form
	}
	spec := string(text)
	p := Procedure{
		Name: "$match", Input: scalars(r.Input.Columns()), Output: scalars(r.Columns()),
		Args: []ProcedureArg{{Column: -1, Type: types.String, Text: &spec}},
	}
	return g.procedure(g.rel(r.Input), p, r.Columns())
}

func machineCell(v types.Value) MachineCell {
	cell := MachineCell{Type: v.Type}
	if v.Valid {
		text := cellText(v)
		cell.Text = &text
	}
	return cell
}

func (g *generator) machineExpr(r *plan.Match, e plan.Expr) MachineExpr {
	switch e := e.(type) {
	case *plan.Const:
		cell := machineCell(e.Value)
		return MachineExpr{Type: e.Value.Type, Cell: &cell}
	case *plan.Col:
		return machineColumn(r, e)
	case *plan.Call:
		out := MachineExpr{Type: e.T, Call: e.Func}
		if !slices.Contains(MachineFunctions(), e.Func) || !machineTypes(e) {
			g.refuse(e.Func+" of what a step of scan remembers", "only simple functions are", "compute it with extend before scan, or after it", e.At)
			return out
		}
		for _, a := range e.Args {
			out.Args = append(out.Args, g.machineExpr(r, a))
		}
		return out
	case *plan.Path, *plan.Subquery, *plan.InQuery:
		g.refuse("a member or a query of what a step of scan remembers", "only simple functions are", "compute it with extend before scan", e.Span())
		return MachineExpr{}
	default:
		panic(e) // unreachable: gochecksumtype proves the switch complete
	}
}

// machineColumn says a column of the layout of a match.
func machineColumn(r *plan.Match, c *plan.Col) MachineExpr {
	out := MachineExpr{Type: c.T}
	size := r.Width + len(r.Declared)
	i := c.Index - r.Width
	switch {
	case i < 0:
		out.Row = &c.Index
	case i >= size*len(r.Steps):
		row := i - size*len(r.Steps) + r.Width
		out.Row = &row
	default:
		step := i / size
		out.Step, out.Col = &step, i%size
	}
	return out
}

// machineTypes tells whether the machine computes a call of arguments of these
// types.
func machineTypes(c *plan.Call) bool {
	for _, a := range c.Args {
		t := a.Type()
		switch c.Func {
		case "iff", "case", "coalesce", "isnull", "isnotnull":
		case "==", "!=", "in", "!in":
			if t == types.Dynamic {
				return false
			}
		case "isempty", "isnotempty", "tostring", "strcat":
			if t == types.Dynamic {
				return false
			}
		case "tolong", "toint", "toreal":
			if !t.Integral() && t != types.Real {
				return false
			}
		default:
			if t == types.Dynamic || t == types.Decimal || t == types.GUID {
				return false
			}
		}
	}
	return true
}
