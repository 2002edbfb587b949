package syntax

import "github.com/conshelf/conshelf/kql/diag"

// join reads [props] right [on conditions].
func (p *parser) join(start int) Operator {
	op := &Join{Props: p.props("kind", "withsource", "with_source", "isfuzzy")}
	op.Right = p.expr()
	if p.accept("on") {
		op.On = p.exprList()
	} else if p.at("where") {
		p.fail(diag.Unsupported, "join … where is not supported", "write join … on")
		p.skip()
	}
	op.node = p.from(start)
	return op
}

// lookup reads [props] right on conditions.
func (p *parser) lookup(start int) Operator {
	op := &Lookup{Props: p.props("kind")}
	op.Right = p.expr()
	if p.expect("on") {
		op.On = p.exprList()
	}
	op.node = p.from(start)
	return op
}

// union reads [props] tables.
func (p *parser) union(start int) Operator {
	op := &Union{Props: p.props("kind", "withsource", "with_source", "isfuzzy")}
	p.commas(func() { op.Tables = append(op.Tables, p.tableRef()) })
	op.node = p.from(start)
	return op
}

// tableRef reads a table: a name, a pattern, a path, a call or (rows).
func (p *parser) tableRef() Expr {
	if w := p.wildcard(); w != nil {
		return w
	}
	start := p.start()
	if !p.startsName(0) && !p.at("(") {
		return p.missingExpr()
	}
	x := p.primary()
	for p.at(".") && !p.stopped {
		p.next()
		if w := p.wildcard(); w != nil {
			return &Path{node: p.from(start), X: x, Name: &Name{w.node, w.Pattern, false}}
		}
		x = p.path(start, x)
	}
	return x
}

// search reads [props] [in (tables)] condition.
func (p *parser) search(start int) Operator {
	op := &Search{Props: p.props("kind")}
	op.Tables = p.inTables()
	op.Cond = p.predicate()
	op.node = p.from(start)
	return op
}

// inTables reads in (tables), if it is there.
func (p *parser) inTables() []Expr {
	if !p.at("in") || !p.ahead(1).is("(") {
		return nil
	}
	p.next()
	p.next()
	var tables []Expr
	p.commas(func() { tables = append(tables, p.searchTable()) })
	p.close(")")
	return tables
}

// searchTable reads a table of search and find: table [| as name], or (rows).
func (p *parser) searchTable() Expr {
	start := p.start()
	x := p.tableRef()
	if !p.at("|") {
		return x
	}
	return p.pipe(start, x, nil)
}

// predicate reads a condition of search: * may stand alone, or before and.
func (p *parser) predicate() Expr {
	if !p.at("*") || p.startsStarComparison() {
		return p.expr()
	}
	t := p.next()
	star := &Wildcard{node{t.span}, "*"}
	if !p.at("and") {
		return star
	}
	and := p.next()
	y := p.expr()
	return &Binary{p.from(t.span.Start), and.text, and.span, star, y}
}

// find reads [props] [in (tables)] [where] condition [project …] [project-away …].
func (p *parser) find(start int) Operator {
	op := &Find{Props: p.props("withsource", "with_source", "datascope")}
	op.Tables = p.inTables()
	if op.Props != nil || op.Tables != nil {
		p.expect("where")
	} else {
		p.accept("where")
	}
	op.Cond = p.expr()
	name, size := p.operatorName()
	switch name {
	case "project":
		p.pos += size
		op.Project = p.findColumns()
		name, size = p.operatorName()
	case "project-smart":
		p.pos += size
		op.Smart = true
		name, size = p.operatorName()
	}
	if name == "project-away" {
		p.pos += size
		op.ProjectAway = p.findColumns()
	}
	op.node = p.from(start)
	return op
}

// findColumns reads columns of find: name, name:type, pack(*) or *. A name
// with a type is a Binary with the operator ":" and the type as a Name.
func (p *parser) findColumns() []Expr {
	var list []Expr
	p.commas(func() {
		start := p.start()
		if w := p.wildcard(); w != nil {
			list = append(list, w)
			return
		}
		var x Expr = p.referred()
		switch {
		case p.at("("):
			x = p.call(x.(*Name))
		case p.at(":"):
			op := p.next()
			at := p.start()
			kind := p.typeName()
			x = &Binary{p.from(start), op.text, op.span, x, &Name{p.from(at), kind, false}}
		}
		list = append(list, x)
	})
	return list
}

func (p *parser) print(start int) Operator {
	list := p.namedList()
	return &Print{p.from(start), list}
}

// rows reads the operator range: name from a to b step c.
func (p *parser) rows(start int) Operator {
	op := &Range{Name: p.declared()}
	p.expect("from")
	op.From = p.expr()
	p.expect("to")
	op.To = p.expr()
	p.expect("step")
	op.Step = p.expr()
	op.node = p.from(start)
	return op
}

// evaluate reads [props] plugin(args) [: (schema)].
func (p *parser) evaluate(start int) Operator {
	op := &Evaluate{Props: p.props()}
	op.Call = p.requiredCall()
	if p.at(":") {
		p.next()
		at := p.start()
		schema := &TypeOf{}
		if p.expect("(") {
			p.rowType(schema)
			p.close(")")
		}
		schema.node = p.from(at)
		op.Schema = schema
	}
	op.node = p.from(start)
	return op
}

// requiredCall reads name(args).
func (p *parser) requiredCall() *Call {
	name := p.referred()
	if p.at("(") {
		return p.call(name)
	}
	p.fail(diag.Expected, "expected ( before "+p.tok().describe(), "")
	return &Call{node: p.from(name.span.Start), Func: name}
}

// invoke reads function(args).
func (p *parser) invoke(start int) Operator {
	op := &Invoke{Call: p.requiredCall()}
	if p.at(".") {
		p.fail(diag.Unsupported, "invoke of a function in another database is not supported", "save it as a function of this case")
		p.skip()
	}
	op.node = p.from(start)
	return op
}

// facet reads by columns [with (operators)].
func (p *parser) facet(start int) Operator {
	op := &Facet{}
	p.expect("by")
	p.commas(func() { op.By = append(op.By, p.columnRef()) })
	if p.accept("with") {
		op.With = p.facetBranch()
	}
	op.node = p.from(start)
	return op
}

// facetBranch reads (operators), or one operator without parentheses.
func (p *parser) facetBranch() *Branch {
	if p.at("(") {
		return p.branch()
	}
	start := p.start()
	op := p.operator()
	span := p.from(start)
	return &Branch{node: span, Pipe: &Pipe{span, nil, []Operator{op}}}
}

// fork reads [name =] (operators) ….
func (p *parser) fork(start int) Operator {
	op := &Fork{}
	op.Branches = append(op.Branches, p.branchOrRows())
	for !p.stopped && (p.at("(") || p.startsName(0) && p.ahead(p.nameSize(0)).is("=")) {
		op.Branches = append(op.Branches, p.branchOrRows())
	}
	op.node = p.from(start)
	return op
}

// partition reads [props] by column [in values] (operators), or { rows }.
func (p *parser) partition(start int) Operator {
	op := &Partition{Props: p.props()}
	p.expect("by")
	op.By = p.columnRef()
	if p.accept("in") {
		op.In = p.primary()
	}
	if p.accept("{") {
		op.Expr = p.tabular()
		p.close("}")
	} else {
		op.Branch = p.branchOrRows()
	}
	op.node = p.from(start)
	return op
}
