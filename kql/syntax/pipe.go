package syntax

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
)

// tabular reads an expression that may be tabular: a source and the operators
// that it flows through. Without operators it is the source alone.
func (p *parser) tabular() Expr {
	start := p.start()
	if p.startsCommand() {
		return p.pipe(start, p.command(), nil)
	}
	if name, size := p.operatorName(); size > 0 && p.startsSource(name, size) {
		first := p.operator()
		return p.pipe(start, nil, []Operator{first})
	}
	x := p.expr()
	if p.endsStage() && !p.at("|") {
		return x
	}
	return p.pipe(start, x, nil)
}

// startsSource tells whether name is an operator that brings its own rows,
// and not a table or a function of that name.
func (p *parser) startsSource(name string, size int) bool {
	next := p.ahead(size)
	switch name {
	case "union", "print", "find", "search", "macro-expand":
		return !next.isOneOf("=", "==", ".") && next.kind != tokenEnd
	case "range":
		return p.startsName(size) && !next.is("[")
	case "evaluate":
		return next.kind == tokenWord && next.precedence() == 0
	}
	return false
}

// pipe reads | operator | operator ….
func (p *parser) pipe(start int, source Expr, ops []Operator) Expr {
	ops = p.stages(ops)
	if len(ops) == 0 {
		return source
	}
	return &Pipe{p.from(start), source, ops}
}

// endsStage tells whether the current token may follow an operator.
func (p *parser) endsStage() bool {
	return p.atEnd() || p.tok().isOneOf("|", ";", ")", "]", "}", ",", "=>", "..")
}

func (p *parser) unexpectedInStage() {
	hint := ""
	if p.pos > 0 && p.tokens[p.pos-1].is("not") {
		hint = "not is a function: write not(…)"
	}
	if name, size := p.operatorName(); size > 0 && isOperator(name) {
		hint = "write | " + name
	}
	p.fail(diag.Expected, fmt.Sprintf("expected | or ; before %s", p.tok().describe()), hint)
	p.skip()
}

// operatorName returns the name of an operator at the current token, with its
// dashes, and how many tokens it has.
func (p *parser) operatorName() (name string, size int) {
	if p.tok().kind != tokenWord {
		return "", 0
	}
	size = 1
	for p.ahead(size).is("-") && !p.ahead(size).spaced &&
		p.ahead(size+1).kind == tokenWord && !p.ahead(size+1).spaced {
		size += 2
	}
	return p.propertyName(size), size
}

// operator reads one operator, with its name.
func (p *parser) operator() Operator {
	start := p.start()
	name, size := p.operatorName()
	if size == 0 {
		p.fail(diag.OperatorExpected, "expected an operator before "+p.tok().describe(), "")
		p.skip()
		return p.bad(start)
	}
	defer p.leave()
	if !p.enter() {
		return p.bad(start)
	}
	read := p.reader(name)
	if read == nil {
		return p.unknownOperator(name, size)
	}
	p.pos += size
	return read(start)
}

func (p *parser) bad(start int) Operator {
	span := p.from(start)
	return &BadOperator{span, p.text[span.span.Start:span.span.End]}
}

// unknownOperator reports what stands where an operator should, and skips it.
func (p *parser) unknownOperator(name string, size int) Operator {
	start := p.start()
	span := p.tok().span.To(p.ahead(size - 1).span)
	switch {
	case refusal(name) != "":
		p.report(span, diag.Unsupported, "the operator "+name+" is not supported: "+refusal(name), "")
	default:
		p.report(span, diag.OperatorExpected, "there is no operator "+name, operatorHint(name))
	}
	p.pos += size
	p.skip()
	p.failed = p.pos
	return p.bad(start)
}

// refusal says why this tree has no node for an operator of Kusto; empty: it
// has one, or there is no such operator.
func refusal(name string) string {
	switch name {
	case "assert-schema":
		return "it changes no row; leave it out, or write project"
	case "graph-where-nodes", "graph-where-edges":
		return "it is documented by its name alone; write graph-match … where"
	case "__executeAndCache", "__partitionby":
		return "it is of the service's own"
	}
	return ""
}

// isOperator tells whether name may follow a bar.
func isOperator(name string) bool {
	for _, known := range operatorNames() {
		if known == name {
			return true
		}
	}
	return false
}

// operatorHint suggests the operator that was meant.
func operatorHint(name string) string {
	if name == "project-star" || name == "select" {
		return "write project"
	}
	if best := nearest(name, operatorNames()); best != "" {
		return "did you mean " + best + "?"
	}
	if best := nearest(name, sourceOperatorNames()); best != "" {
		return best + " cannot follow a bar: it starts a query"
	}
	return ""
}

// nearest returns the name that the fewest edits make of text, if they are
// few for its length; the first of those that are equally near.
func nearest(text string, names []string) string {
	text = strings.ToLower(text)
	best, least := "", min(len(text)/3+1, 4)
	for _, name := range names {
		if d := distance(text, name, least); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that make b of a. It does not count past limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}

// reader returns the method that reads what follows an operator's name, or
// nil if there is no such operator.
func (p *parser) reader(name string) func(start int) Operator {
	switch name {
	case "where", "filter":
		return p.where
	case "extend":
		return p.extend
	case "project":
		return p.project
	case "project-away":
		return p.projectAway
	case "project-keep":
		return p.projectKeep
	case "project-rename":
		return p.projectRename
	case "project-reorder":
		return p.projectReorder
	case "project-by-names":
		return p.projectByNames
	case "summarize":
		return p.summarize
	case "distinct":
		return p.distinct
	case "count":
		return p.count
	case "take", "limit":
		return p.take
	case "sample":
		return p.sample
	case "sample-distinct":
		return p.sampleDistinct
	case "sort", "order":
		return p.sort
	case "top":
		return p.top
	case "top-nested":
		return p.topNested
	case "top-hitters":
		return p.topHitters
	}
	return p.combiningReader(name)
}

// combiningReader returns readers of the operators that combine tables,
// expand values or parse text.
func (p *parser) combiningReader(name string) func(start int) Operator {
	switch name {
	case "join":
		return p.join
	case "lookup":
		return p.lookup
	case "union":
		return p.union
	case "mv-expand", "mvexpand":
		return func(start int) Operator { return p.mvExpand(start, name == "mvexpand") }
	case "mv-apply", "mvapply":
		return p.mvApply
	case "parse", "parse-where":
		return func(start int) Operator { return p.parse(start, name == "parse-where") }
	case "parse-kv":
		return p.parseKv
	case "make-series":
		return p.makeSeries
	case "evaluate":
		return p.evaluate
	case "invoke":
		return p.invoke
	case "as":
		return p.as
	case "serialize":
		return p.serialize
	case "render":
		return p.render
	case "getschema":
		return p.getSchema
	case "consume":
		return p.consume
	}
	return p.rareReader(name)
}

// rareReader returns readers of the operators that start queries, branch, and
// walk graphs.
func (p *parser) rareReader(name string) func(start int) Operator {
	switch name {
	case "print":
		return p.print
	case "range":
		return p.rows
	case "search":
		return p.search
	case "find":
		return p.find
	case "facet":
		return p.facet
	case "fork":
		return p.fork
	case "partition":
		return p.partition
	case "reduce":
		return p.reduce
	case "scan":
		return p.scan
	case "make-graph":
		return p.makeGraph
	case "graph-match":
		return func(start int) Operator { return p.graphMatch(start, false) }
	case "graph-shortest-paths":
		return func(start int) Operator { return p.graphMatch(start, true) }
	case "graph-to-table":
		return p.graphToTable
	case "graph-mark-components":
		return p.graphMark
	case "macro-expand":
		return p.macroExpand
	}
	return nil
}

// branch reads (operators).
func (p *parser) branch() *Branch { return p.branchOf(p.branchOps) }

// branchOrRows reads (operators) or (rows). Rows are the source of the pipe.
func (p *parser) branchOrRows() *Branch { return p.branchOf(p.branchPipe) }

func (p *parser) branchOf(pipe func() *Pipe) *Branch {
	start := p.start()
	b := &Branch{}
	if p.startsName(0) && p.ahead(p.nameSize(0)).is("=") {
		b.Name = p.declared()
		p.next()
	}
	p.expect("(")
	b.Pipe = pipe()
	p.close(")")
	b.node = p.from(start)
	return b
}

// branchOps reads operator | operator ….
func (p *parser) branchOps() *Pipe {
	start := p.start()
	ops := p.stages([]Operator{p.operator()})
	return &Pipe{p.from(start), nil, ops}
}

// stages reads | operator | operator … after ops.
func (p *parser) stages(ops []Operator) []Operator {
	for {
		if !p.endsStage() {
			p.unexpectedInStage()
		}
		if !p.accept("|") {
			return ops
		}
		ops = append(ops, p.operator())
	}
}

// branchPipe reads operators, or a source and its operators.
func (p *parser) branchPipe() *Pipe {
	if name, size := p.operatorName(); size > 0 && p.reader(name) != nil && !p.ahead(size).isOneOf("|", ".") ||
		p.at("count") {
		return p.branchOps()
	}
	start := p.start()
	x := p.tabular()
	if pipe, ok := x.(*Pipe); ok {
		return pipe
	}
	return &Pipe{p.from(start), x, nil}
}
