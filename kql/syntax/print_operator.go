package syntax

import "fmt"

func (p *printer) operator(op Operator) {
	switch op := op.(type) {
	case *Where:
		p.print("where ")
		p.expr(op.Cond)
	case *Extend:
		p.listed("extend", op.Exprs)
	case *Project:
		p.listed("project", op.Exprs)
	case *ProjectAway:
		p.listed("project-away", op.Columns)
	case *ProjectKeep:
		p.listed("project-keep", op.Columns)
	case *ProjectRename:
		p.listed("project-rename", op.Exprs)
	case *ProjectReorder:
		p.print("project-reorder ")
		list(p, op.Keys, p.sortKey)
	case *ProjectByNames:
		p.listed("project-by-names", op.Exprs)
	case *Summarize:
		p.summarize(op)
	case *Distinct:
		p.listed("distinct", op.Exprs)
	case *Count:
		p.print("count")
		if op.As != nil {
			p.print(" as ")
			p.name(op.As)
		}
	case *Take:
		p.print("take")
		p.props(op.Props)
		p.clause("", op.N)
	case *Sample:
		p.print("sample")
		p.clause("", op.N)
	case *SampleDistinct:
		p.print("sample-distinct")
		p.clause("", op.N)
		p.clause("of", op.Of)
	case *Sort:
		p.print("sort")
		p.props(op.Props)
		p.print(" by ")
		list(p, op.Keys, p.sortKey)
	case *Top:
		p.print("top")
		p.props(op.Props)
		p.clause("", op.N)
		p.print(" by ")
		list(p, op.Keys, p.sortKey)
	case *TopNested:
		list(p, op.Levels, p.topNestedLevel)
	case *TopHitters:
		p.print("top-hitters")
		p.clause("", op.N)
		p.clause("of", op.Of)
		p.clause("by", op.By)
	case *Join:
		p.join("join", op.Props, op.Right, op.On)
	case *Lookup:
		p.join("lookup", op.Props, op.Right, op.On)
	case *Union:
		p.print("union")
		p.props(op.Props)
		p.print(" ")
		p.exprs(op.Tables)
	case *MvExpand:
		p.mvExpand(op)
	case *MvApply:
		p.mvApply(op)
	case *Parse:
		p.parse(op)
	case *ParseKv:
		p.print("parse-kv")
		p.clause("", op.X)
		p.print(" as (")
		list(p, op.Columns, p.column)
		p.print(")")
		p.withProps(op.Props)
	case *MakeSeries:
		p.makeSeries(op)
	case *Evaluate:
		p.print("evaluate")
		p.props(op.Props)
		p.clause("", op.Call)
		if op.Schema != nil {
			p.print(" : ")
			p.rowType(op.Schema)
		}
	case *Invoke:
		p.print("invoke")
		p.clause("", op.Call)
	case *As:
		p.print("as")
		p.props(op.Props)
		p.clause("", op.Name)
	case *Serialize:
		p.listed("serialize", op.Exprs)
	case *Render:
		p.print("render ", op.Kind)
		p.withProps(op.Props)
	case *GetSchema:
		p.print("getschema")
		p.props(op.Props)
	case *Consume:
		p.print("consume")
		p.props(op.Props)
	case *Print:
		p.listed("print", op.Exprs)
	case *Range:
		p.print("range")
		p.clause("", op.Name)
		p.clause("from", op.From)
		p.clause("to", op.To)
		p.clause("step", op.Step)
	case *Search:
		p.print("search")
		p.props(op.Props)
		p.inTables(op.Tables)
		p.clause("", op.Cond)
	case *Find:
		p.find(op)
	case *Facet:
		p.listed("facet by", op.By)
		if op.With != nil {
			p.print(" with ")
			p.branch(op.With)
		}
	case *Fork:
		p.print("fork")
		for _, b := range op.Branches {
			p.print(" ")
			p.branch(b)
		}
	case *Partition:
		p.partition(op)
	case *Reduce:
		p.print("reduce")
		p.props(op.Props)
		p.clause("by", op.By)
		if len(op.With) > 0 {
			p.print(" with ")
			list(p, op.With, p.property)
		}
	case *Scan:
		p.scan(op)
	case *MakeGraph:
		p.makeGraph(op)
	case *GraphMatch:
		p.graphMatch(op)
	case *GraphToTable:
		p.graphToTable(op)
	case *GraphMark:
		p.print("graph-mark-components")
		p.props(op.Props)
	case *MacroExpand:
		p.macroExpand(op)
	case *BadOperator:
		p.print(op.Text)
	default:
		panic(fmt.Sprintf("operator %T", op))
	}
}

// listed prints name item, item, ….
func (p *printer) listed(name string, items []Expr) {
	p.print(name)
	if len(items) > 0 {
		p.print(" ")
	}
	p.exprs(items)
}

// clause prints word x, if x is there.
func (p *printer) clause(word string, x Expr) {
	if x == nil {
		return
	}
	if word != "" {
		p.print(" ", word)
	}
	p.print(" ")
	p.expr(x)
}

func (p *printer) summarize(op *Summarize) {
	p.print("summarize")
	p.props(op.Props)
	if len(op.Aggs) > 0 {
		p.print(" ")
	}
	p.exprs(op.Aggs)
	if op.HasBy {
		p.print(" by ")
		p.exprs(op.By)
	}
}

func (p *printer) sortKey(key *SortKey) {
	p.expr(key.X)
	if key.Order != "" {
		p.print(" ", key.Order)
	}
	if key.Nulls != "" {
		p.print(" nulls ", key.Nulls)
	}
}

func (p *printer) topNestedLevel(level *TopNestedLevel) {
	p.print("top-nested")
	p.clause("", level.N)
	p.clause("of", level.Of)
	p.clause("with others =", level.Others)
	p.clause("by", level.By)
	if level.Order != "" {
		p.print(" ", level.Order)
	}
}

func (p *printer) join(name string, props []*Property, right Expr, on []Expr) {
	p.print(name)
	p.props(props)
	p.print(" ")
	p.operand(right, precOr)
	if len(on) > 0 {
		p.print(" on ")
		p.exprs(on)
	}
}

func (p *printer) expansion(e *Expansion) {
	if e.Name != nil {
		p.name(e.Name)
		p.print(" = ")
	}
	p.expr(e.X)
	if e.Type != "" {
		p.print(" to typeof(", e.Type, ")")
	}
}

func (p *printer) mvExpand(op *MvExpand) {
	if op.Legacy {
		p.print("mvexpand")
	} else {
		p.print("mv-expand")
	}
	p.props(op.Props)
	p.print(" ")
	list(p, op.Columns, p.expansion)
	p.clause("limit", op.Limit)
}

func (p *printer) mvApply(op *MvApply) {
	p.print("mv-apply")
	p.props(op.Props)
	p.print(" ")
	list(p, op.Columns, p.expansion)
	p.clause("limit", op.Limit)
	p.clause("id", op.ID)
	p.print(" on ")
	p.branch(op.On)
}

// branch prints [name =] (operators), on lines of their own.
func (p *printer) branch(b *Branch) {
	if b.Name != nil {
		p.name(b.Name)
		p.print(" = ")
	}
	p.print("(")
	p.block(func() {
		p.pipe(b.Pipe)
		p.flush(b.span.End - 1)
	})
	p.print(")")
}

func (p *printer) patternPart(part *PatternPart) {
	switch {
	case part.Star:
		p.print("*")
	case part.Text != nil:
		p.literal(part.Text)
	case part.Column != nil:
		p.column(part.Column)
	}
}

func (p *printer) parse(op *Parse) {
	p.print("parse")
	if op.Where {
		p.print("-where")
	}
	p.props(op.Props)
	p.clause("", op.X)
	p.print(" with")
	for _, part := range op.Pattern {
		p.print(" ")
		p.patternPart(part)
	}
}

func (p *printer) seriesAgg(agg *SeriesAgg) {
	p.expr(agg.X)
	p.clause("default =", agg.Default)
}

func (p *printer) makeSeries(op *MakeSeries) {
	p.print("make-series")
	p.props(op.Props)
	p.print(" ")
	list(p, op.Aggs, p.seriesAgg)
	p.clause("on", op.On)
	p.clause("from", op.From)
	p.clause("to", op.To)
	p.clause("step", op.Step)
	p.clause("in", op.In)
	if len(op.By) > 0 {
		p.print(" by ")
		p.exprs(op.By)
	}
}

func (p *printer) inTables(tables []Expr) {
	if len(tables) > 0 {
		p.print(" in (")
		p.exprs(tables)
		p.print(")")
	}
}

func (p *printer) find(op *Find) {
	p.print("find")
	p.props(op.Props)
	p.inTables(op.Tables)
	p.clause("where", op.Cond)
	switch {
	case op.Smart:
		p.print(" project-smart")
	case len(op.Project) > 0:
		p.print(" ")
		p.listed("project", op.Project)
	}
	if len(op.ProjectAway) > 0 {
		p.print(" ")
		p.listed("project-away", op.ProjectAway)
	}
}

func (p *printer) partition(op *Partition) {
	p.print("partition")
	p.props(op.Props)
	p.clause("by", op.By)
	p.clause("in", op.In)
	p.print(" ")
	if op.Branch != nil {
		p.branch(op.Branch)
		return
	}
	p.print("{")
	p.block(func() { p.expr(op.Expr) })
	p.print("}")
}

func (p *printer) scan(op *Scan) {
	p.print("scan")
	p.props(op.Props)
	if len(op.OrderBy) > 0 {
		p.print(" order by ")
		list(p, op.OrderBy, p.sortKey)
	}
	if len(op.PartitionBy) > 0 {
		p.print(" partition by ")
		p.exprs(op.PartitionBy)
	}
	if len(op.Declare) > 0 {
		p.print(" declare (")
		list(p, op.Declare, p.param)
		p.print(")")
	}
	p.print(" with (")
	p.block(func() { p.scanSteps(op.Steps) })
	p.print(")")
}

func (p *printer) scanSteps(steps []*ScanStep) {
	for i, step := range steps {
		if i > 0 {
			p.line()
		}
		p.scanStep(step)
	}
}

func (p *printer) scanStep(step *ScanStep) {
	p.print("step ")
	p.name(step.Name)
	if step.Optional {
		p.print(" optional")
	}
	if step.Output != "" {
		p.print(" output=", step.Output)
	}
	p.print(": ")
	p.expr(step.Cond)
	if len(step.Assign) > 0 {
		p.print(" => ")
		list(p, step.Assign, p.named)
	}
	p.print(";")
}

func (p *printer) makeGraph(op *MakeGraph) {
	p.print("make-graph")
	var nodeID []*Property
	for _, property := range op.Props {
		if property.Name.Text == "with_node_id" {
			nodeID = append(nodeID, property)
			continue
		}
		p.props([]*Property{property})
	}
	p.clause("", op.Source)
	if op.Directed {
		p.print(" -->")
	} else {
		p.print(" --")
	}
	p.clause("", op.Target)
	p.props(nodeID)
	for i, table := range op.With {
		if i == 0 {
			p.print(" with")
		} else {
			p.print(",")
		}
		p.clause("", table)
		p.clause("on", op.On[i])
	}
	if op.Branch != nil {
		p.clause("partitioned-by", op.PartitionedBy)
		p.print(" ")
		p.branch(op.Branch)
	}
}

func (p *printer) graphMatch(op *GraphMatch) {
	if op.Shortest {
		p.print("graph-shortest-paths")
	} else {
		p.print("graph-match")
	}
	p.props(op.Props)
	p.print(" ")
	list(p, op.Patterns, func(pattern []*GraphElement) {
		for _, element := range pattern {
			p.graphElement(element)
		}
	})
	p.clause("where", op.Cond)
	if len(op.Project) > 0 {
		p.print(" ")
		p.listed("project", op.Project)
	}
}

func (p *printer) graphElement(e *GraphElement) {
	switch {
	case !e.Edge:
		p.print("(")
		if e.Name != nil {
			p.name(e.Name)
		}
		p.print(")")
	case e.Name == nil && e.Min == nil:
		p.print(e.Direction)
	default:
		p.graphEdge(e)
	}
}

func (p *printer) graphEdge(e *GraphElement) {
	if e.Direction == "<--" {
		p.print("<")
	}
	p.print("-[")
	if e.Name != nil {
		p.name(e.Name)
	}
	if e.Min != nil {
		p.print("*")
		p.expr(e.Min)
		p.print("..")
		p.expr(e.Max)
	}
	p.print("]-")
	if e.Direction == "-->" {
		p.print(">")
	}
}

func (p *printer) graphToTable(op *GraphToTable) {
	p.print("graph-to-table ")
	list(p, op.Outputs, func(output *Property) {
		p.name(output.Name)
		p.clause("as", output.Value)
		p.props(outputProps(output.Name.Text, op.Props))
	})
}

// outputProps returns the properties that belong to nodes, or to edges.
func outputProps(output string, props []*Property) []*Property {
	var own []*Property
	for _, property := range props {
		if (property.Name.Text == "with_node_id") == (output == "nodes") {
			own = append(own, property)
		}
	}
	return own
}
