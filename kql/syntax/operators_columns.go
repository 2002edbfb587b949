package syntax

// where reads [props] condition.
func (p *parser) where(start int) Operator {
	p.props()
	cond := p.named()
	return &Where{p.from(start), cond}
}

func (p *parser) extend(start int) Operator {
	list := p.namedList()
	return &Extend{p.from(start), list}
}

func (p *parser) project(start int) Operator {
	list := p.optional(p.namedList)
	return &Project{p.from(start), list}
}

func (p *parser) projectAway(start int) Operator {
	list := p.optional(p.columnRefs)
	return &ProjectAway{p.from(start), list}
}

func (p *parser) projectKeep(start int) Operator {
	list := p.optional(p.columnRefs)
	return &ProjectKeep{p.from(start), list}
}

func (p *parser) projectRename(start int) Operator {
	list := p.optional(p.namedList)
	return &ProjectRename{p.from(start), list}
}

func (p *parser) projectByNames(start int) Operator {
	list := p.optional(p.exprList)
	return &ProjectByNames{p.from(start), list}
}

// optional reads a list that may be empty.
func (p *parser) optional(list func() []Expr) []Expr {
	if p.atEnd() || p.tok().isOneOf("|", ";", ")", "}") {
		return nil
	}
	return list()
}

// columnRefs reads names and wildcards.
func (p *parser) columnRefs() []Expr {
	var list []Expr
	p.commas(func() {
		if w := p.wildcard(); w != nil {
			list = append(list, w)
			return
		}
		list = append(list, p.columnRef())
	})
	return list
}

// columnRef reads the name of a column, or a path into one. A parenthesis
// after it is not a call.
func (p *parser) columnRef() Expr {
	start := p.start()
	if !p.startsName(0) {
		return p.missingExpr()
	}
	var x Expr = p.referred()
	for !p.stopped {
		switch {
		case p.at("["):
			x = p.index(start, x)
		case p.accept("."):
			x = p.path(start, x)
		default:
			return x
		}
	}
	return x
}

func (p *parser) projectReorder(start int) Operator {
	op := &ProjectReorder{}
	p.commas(func() {
		key := &SortKey{}
		at := p.start()
		if w := p.wildcard(); w != nil {
			key.X = w
		} else {
			key.X = p.columnRef()
		}
		key.Order = p.order()
		key.node = p.from(at)
		op.Keys = append(op.Keys, key)
	})
	op.node = p.from(start)
	return op
}

// order reads asc, desc, granny-asc or granny-desc, if it is there.
func (p *parser) order() string {
	switch name, size := p.operatorName(); name {
	case "asc", "desc", "granny-asc", "granny-desc":
		p.pos += size
		return name
	}
	return ""
}

func (p *parser) distinct(start int) Operator {
	op := &Distinct{}
	p.props()
	p.commas(func() {
		if w := p.wildcard(); w != nil {
			op.Exprs = append(op.Exprs, w)
			return
		}
		op.Exprs = append(op.Exprs, p.named())
	})
	op.node = p.from(start)
	return op
}

func (p *parser) serialize(start int) Operator {
	p.props()
	list := p.optional(p.namedList)
	return &Serialize{p.from(start), list}
}
