package syntax

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
)

// Format writes a tree as KQL: an operator to a line, subqueries indented.
// Reading the text again gives the same tree, but for spans, if the tree was
// read without errors. Comments are not part of a tree; FormatText keeps them.
func Format(n Node) string {
	p := &printer{}
	p.node(n)
	return p.out.String()
}

type printer struct {
	out    strings.Builder
	indent int
	space  string  // printed before more of the line, and not at its end
	source *source // of the comments; nil: none are printed
}

func (p *printer) print(parts ...string) {
	for _, part := range parts {
		if p.mend() {
			part = strings.TrimLeft(part, " ")
		}
		if part == "" {
			continue
		}
		text := strings.TrimRight(part, " ")
		if text != "" {
			p.out.WriteString(p.space + text)
			p.space = ""
			if p.source != nil {
				p.source.started, p.source.fresh = true, false
			}
		}
		p.space += part[len(text):]
	}
}

// line starts a new line.
func (p *printer) line() {
	if p.source != nil {
		p.source.broken, p.source.fresh = false, true
	}
	p.space = ""
	p.newLine(p.indent)
}

func (p *printer) node(n Node) {
	switch n := n.(type) {
	case *Query:
		p.statements(n.Statements)
	case Statement:
		p.statement(n)
	case Expr:
		p.expr(n)
	case Operator:
		p.operator(n)
	default:
		p.part(n)
	}
}

func (p *printer) part(n Node) {
	p.within(n.Span().Start)
	switch n := n.(type) {
	case *Column:
		p.column(n)
	case *Param:
		p.param(n)
	case *Property:
		p.property(n)
	case *SortKey:
		p.sortKey(n)
	case *Expansion:
		p.expansion(n)
	case *PatternPart:
		p.patternPart(n)
	case *TopNestedLevel:
		p.topNestedLevel(n)
	case *FindTable:
		p.expr(n.Table)
	case *ScanStep:
		p.scanStep(n)
	case *SeriesAgg:
		p.seriesAgg(n)
	case *Branch:
		p.branch(n)
	case *GraphElement:
		p.graphElement(n)
	case *PatternMatch:
		p.patternMatch(n)
	default:
		panic(fmt.Sprintf("node %T", n))
	}
}

// list prints items with commas between them.
func list[N any](p *printer, items []N, item func(N)) {
	for i, n := range items {
		if i > 0 {
			p.print(", ")
		}
		item(n)
	}
}

func (p *printer) exprs(items []Expr) { list(p, items, p.expr) }

func (p *printer) statements(statements []Statement) {
	for i, s := range statements {
		if i > 0 {
			p.print(";")
			p.flush(s.Span().Start)
			p.emptyLine(s.Span().Start)
			p.line()
		}
		p.statement(s)
	}
}

func (p *printer) statement(s Statement) {
	p.flush(s.Span().Start)
	switch s := s.(type) {
	case *Let:
		p.print("let ")
		p.name(s.Name)
		p.print(" = ")
		p.expr(s.Value)
	case *Set:
		p.print("set ")
		p.name(s.Name)
		if s.Value != nil {
			p.print(" = ")
			p.expr(s.Value)
		}
	case *Declare:
		p.print("declare query_parameters(")
		list(p, s.Params, p.param)
		p.print(")")
	case *Alias:
		p.print("alias database ")
		p.name(s.Name)
		p.print(" = ")
		p.expr(s.Value)
	case *Restrict:
		p.print("restrict access to (")
		p.exprs(s.Entities)
		p.print(")")
	case *Pattern:
		p.patternStatement(s)
	case *ExprStatement:
		p.expr(s.Expr)
	default:
		panic(fmt.Sprintf("statement %T", s))
	}
}

// name prints a name, in brackets if it was written so or is not a word.
func (p *printer) name(n *Name) {
	if n.Quoted || n.Text == "" || !isWord(n.Text) {
		p.print("[", Quote(n.Text), "]")
		return
	}
	p.print(n.Text)
}

// isWord tells whether text can stand in a query as a name without brackets:
// letters, digits and underscores, and perhaps a dollar sign before them.
func isWord(text string) bool {
	word := strings.TrimPrefix(text, "$")
	return wordSize(word) == len(word)
}

// pattern prints a name with stars.
func (p *printer) pattern(text string) {
	if text == "" || !isWord(strings.ReplaceAll(text, "*", "_")) {
		p.print("[", Quote(text), "]")
		return
	}
	p.print(text)
}

func (p *printer) column(c *Column) {
	p.name(c.Name)
	if c.Type != "" {
		p.print(":", c.Type)
	}
}

func (p *printer) param(param *Param) {
	p.name(param.Name)
	p.print(":")
	switch {
	case param.Star:
		p.print("(*)")
	case param.Table:
		p.print("(")
		list(p, param.Columns, p.column)
		p.print(")")
	default:
		p.print(param.Type)
	}
	if param.Default != nil {
		p.print(" = ")
		p.expr(param.Default)
	}
}

// property prints name=value. A property's name may have dots.
func (p *printer) property(property *Property) {
	for i, part := range strings.Split(property.Name.Text, ".") {
		if i > 0 {
			p.print(".")
		}
		p.name(&Name{Text: part, Quoted: property.Name.Quoted})
	}
	p.print("=")
	p.expr(property.Value)
	for _, name := range property.More {
		p.print(", ")
		p.expr(name)
	}
}

// props prints properties, each with a space before it.
func (p *printer) props(props []*Property) {
	for _, property := range props {
		p.print(" ")
		p.property(property)
	}
}

// withProps prints with (properties).
func (p *printer) withProps(props []*Property) {
	if len(props) == 0 {
		return
	}
	p.print(" with (")
	list(p, props, p.property)
	p.print(")")
}

// literal prints a literal as short as its kind allows.
func (p *printer) literal(x *Literal) {
	if p.written(x) {
		return
	}
	switch x.Kind {
	case StringLiteral:
		if x.Hidden {
			p.print("h")
		}
		p.print(Quote(x.Text))
	case BoolLiteral:
		if isBool(x.Text) {
			p.print(x.Text)
			return
		}
		p.typed("bool", x)
	case LongLiteral:
		p.typed("long", x)
	case IntLiteral:
		p.typed("int", x)
	case RealLiteral:
		p.typed("real", x)
	case DecimalLiteral:
		p.typed("decimal", x)
	case DateTimeLiteral:
		p.typed("datetime", x)
	case TimeSpanLiteral:
		p.typed("timespan", x)
	case GUIDLiteral:
		p.typed("guid", x)
	case NullLiteral:
		p.print("null")
	default:
		panic(fmt.Sprintf("literal kind %d", int(x.Kind)))
	}
}

// typed prints type(text), or the text alone where that reads as the same.
func (p *printer) typed(name string, x *Literal) {
	if strings.ContainsAny(x.Text, ")\r\n") {
		panic(fmt.Sprintf("no literal of type %s holds %q", name, x.Text))
	}
	if x.Text != "" && isDigit(x.Text[0]) && !strings.HasSuffix(x.Text, ".") {
		silent := func(diag.Span, diag.Code, string, string) {}
		tokens := scan(x.Text, silent)
		if t := tokens[0]; len(tokens) == 2 && t.kind == tokenNumber && t.lit == x.Kind {
			p.print(x.Text)
			return
		}
	}
	p.print(name, "(", x.Text, ")")
}
