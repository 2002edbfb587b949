package syntax

import "fmt"

// precPostfix and precUnary are tighter than every operator between operands.
const (
	precUnary = precString + 1 + iota
	precPostfix
)

// tightness returns how tight an expression holds together.
func tightness(x Expr) int {
	switch x := x.(type) {
	case *Binary:
		if x.Op == "matches regex" {
			return precString
		}
		if prec := wordPrecedence(x.Op); prec > 0 {
			return prec
		}
		return markPrecedence(x.Op)
	case *Between, *Membership:
		return precEquality
	case *Unary:
		return precUnary
	case *Pipe, *Named, *FunctionLiteral:
		return 0
	case *Name, *Wildcard, *Literal, *Dynamic, *DynamicArray, *DynamicBag, *Call, *Path,
		*Index, *Paren, *TypeOf, *DataTable, *ExternalData, *Foreign, *EntityGroup:
		return precPostfix
	}
	panic(fmt.Sprintf("expression %T", x))
}

// operand prints x, in parentheses if it holds together less tight than least.
func (p *printer) operand(x Expr, least int) {
	if tightness(x) < least {
		p.parens(x)
		return
	}
	p.expr(x)
}

// parens prints (x); a subquery goes on lines of its own.
func (p *printer) parens(x Expr) { p.parensTo(x, 0) }

// parensTo prints (x), whose closing mark ends at an offset of the source; 0 if
// that is not known.
func (p *printer) parensTo(x Expr, end int) {
	p.print("(")
	if _, ok := x.(*Pipe); ok {
		p.block(func() {
			p.expr(x)
			p.flush(end - 1)
		})
	} else {
		p.expr(x)
	}
	p.print(")")
}

// block prints lines that are indented by one more.
func (p *printer) block(body func()) {
	p.indent++
	p.line()
	body()
	p.indent--
	p.line()
}

func (p *printer) expr(x Expr) {
	p.within(x.Span().Start)
	switch x := x.(type) {
	case *Name:
		p.name(x)
	case *Wildcard:
		p.pattern(x.Pattern)
	case *Literal:
		p.literal(x)
	case *Dynamic:
		p.print("dynamic(")
		p.expr(x.Value)
		p.print(")")
	case *DynamicArray:
		p.print("[")
		p.exprs(x.Elements)
		p.print("]")
	case *DynamicBag:
		p.bag(x)
	case *Unary:
		p.print(x.Op)
		p.operand(x.X, precPostfix)
	case *Binary:
		prec := tightness(x)
		p.operand(x.X, leftTightness(prec))
		p.within(x.OpAt.Start)
		p.print(" ", x.Op, " ")
		p.operand(x.Y, prec+1)
	case *Between:
		p.between(x)
	case *Membership:
		p.operand(x.X, precEquality+1)
		p.print(" ", x.Op, " ")
		p.arguments(x.List)
	case *Call:
		p.name(x.Func)
		p.arguments(x.Args)
	case *Path:
		p.path(x)
	case *Index:
		p.operand(x.X, precPostfix)
		p.print("[")
		p.expr(x.Index)
		p.print("]")
	case *Paren:
		p.parensTo(x.X, x.span.End)
	case *Named:
		p.named(x)
	case *TypeOf:
		p.print("typeof")
		p.rowType(x)
	case *Pipe:
		p.pipe(x)
	case *DataTable:
		p.dataTable(x)
	case *ExternalData:
		p.externalData(x)
	case *Foreign:
		p.print(x.Text)
	case *EntityGroup:
		p.print("entity_group [")
		p.exprs(x.Entities)
		p.print("]")
	case *FunctionLiteral:
		p.function(x)
	default:
		panic(fmt.Sprintf("expression %T", x))
	}
}

// leftTightness returns how tight the left operand must be: as tight as the
// operator where operators chain, and tighter where they do not.
func leftTightness(prec int) int {
	switch prec {
	case precEquality, precRelation, precString:
		return prec + 1
	}
	return prec
}

func (p *printer) bag(x *DynamicBag) {
	p.print("{")
	for i, key := range x.Keys {
		if i > 0 {
			p.print(", ")
		}
		p.literal(key)
		p.print(": ")
		p.expr(x.Values[i])
	}
	p.print("}")
}

func (p *printer) between(x *Between) {
	p.operand(x.X, precEquality+1)
	if x.Not {
		p.print(" !between (")
	} else {
		p.print(" between (")
	}
	p.expr(x.Low)
	p.print(" .. ")
	p.expr(x.High)
	p.print(")")
}

// arguments prints (list); a single subquery goes on lines of its own.
func (p *printer) arguments(args []Expr) {
	if len(args) == 1 {
		p.parens(args[0])
		return
	}
	p.print("(")
	p.exprs(args)
	p.print(")")
}

func (p *printer) path(x *Path) {
	p.operand(x.X, precPostfix)
	if _, ok := x.X.(*Literal); ok {
		p.print(" ") // 1.e5 is a number
	}
	switch {
	case x.Call != nil:
		p.print(".")
		p.expr(x.Call)
	case x.Name.Quoted:
		p.print("[", Quote(x.Name.Text), "]")
	default:
		p.print(".")
		p.pattern(x.Name.Text)
	}
}

func (p *printer) named(x *Named) {
	if x.Tuple {
		p.print("(")
	}
	list(p, x.Names, p.name)
	if x.Tuple {
		p.print(")")
	}
	p.print(" = ")
	p.expr(x.X)
}

// rowType prints (type), or (*, columns).
func (p *printer) rowType(x *TypeOf) {
	p.print("(", x.Type)
	if x.Star {
		p.print("*")
		if len(x.Columns) > 0 {
			p.print(", ")
		}
	}
	list(p, x.Columns, p.column)
	p.print(")")
}

// pipe prints a source and its operators, each on a line.
func (p *printer) pipe(x *Pipe) {
	if x.Source != nil {
		p.operand(x.Source, precOr)
	}
	for i, op := range x.Ops {
		p.flush(op.Span().Start)
		if i > 0 || x.Source != nil {
			p.line()
			p.print("| ")
		}
		p.operator(op)
	}
}

// dataTable prints a row to a line.
func (p *printer) dataTable(x *DataTable) {
	p.print("datatable(")
	list(p, x.Columns, p.column)
	p.print(") [")
	if len(x.Values) > 0 {
		p.block(func() {
			p.rows(x)
			p.flush(x.span.End - 1)
		})
	}
	p.print("]")
}

func (p *printer) rows(x *DataTable) {
	for i, value := range x.Values {
		switch {
		case i == 0:
		case len(x.Columns) > 0 && i%len(x.Columns) == 0:
			p.print(",")
			p.flush(value.Span().Start)
			p.line()
		default:
			p.print(", ")
		}
		p.expr(value)
	}
}

func (p *printer) externalData(x *ExternalData) {
	p.print("externaldata(")
	list(p, x.Columns, p.column)
	p.print(") [")
	p.exprs(x.URIs)
	p.print("]")
	p.withProps(x.Props)
}

func (p *printer) function(x *FunctionLiteral) {
	if x.View {
		p.print("view ")
	}
	p.print("(")
	list(p, x.Params, p.param)
	p.print(") {")
	p.block(func() {
		p.statements(x.Body)
		p.flush(x.span.End - 1)
	})
	p.print("}")
}
