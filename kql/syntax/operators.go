package syntax

// An Operator is a tabular operator: what stands between two bars.
//
//sumtype:decl
type Operator interface {
	Node
	operator()
}

// A SortKey is expr [asc|desc] [nulls first|last]. Empty strings are not given.
type SortKey struct {
	node
	X     Expr
	Order string // "", "asc", "desc", and in project-reorder "granny-asc", "granny-desc"
	Nulls string // "", "first", "last"
}

// An Expansion is one column of mv-expand or mv-apply: [name =] expr [to typeof(type)].
type Expansion struct {
	node
	Name *Name // nil: from the expression
	X    Expr
	Type string // "": not converted
}

// A PatternPart is a part of a parse pattern: a string, a column with an
// optional type, or *.
type PatternPart struct {
	node
	Text   *Literal // a string
	Column *Column  // a capture
	Star   bool
}

// A TopNestedLevel is top-nested [n] of expr [with others = expr] by agg [asc|desc].
type TopNestedLevel struct {
	node
	N      Expr // nil: all
	Of     Expr
	Others Expr // nil: none
	By     Expr // may be a Named
	Order  string
}

// A FindTable is a table of find and search.
type FindTable struct {
	node
	Table Expr
}

// A ScanStep is one step of scan.
type ScanStep struct {
	node
	Name     *Name
	Optional bool
	Output   string // "", "all", "last", "none"
	Cond     Expr
	Assign   []*Named
}

// A SeriesAgg is [name =] agg [default = value] of make-series.
type SeriesAgg struct {
	node
	X       Expr
	Default Expr // nil: 0
}

// A Branch is one sub-pipeline of fork, facet, partition and mv-apply: the
// operators alone.
type Branch struct {
	node
	Name *Name // nil: none
	Pipe *Pipe // Source nil: the branch reads its parent's rows
}

// A GraphElement is a node or an edge of a graph-match pattern.
type GraphElement struct {
	node
	Edge      bool
	Name      *Name  // nil: anonymous
	Direction string // for an edge: "-->", "<--", "--"
	Min, Max  Expr   // for an edge of variable length
}

type (
	// Where is where (or filter) cond.
	Where struct {
		node
		Cond Expr
	}
	// Extend is extend exprs.
	Extend struct {
		node
		Exprs []Expr
	}
	// Project is project exprs.
	Project struct {
		node
		Exprs []Expr
	}
	// ProjectAway is project-away names and wildcards.
	ProjectAway struct {
		node
		Columns []Expr
	}
	// ProjectKeep is project-keep names and wildcards.
	ProjectKeep struct {
		node
		Columns []Expr
	}
	// ProjectRename is project-rename new = old, ….
	ProjectRename struct {
		node
		Exprs []Expr
	}
	// ProjectReorder is project-reorder names and wildcards with orders.
	ProjectReorder struct {
		node
		Keys []*SortKey
	}
	// ProjectByNames is project-by-names.
	ProjectByNames struct {
		node
		Exprs []Expr
	}
	// Summarize is summarize [props] aggs [by keys].
	Summarize struct {
		node
		Props []*Property
		Aggs  []Expr
		By    []Expr
		HasBy bool // "by" was written
	}
	// Distinct is distinct exprs, or distinct *.
	Distinct struct {
		node
		Exprs []Expr
	}
	// Count is count [as name].
	Count struct {
		node
		As *Name
	}
	// Take is take (or limit) [props] n.
	Take struct {
		node
		Props []*Property
		N     Expr
	}
	// Sample is sample n.
	Sample struct {
		node
		N Expr
	}
	// SampleDistinct is sample-distinct n of expr.
	SampleDistinct struct {
		node
		N, Of Expr
	}
	// Sort is sort (or order) by keys.
	Sort struct {
		node
		Props []*Property
		Keys  []*SortKey
	}
	// Top is top n by keys.
	Top struct {
		node
		N     Expr
		Props []*Property
		Keys  []*SortKey
	}
	// TopNested is top-nested levels.
	TopNested struct {
		node
		Levels []*TopNestedLevel
	}
	// TopHitters is top-hitters n of expr [by expr].
	TopHitters struct {
		node
		N, Of, By Expr // By nil: count
	}
	// Join is join [props] (right) on conditions.
	Join struct {
		node
		Props []*Property
		Right Expr
		On    []Expr
	}
	// Lookup is lookup [props] (right) on conditions.
	Lookup struct {
		node
		Props []*Property
		Right Expr
		On    []Expr
	}
	// Union is union [props] tables. As the first operator it has no input.
	Union struct {
		node
		Props  []*Property
		Tables []Expr
	}
	// MvExpand is mv-expand [props] columns [limit n].
	MvExpand struct {
		node
		Legacy  bool // written mvexpand: at most 128 rows a record
		Props   []*Property
		Columns []*Expansion
		Limit   Expr
	}
	// MvApply is mv-apply [props] columns [limit n] on (subquery).
	MvApply struct {
		node
		Props   []*Property
		Columns []*Expansion
		Limit   Expr
		ID      Expr // the context: id value; nil: not given
		On      *Branch
	}
	// Parse is parse or parse-where [props] expr with pattern.
	Parse struct {
		node
		Where   bool
		Props   []*Property
		X       Expr
		Pattern []*PatternPart
	}
	// ParseKv is parse-kv expr as (columns) with (props).
	ParseKv struct {
		node
		X       Expr
		Columns []*Column
		Props   []*Property
	}
	// MakeSeries is make-series aggs on axis [from a] [to b] step c [by keys].
	MakeSeries struct {
		node
		Props          []*Property
		Aggs           []*SeriesAgg
		On             Expr
		From, To, Step Expr // nil: not given
		In             Expr // the old form, in range(a, b, c); nil: not given
		By             []Expr
	}
	// Evaluate is evaluate [props] plugin(args) [: (schema)].
	Evaluate struct {
		node
		Props  []*Property
		Call   *Call
		Schema *TypeOf // nil: not given
	}
	// Invoke is invoke function(args).
	Invoke struct {
		node
		Call *Call
	}
	// As is as [props] name.
	As struct {
		node
		Props []*Property
		Name  *Name
	}
	// Serialize is serialize [exprs].
	Serialize struct {
		node
		Exprs []Expr
	}
	// Render is render kind [with (props)].
	Render struct {
		node
		Kind  string
		Props []*Property
	}
	// GetSchema is getschema [props].
	GetSchema struct {
		node
		Props []*Property
	}
	// Consume is consume [props].
	Consume struct {
		node
		Props []*Property
	}
	// Print is print exprs; a first operator.
	Print struct {
		node
		Exprs []Expr
	}
	// Range is range name from a to b step c; a first operator.
	Range struct {
		node
		Name           *Name
		From, To, Step Expr
	}
	// Search is search [props] [in (tables)] predicate. As the first operator
	// it has no input.
	Search struct {
		node
		Props  []*Property
		Tables []Expr
		Cond   Expr
	}
	// Find is find [props] [in (tables)] where predicate [project …]; a first operator.
	Find struct {
		node
		Props       []*Property
		Tables      []Expr
		Cond        Expr
		Project     []Expr // nil: project-smart
		ProjectAway []Expr
		Smart       bool
	}
	// Facet is facet by columns [with (branch)].
	Facet struct {
		node
		By   []Expr
		With *Branch
	}
	// Fork is fork (branch) (branch) ….
	Fork struct {
		node
		Branches []*Branch
	}
	// Partition is partition [props] by column (branch).
	Partition struct {
		node
		Props  []*Property
		By     Expr
		In     Expr // the legacy scope: in values; nil: not given
		Branch *Branch
		Expr   Expr // the { … } form; nil: not used
	}
	// Reduce is reduce [props] by expr [with …].
	Reduce struct {
		node
		Props []*Property
		By    Expr
		With  []*Property
	}
	// Scan is scan [props] [order by] [partition by] [declare] with (steps).
	Scan struct {
		node
		Props       []*Property
		OrderBy     []*SortKey
		PartitionBy []Expr
		Declare     []*Param
		Steps       []*ScanStep
	}
	// MakeGraph is make-graph source --> target [with nodes on key, …].
	MakeGraph struct {
		node
		Props          []*Property
		Source, Target *Name
		Directed       bool
		With           []Expr // tables
		On             []Expr // their keys; nil elements: not given
		PartitionedBy  *Name
		Branch         *Branch
	}
	// GraphMatch is graph-match (or graph-shortest-paths) patterns [where …] [project …].
	GraphMatch struct {
		node
		Shortest bool
		Props    []*Property
		Patterns [][]*GraphElement
		Cond     Expr
		Project  []Expr
	}
	// GraphToTable is graph-to-table nodes|edges [as name] [props], ….
	GraphToTable struct {
		node
		Outputs []*Property // name: nodes or edges; value: its alias or nil
		Props   []*Property // with_node_id of nodes, with_source_id and with_target_id of edges
	}
	// GraphMark is graph-mark-components [props].
	GraphMark struct {
		node
		Props []*Property
	}
	// MacroExpand is macro-expand [props] group as name (statements); a first
	// operator. The statements are run for each entity of the group.
	MacroExpand struct {
		node
		Props []*Property
		Group Expr // a Name or an EntityGroup
		Name  *Name
		Body  []Statement
	}
	// BadOperator is what could not be read as an operator. The parser has
	// said so; binding stops at it.
	BadOperator struct {
		node
		Text string
	}
)

func (*Where) operator()          {}
func (*Extend) operator()         {}
func (*Project) operator()        {}
func (*ProjectAway) operator()    {}
func (*ProjectKeep) operator()    {}
func (*ProjectRename) operator()  {}
func (*ProjectReorder) operator() {}
func (*ProjectByNames) operator() {}
func (*Summarize) operator()      {}
func (*Distinct) operator()       {}
func (*Count) operator()          {}
func (*Take) operator()           {}
func (*Sample) operator()         {}
func (*SampleDistinct) operator() {}
func (*Sort) operator()           {}
func (*Top) operator()            {}
func (*TopNested) operator()      {}
func (*TopHitters) operator()     {}
func (*Join) operator()           {}
func (*Lookup) operator()         {}
func (*Union) operator()          {}
func (*MvExpand) operator()       {}
func (*MvApply) operator()        {}
func (*Parse) operator()          {}
func (*ParseKv) operator()        {}
func (*MakeSeries) operator()     {}
func (*Evaluate) operator()       {}
func (*Invoke) operator()         {}
func (*As) operator()             {}
func (*Serialize) operator()      {}
func (*Render) operator()         {}
func (*GetSchema) operator()      {}
func (*Consume) operator()        {}
func (*Print) operator()          {}
func (*Range) operator()          {}
func (*Search) operator()         {}
func (*Find) operator()           {}
func (*Facet) operator()          {}
func (*Fork) operator()           {}
func (*Partition) operator()      {}
func (*Reduce) operator()         {}
func (*Scan) operator()           {}
func (*MakeGraph) operator()      {}
func (*GraphMatch) operator()     {}
func (*GraphToTable) operator()   {}
func (*GraphMark) operator()      {}
func (*MacroExpand) operator()    {}
func (*BadOperator) operator()    {}
