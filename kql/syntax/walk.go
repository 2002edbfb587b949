package syntax

import "fmt"

// Inspect calls f for n and, where f returns true, for what n is made of, in
// the order of the text. It visits every node of the tree: statements,
// expressions, operators, and their parts such as names, columns and
// properties. N must not be nil.
func Inspect(n Node, f func(Node) bool) {
	if !f(n) {
		return
	}
	w := walker{f}
	switch n := n.(type) {
	case *Query:
		walkAll(w, n.Statements)
	case Statement:
		w.statement(n)
	case Expr:
		w.expr(n)
	case Operator:
		w.operator(n)
	default:
		w.part(n)
	}
}

type walker struct{ f func(Node) bool }

// some visits the expressions that are there.
func (w walker) some(list ...Expr) {
	for _, x := range list {
		if x != nil {
			Inspect(x, w.f)
		}
	}
}

// walkAll visits each node of list.
func walkAll[N Node](w walker, list []N) {
	for _, n := range list {
		Inspect(n, w.f)
	}
}

// walkOne visits a node that may be missing.
func walkOne[T any, P interface {
	*T
	Node
}](w walker, n P) {
	if n != nil {
		Inspect(n, w.f)
	}
}

func (w walker) statement(n Statement) {
	switch n := n.(type) {
	case *Let:
		walkOne(w, n.Name)
		w.some(n.Value)
	case *Set:
		walkOne(w, n.Name)
		w.some(n.Value)
	case *Declare:
		walkAll(w, n.Params)
	case *Alias:
		walkOne(w, n.Name)
		w.some(n.Value)
	case *Restrict:
		w.some(n.Entities...)
	case *Pattern:
		walkOne(w, n.Name)
		walkAll(w, n.Params)
		walkOne(w, n.Path)
		walkAll(w, n.Matches)
	case *ExprStatement:
		w.some(n.Expr)
	default:
		panic(fmt.Sprintf("statement %T", n))
	}
}

func (w walker) expr(n Expr) {
	switch n := n.(type) {
	case *Name, *Wildcard, *Literal:
	case *Dynamic:
		w.some(n.Value)
	case *DynamicArray:
		w.some(n.Elements...)
	case *DynamicBag:
		for i, key := range n.Keys {
			w.some(key, n.Values[i])
		}
	case *Unary:
		w.some(n.X)
	case *Binary:
		w.some(n.X, n.Y)
	case *Between:
		w.some(n.X, n.Low, n.High)
	case *Membership:
		w.some(n.X)
		w.some(n.List...)
	case *Call:
		walkOne(w, n.Func)
		w.some(n.Args...)
	case *Path:
		w.path(n)
	case *Index:
		w.some(n.X, n.Index)
	case *Paren:
		w.some(n.X)
	case *Named:
		walkAll(w, n.Names)
		w.some(n.X)
	case *TypeOf:
		walkAll(w, n.Columns)
	case *Pipe:
		w.some(n.Source)
		walkAll(w, n.Ops)
	case *DataTable:
		walkAll(w, n.Columns)
		w.some(n.Values...)
	case *ExternalData:
		walkAll(w, n.Columns)
		w.some(n.URIs...)
		walkAll(w, n.Props)
	case *Foreign:
		walkAll(w, n.Columns)
	case *EntityGroup:
		w.some(n.Entities...)
	case *FunctionLiteral:
		walkAll(w, n.Params)
		walkAll(w, n.Body)
	default:
		panic(fmt.Sprintf("expression %T", n))
	}
}

// path visits the name of a path once: it is part of the call, if there is one.
func (w walker) path(n *Path) {
	w.some(n.X)
	if n.Call != nil {
		Inspect(n.Call, w.f)
		return
	}
	walkOne(w, n.Name)
}

func (w walker) part(n Node) {
	switch n := n.(type) {
	case *Column:
		walkOne(w, n.Name)
	case *Param:
		walkOne(w, n.Name)
		walkAll(w, n.Columns)
		w.some(n.Default)
	case *Property:
		walkOne(w, n.Name)
		w.some(n.Value)
		w.some(n.More...)
	case *SortKey:
		w.some(n.X)
	case *Expansion:
		walkOne(w, n.Name)
		w.some(n.X)
	case *PatternPart:
		walkOne(w, n.Text)
		walkOne(w, n.Column)
	case *TopNestedLevel:
		w.some(n.N, n.Of, n.Others, n.By)
	case *FindTable:
		w.some(n.Table)
	case *ScanStep:
		walkOne(w, n.Name)
		w.some(n.Cond)
		walkAll(w, n.Assign)
	case *SeriesAgg:
		w.some(n.X, n.Default)
	case *Branch:
		walkOne(w, n.Name)
		walkOne(w, n.Pipe)
	case *GraphElement:
		walkOne(w, n.Name)
		w.some(n.Min, n.Max)
	case *PatternMatch:
		w.some(n.Args...)
		w.some(n.Path)
		walkAll(w, n.Body)
	default:
		panic(fmt.Sprintf("node %T", n))
	}
}

func (w walker) operator(n Operator) {
	switch n := n.(type) {
	case *Where:
		w.some(n.Cond)
	case *Extend:
		w.some(n.Exprs...)
	case *Project:
		w.some(n.Exprs...)
	case *ProjectAway:
		w.some(n.Columns...)
	case *ProjectKeep:
		w.some(n.Columns...)
	case *ProjectRename:
		w.some(n.Exprs...)
	case *ProjectReorder:
		walkAll(w, n.Keys)
	case *ProjectByNames:
		w.some(n.Exprs...)
	case *Summarize:
		walkAll(w, n.Props)
		w.some(n.Aggs...)
		w.some(n.By...)
	case *Distinct:
		w.some(n.Exprs...)
	case *Count:
		walkOne(w, n.As)
	case *Take:
		walkAll(w, n.Props)
		w.some(n.N)
	case *Sample:
		w.some(n.N)
	case *SampleDistinct:
		w.some(n.N, n.Of)
	case *Sort:
		walkAll(w, n.Props)
		walkAll(w, n.Keys)
	case *Top:
		walkAll(w, n.Props)
		w.some(n.N)
		walkAll(w, n.Keys)
	case *TopNested:
		walkAll(w, n.Levels)
	case *TopHitters:
		w.some(n.N, n.Of, n.By)
	case *Join:
		walkAll(w, n.Props)
		w.some(n.Right)
		w.some(n.On...)
	case *Lookup:
		walkAll(w, n.Props)
		w.some(n.Right)
		w.some(n.On...)
	case *Union:
		walkAll(w, n.Props)
		w.some(n.Tables...)
	case *MvExpand:
		walkAll(w, n.Props)
		walkAll(w, n.Columns)
		w.some(n.Limit)
	case *MvApply:
		walkAll(w, n.Props)
		walkAll(w, n.Columns)
		w.some(n.Limit, n.ID)
		walkOne(w, n.On)
	case *Parse:
		walkAll(w, n.Props)
		w.some(n.X)
		walkAll(w, n.Pattern)
	case *ParseKv:
		w.some(n.X)
		walkAll(w, n.Columns)
		walkAll(w, n.Props)
	case *MakeSeries:
		walkAll(w, n.Props)
		walkAll(w, n.Aggs)
		w.some(n.On, n.From, n.To, n.Step, n.In)
		w.some(n.By...)
	case *Evaluate:
		walkAll(w, n.Props)
		walkOne(w, n.Call)
		walkOne(w, n.Schema)
	case *Invoke:
		walkOne(w, n.Call)
	case *As:
		walkAll(w, n.Props)
		walkOne(w, n.Name)
	case *Serialize:
		w.some(n.Exprs...)
	case *Render:
		walkAll(w, n.Props)
	case *GetSchema:
		walkAll(w, n.Props)
	case *Consume:
		walkAll(w, n.Props)
	case *Print:
		w.some(n.Exprs...)
	case *Range:
		walkOne(w, n.Name)
		w.some(n.From, n.To, n.Step)
	case *Search:
		walkAll(w, n.Props)
		w.some(n.Tables...)
		w.some(n.Cond)
	case *Find:
		walkAll(w, n.Props)
		w.some(n.Tables...)
		w.some(n.Cond)
		w.some(n.Project...)
		w.some(n.ProjectAway...)
	case *Facet:
		w.some(n.By...)
		walkOne(w, n.With)
	case *Fork:
		walkAll(w, n.Branches)
	case *Partition:
		walkAll(w, n.Props)
		w.some(n.By, n.In)
		walkOne(w, n.Branch)
		w.some(n.Expr)
	case *Reduce:
		walkAll(w, n.Props)
		w.some(n.By)
		walkAll(w, n.With)
	case *Scan:
		walkAll(w, n.Props)
		walkAll(w, n.OrderBy)
		w.some(n.PartitionBy...)
		walkAll(w, n.Declare)
		walkAll(w, n.Steps)
	case *MakeGraph:
		walkAll(w, n.Props)
		walkOne(w, n.Source)
		walkOne(w, n.Target)
		for i, table := range n.With {
			w.some(table, n.On[i])
		}
		walkOne(w, n.PartitionedBy)
		walkOne(w, n.Branch)
	case *GraphMatch:
		walkAll(w, n.Props)
		for _, pattern := range n.Patterns {
			walkAll(w, pattern)
		}
		w.some(n.Cond)
		w.some(n.Project...)
	case *GraphToTable:
		walkAll(w, n.Outputs)
		walkAll(w, n.Props)
	case *GraphMark:
		walkAll(w, n.Props)
	case *MacroExpand:
		walkAll(w, n.Props)
		w.some(n.Group)
		walkOne(w, n.Name)
		walkAll(w, n.Body)
	case *BadOperator:
	default:
		panic(fmt.Sprintf("operator %T", n))
	}
}
