package plan

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/types"
)

// The hidden columns that WithOrigins appends to a result, in this order.
const (
	// OriginsColumn is the records behind a row: a dynamic array of
	// [file, record] pairs, the least ones in order, at most the limit.
	OriginsColumn = "$origins"
	// OriginCountColumn is how many records are behind a row, a long; a record
	// that two inputs of a join both read counts twice. It is null where
	// an operator loses them.
	OriginCountColumn = "$origin_count"
)

// The functions that only WithOrigins puts into a plan. They are no builtins:
// no query can call them, and each dialect has them.
const (
	// OriginFunc is one record: (file long, record long) → dynamic [[file,record]].
	OriginFunc = "$origin"
	// OriginsFunc is an aggregate: (origins dynamic, limit long) → dynamic, the
	// least pairs of all the arrays, each once, at most limit.
	OriginsFunc = "$origins"
	// OriginsMergeFunc joins two arrays: (a, b dynamic, limit long) → dynamic, as
	// OriginsFunc does. Null is no pair.
	OriginsMergeFunc = "$origins_merge"
)

// WithOrigins returns q with two columns more at the end of its result, the
// records that each row comes from, at most limit of them, and how many there
// are. The other columns, and the rows, are those of q.
//
// A record is behind a row if its values are in it, or were counted for it.
// Those that only let the row pass, such as the other side of a semi join or
// of in, are not, nor are the earlier rows that prev and scan look back at.
func WithOrigins(q *Query, limit int) *Query {
	o := originator{limit: int64(limit), shared: make(map[*Shared]*Shared)}
	traced := *q
	traced.Root = o.rel(q.Root)
	traced.Others = nil
	for _, other := range q.Others {
		traced.Others = append(traced.Others, WithOrigins(other, limit))
	}
	return &traced
}

// An originator rewrites relations so that each has the two columns last.
type originator struct {
	limit  int64
	shared map[*Shared]*Shared
	// parted tells that a Given stands for rows of a Partition, which have the
	// two columns.
	parted bool
}

func (o originator) rel(r Rel) Rel {
	switch r := r.(type) {
	case *Scan:
		return o.scan(r)
	case *Values, *Range:
		return untraced(r, types.NewLong(0))
	case *Given:
		if o.parted {
			return &Given{Cols: append(r.Cols[:len(r.Cols):len(r.Cols)], originColumns()...)}
		}
		return untraced(r, types.NewLong(0))
	case *Match:
		return r.withOrigins(o.rel(r.Input))
	case *Partition:
		inside := o
		inside.parted = true
		return &Partition{Input: o.rel(r.Input), Keys: r.Keys, Sub: inside.rel(r.Sub)}
	case *Filter:
		return &Filter{Input: o.rel(r.Input), Cond: r.Cond}
	case *Sort:
		return &Sort{Input: o.rel(r.Input), Keys: r.Keys}
	case *Limit:
		return &Limit{Input: o.rel(r.Input), N: r.N}
	case *Serialize:
		return &Serialize{Input: o.rel(r.Input)}
	case *Shared:
		return o.share(r)
	case *Project:
		input := o.rel(r.Input)
		return &Project{Input: input, Cols: append(r.Cols[:len(r.Cols):len(r.Cols)], carried(input)...)}
	case *Aggregate:
		return o.aggregate(r)
	case *Join:
		return o.join(r)
	case *Union:
		return o.union(r)
	case *Expand:
		input := o.rel(r.Input)
		expand := *r
		expand.Input = input
		var order []int
		expand.Cols, order = widen(r.Cols, r.Input)
		expand.Items = moveItems(r.Items, order)
		return reorder(&expand, r.Cols, order)
	case *Parse:
		input := o.rel(r.Input)
		parse := *r
		parse.Input = input
		var order []int
		parse.Cols, order = widen(r.Cols, r.Input)
		parse.Pattern = moveParts(r.Pattern, order)
		return reorder(&parse, r.Cols, order)
	case *Apply:
		return o.apply(r)
	case *MakeSeries:
		return o.makeSeries(r)
	case *Plugin:
		return untraced(r, types.Null(types.Long))
	default:
		panic(r)
	}
}

// originColumns are the schemas of the two columns.
func originColumns() []types.Column {
	return []types.Column{
		{Name: OriginsColumn, Type: types.Dynamic},
		{Name: OriginCountColumn, Type: types.Long},
	}
}

// scan reads the hidden columns of a table and makes a pair of them.
func (o originator) scan(r *Scan) Rel {
	scan := *r
	n := len(r.Table.Columns)
	scan.Table.Columns = append(r.Table.Columns[:n:n],
		types.Column{Name: OriginFile, Type: types.Long}, types.Column{Name: OriginRecord, Type: types.Long})
	cols := passed(r.Table.Columns)
	return &Project{Input: &scan, Cols: append(cols,
		Named{OriginsColumn, &Call{Func: OriginFunc, T: types.Dynamic, Args: []Expr{long(n), long(n + 1)}}},
		Named{OriginCountColumn, &Const{Value: types.NewLong(1)}},
	)}
}

func (o originator) share(r *Shared) Rel {
	if done, ok := o.shared[r]; ok {
		return done
	}
	done := &Shared{Name: r.Name, Input: o.rel(r.Input)}
	o.shared[r] = done
	return done
}

func (o originator) aggregate(r *Aggregate) Rel {
	if r.Untraced {
		return untraced(r, types.NewLong(0))
	}
	input := o.rel(r.Input)
	n := len(input.Columns())
	aggregate := *r
	aggregate.Input = input
	aggregate.Aggs = append(r.Aggs[:len(r.Aggs):len(r.Aggs)],
		Agg{OriginsColumn, &AggCall{Func: OriginsFunc, Type: types.Dynamic, Args: []Expr{dynamic(n - 2), o.limited()}}},
		Agg{OriginCountColumn, &AggCall{Func: "sum", Type: types.Long, Args: []Expr{long(n - 1)}}},
	)
	return &aggregate
}

func (o originator) join(r *Join) Rel {
	left, right := o.rel(r.Left), o.rel(r.Right)
	join := *r
	join.Left, join.Right = left, right
	keepLeft, keepRight := sides(r.Kind)
	join.Cols = append([]JoinColumn(nil), r.Cols...)
	cols := passed(r.Columns())
	var origins, counts []Expr
	for _, side := range []struct {
		keep, right bool
		rel         Rel
	}{{keepLeft, false, left}, {keepRight, true, right}} {
		if !side.keep {
			continue
		}
		at, n := len(join.Cols), len(side.rel.Columns())
		join.Cols = append(join.Cols,
			JoinColumn{side.right, n - 2, fmt.Sprintf("%s%d", OriginsColumn, at), types.Dynamic},
			JoinColumn{side.right, n - 1, fmt.Sprintf("%s%d", OriginCountColumn, at), types.Long})
		origins, counts = append(origins, dynamic(at)), append(counts, long(at+1))
	}
	return &Project{Input: &join, Cols: append(cols, Named{OriginsColumn, o.merge(origins)}, Named{OriginCountColumn, total(counts)})}
}

// apply passes the records of each input row on. The query inside sees the
// rows that it saw before.
func (o originator) apply(r *Apply) Rel {
	apply := *r
	apply.Input = o.rel(r.Input)
	n := len(r.Input.Columns())
	given, ok := givenOf(r.Sub)
	if !ok {
		return untraced(r, types.Null(types.Long))
	}
	wide, order := widen(given.Cols, r.Input)
	apply.Items = moveItems(r.Items, order)
	narrow := make([]Named, len(given.Cols))
	for i, c := range given.Cols {
		narrow[i] = Named{c.Name, &Col{Index: order[i], T: c.Type}}
	}
	apply.Sub = substitute(r.Sub, &Project{Input: &Given{Cols: wide}, Cols: narrow})
	outer := len(r.Outer)
	apply.Outer = append(r.Outer[:outer:outer], n, n+1)
	apply.Cols = append(append(append([]types.Column(nil), r.Cols[:outer]...), originColumns()...), r.Cols[outer:]...)
	place := make([]int, len(r.Cols))
	for i := range place {
		place[i] = i
		if i >= outer {
			place[i] = i + 2
		}
	}
	return reorder(&apply, r.Cols, place)
}

// givenOf returns the Given at the start of the query of a mv-apply.
func givenOf(r Rel) (*Given, bool) {
	for {
		if g, ok := r.(*Given); ok {
			return g, true
		}
		inputs := Inputs(r)
		if len(inputs) == 0 {
			return nil, false
		}
		r = inputs[0]
	}
}

// substitute returns r with another relation in the place of its Given. It
// follows first inputs alone: that is where a Given stands.
func substitute(r, by Rel) Rel {
	switch r := r.(type) {
	case *Given:
		return by
	case *Filter:
		c := *r
		c.Input = substitute(r.Input, by)
		return &c
	case *Project:
		c := *r
		c.Input = substitute(r.Input, by)
		return &c
	case *Aggregate:
		c := *r
		c.Input = substitute(r.Input, by)
		return &c
	case *Join:
		c := *r
		c.Left = substitute(r.Left, by)
		return &c
	case *Union:
		c := *r
		c.Cols, c.Inputs = r.Columns(), append([]Rel{substitute(r.Inputs[0], by)}, r.Inputs[1:]...)
		return &c
	case *Sort:
		c := *r
		c.Input = substitute(r.Input, by)
		return &c
	case *Limit:
		c := *r
		c.Input = substitute(r.Input, by)
		return &c
	case *Expand:
		c := *r
		c.Input = substitute(r.Input, by)
		return &c
	case *Apply:
		c := *r
		c.Input = substitute(r.Input, by)
		return &c
	case *Match:
		c := *r
		c.Input = substitute(r.Input, by)
		return &c
	case *Partition:
		c := *r
		c.Input = substitute(r.Input, by)
		return &c
	case *Parse:
		c := *r
		c.Input = substitute(r.Input, by)
		return &c
	case *MakeSeries:
		c := *r
		c.Input = substitute(r.Input, by)
		return &c
	case *Serialize:
		return &Serialize{Input: substitute(r.Input, by)}
	case *Plugin:
		c := *r
		c.Input = substitute(r.Input, by)
		return &c
	case *Shared:
		return &Shared{Name: r.Name, Input: substitute(r.Input, by)}
	case *Scan, *Values, *Range:
		return r
	default:
		panic(r)
	}
}

// makeSeries joins the series of each key with the records of its rows.
func (o originator) makeSeries(r *MakeSeries) Rel {
	input := o.rel(r.Input)
	series := *r
	series.Input = input
	n, keys := len(input.Columns()), len(r.Keys)
	records := &Aggregate{Input: &Filter{Input: input, Cond: onAxis(r)}, Keys: r.Keys, Aggs: []Agg{
		{OriginsColumn, &AggCall{Func: OriginsFunc, Type: types.Dynamic, Args: []Expr{dynamic(n - 2), o.limited()}}},
		{OriginCountColumn, &AggCall{Func: "sum", Type: types.Long, Args: []Expr{long(n - 1)}}},
	}}
	join := &Join{Left: &series, Right: records, Kind: LeftOuter}
	for i, k := range r.Keys {
		key := &Col{Index: i, T: k.Expr.Type()}
		join.On = append(join.On, KeyPair{Left: key, Right: key})
	}
	for i, c := range r.Cols {
		join.Cols = append(join.Cols, JoinColumn{Index: i, Name: c.Name, Type: c.Type})
	}
	join.Cols = append(join.Cols,
		JoinColumn{Right: true, Index: keys, Name: OriginsColumn, Type: types.Dynamic},
		JoinColumn{Right: true, Index: keys + 1, Name: OriginCountColumn, Type: types.Long})
	return join
}

// onAxis tells whether a row is in a bin.
func onAxis(r *MakeSeries) Expr {
	axis := r.Axis.Expr
	cond := Expr(&Call{Func: "isnotnull", T: types.Bool, Args: []Expr{axis}})
	and := func(op string, bound Expr) {
		if bound != nil {
			in := &Call{Func: op, T: types.Bool, Args: []Expr{axis, bound}}
			cond = &Call{Func: "and", T: types.Bool, Args: []Expr{cond, in}}
		}
	}
	and(">=", r.From)
	and("<", r.To)
	return cond
}

// sides tells which sides' columns a join's result may hold.
func sides(kind JoinKind) (left, right bool) {
	switch kind {
	case InnerUnique, Inner, LeftOuter, RightOuter, FullOuter:
		return true, true
	case LeftSemi, LeftAnti:
		return true, false
	case RightSemi, RightAnti:
		return false, true
	}
	panic(fmt.Sprintf("join kind %d", int(kind)))
}

func (o originator) merge(origins []Expr) Expr {
	if len(origins) == 1 {
		return origins[0]
	}
	return &Call{Func: OriginsMergeFunc, T: types.Dynamic, Args: append(origins, o.limited())}
}

// total adds counts; an outer join's missing side has none.
func total(counts []Expr) Expr {
	zero := &Const{Value: types.NewLong(0)}
	sum := Expr(&Call{Func: "coalesce", T: types.Long, Args: []Expr{counts[0], zero}})
	for _, c := range counts[1:] {
		sum = &Call{Func: "+", T: types.Long, Args: []Expr{sum, &Call{Func: "coalesce", T: types.Long, Args: []Expr{c, zero}}}}
	}
	return sum
}

func (o originator) union(r *Union) Rel {
	union := &Union{}
	for _, input := range r.Inputs {
		union.Inputs = append(union.Inputs, o.rel(input))
	}
	if r.At == nil {
		return union
	}
	n := len(r.Cols)
	union.Cols = append(r.Cols[:n:n], originColumns()...)
	for _, at := range r.At {
		union.At = append(union.At, append(at[:len(at):len(at)], n, n+1))
	}
	return union
}

func (o originator) limited() Expr { return &Const{Value: types.NewLong(o.limit)} }

// untraced appends no records, and that many as their count.
func untraced(r Rel, count types.Value) Rel {
	return &Project{Input: r, Cols: append(passed(r.Columns()),
		Named{OriginsColumn, &Const{Value: types.NewDynamic("[]")}},
		Named{OriginCountColumn, &Const{Value: count}},
	)}
}

// widen inserts the two columns into the schema of an operator that keeps its
// input's columns first and appends its own. Order says where each column of
// the old schema went.
func widen(cols []types.Column, input Rel) (wide []types.Column, order []int) {
	n := len(input.Columns())
	wide = append(append(append(wide, cols[:n]...), originColumns()...), cols[n:]...)
	for i := range cols {
		if i >= n {
			order = append(order, i+2)
		} else {
			order = append(order, i)
		}
	}
	return wide, order
}

// reorder gives the columns of the old schema in their places, then the two.
func reorder(r Rel, cols []types.Column, order []int) Rel {
	out := make([]Named, len(cols))
	last := len(r.Columns())
	moved := make(map[int]bool, len(order))
	for i, c := range cols {
		out[i] = Named{c.Name, &Col{Index: order[i], T: c.Type}}
		moved[order[i]] = true
	}
	var own []int
	for i := range last {
		if !moved[i] {
			own = append(own, i)
		}
	}
	return &Project{Input: r, Cols: append(out, Named{OriginsColumn, dynamic(own[0])}, Named{OriginCountColumn, long(own[1])})}
}

func moveItems(items []Expansion, order []int) []Expansion {
	moved := append([]Expansion(nil), items...)
	for i := range moved {
		moved[i].Index = order[moved[i].Index]
	}
	return moved
}

func moveParts(parts []ParsePart, order []int) []ParsePart {
	moved := append([]ParsePart(nil), parts...)
	for i := range moved {
		if moved[i].Capture {
			moved[i].Index = order[moved[i].Index]
		}
	}
	return moved
}

// carried passes the last two columns of a traced relation on.
func carried(r Rel) []Named {
	n := len(r.Columns())
	return []Named{{OriginsColumn, dynamic(n - 2)}, {OriginCountColumn, long(n - 1)}}
}

func passed(cols []types.Column) []Named {
	out := make([]Named, len(cols), len(cols)+2)
	for i, c := range cols {
		out[i] = Named{c.Name, &Col{Index: i, T: c.Type}}
	}
	return out
}

func long(index int) Expr { return &Col{Index: index, T: types.Long} }

func dynamic(index int) Expr { return &Col{Index: index, T: types.Dynamic} }
