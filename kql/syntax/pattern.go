package syntax

// patternStatement reads declare pattern name [= (params)[path] { matches }].
func (p *parser) patternStatement() Statement {
	start := p.next().span.Start
	p.next()
	s := &Pattern{Name: p.declared()}
	if !p.accept("=") {
		s.Bare, s.node = true, p.from(start)
		return s
	}
	if p.expect("(") {
		p.commas(func() { s.Params = append(s.Params, p.param()) })
		p.close(")")
	}
	if p.accept("[") {
		s.Path = p.param()
		p.close("]")
	}
	p.expect("{")
	for p.at("(") {
		s.Matches = append(s.Matches, p.patternMatch())
		if !p.accept(";") {
			break
		}
	}
	p.close("}")
	s.node = p.from(start)
	return s
}

// patternMatch reads (args)[.[path]] = { body }.
func (p *parser) patternMatch() *PatternMatch {
	start := p.start()
	m := &PatternMatch{}
	p.next()
	p.commas(func() { m.Args = append(m.Args, p.literalValue()) })
	p.close(")")
	if p.accept(".") {
		p.expect("[")
		m.Path = p.literalValue()
		p.close("]")
	}
	p.expect("=")
	if p.expect("{") {
		m.Body = p.statements("}")
		p.expect("}")
	}
	m.node = p.from(start)
	return m
}

func (p *printer) patternStatement(s *Pattern) {
	p.print("declare pattern ")
	p.name(s.Name)
	if s.Bare {
		return
	}
	p.print(" = (")
	list(p, s.Params, p.param)
	p.print(")")
	if s.Path != nil {
		p.print("[")
		p.param(s.Path)
		p.print("]")
	}
	p.print(" {")
	p.block(func() {
		for i, m := range s.Matches {
			if i > 0 {
				p.line()
			}
			p.flush(m.span.Start)
			p.patternMatch(m)
			p.print(";")
		}
		p.flush(s.span.End - 1)
	})
	p.print("}")
}

func (p *printer) patternMatch(m *PatternMatch) {
	p.print("(")
	p.exprs(m.Args)
	p.print(")")
	if m.Path != nil {
		p.print(".[")
		p.expr(m.Path)
		p.print("]")
	}
	p.print(" = {")
	p.block(func() {
		p.statements(m.Body)
		p.flush(m.span.End - 1)
	})
	p.print("}")
}
