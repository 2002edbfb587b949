package bind

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// join binds join kind=… (right) on ….
func (b *binder) join(in *relation, op *syntax.Join) *relation {
	right := b.table(op.Right)
	kind, ok := b.joinKind(op.Props)
	if len(op.On) == 0 {
		b.report(op, diag.Expected, "join needs on and its keys", "add | extend k = 1 to both sides, and join on k, to pair all rows")
		return broken()
	}
	in, right = in.afresh(), right.afresh()
	keys, _ := b.joinKeys(op.On, in, right)
	if !ok {
		return broken()
	}
	in, right = settled(in), settled(right)
	node := &plan.Join{Left: in.rel, Right: right.rel, Kind: kind, On: keys, Span: b.span(op)}
	node.Cols = joinColumns(in.rel.Columns(), right.rel.Columns(), kind, nil)
	return joinOf(node, in, right)
}

// joinKind reads kind=; without it a join is innerunique.
func (b *binder) joinKind(props []*syntax.Property) (plan.JoinKind, bool) {
	for _, p := range props {
		if p.Name.Text != "kind" {
			continue
		}
		kind, ok := joinKindOf(valueText(p.Value))
		if !ok {
			b.report(p, diag.UnexpectedText, "there is no join kind="+valueText(p.Value),
				didYouMean(valueText(p.Value), []string{
					"innerunique", "inner", "leftouter", "rightouter", "fullouter",
					"leftsemi", "rightsemi", "leftanti", "rightanti", "anti", "leftantisemi", "rightantisemi",
				}))
		}
		return kind, ok
	}
	return plan.InnerUnique, true
}

func joinKindOf(name string) (plan.JoinKind, bool) {
	switch name {
	case "innerunique":
		return plan.InnerUnique, true
	case "inner":
		return plan.Inner, true
	case "leftouter":
		return plan.LeftOuter, true
	case "rightouter":
		return plan.RightOuter, true
	case "fullouter":
		return plan.FullOuter, true
	case "leftsemi":
		return plan.LeftSemi, true
	case "rightsemi":
		return plan.RightSemi, true
	case "leftanti", "anti", "leftantisemi":
		return plan.LeftAnti, true
	case "rightanti", "rightantisemi":
		return plan.RightAnti, true
	}
	return 0, false
}

// joinColumns returns the columns of a join. Semi and anti joins keep one
// side. A right column whose name the left side has gets the first number that
// makes it unlike every column of both. Dropped are the right columns that a
// lookup leaves out.
func joinColumns(left, right []types.Column, kind plan.JoinKind, dropped map[int]bool) []plan.JoinColumn {
	var cols []plan.JoinColumn
	taken := make(names)
	switch kind {
	case plan.LeftSemi, plan.LeftAnti:
		right = nil
	case plan.RightSemi, plan.RightAnti:
		left = nil
	case plan.InnerUnique, plan.Inner, plan.LeftOuter, plan.RightOuter, plan.FullOuter:
	default:
		panic(kind)
	}
	onLeft := namesOf(left)
	for i, c := range left {
		taken[c.Name] = true
		cols = append(cols, plan.JoinColumn{Index: i, Name: c.Name, Type: c.Type})
	}
	for _, c := range right {
		taken[c.Name] = true
	}
	for i, c := range right {
		if dropped[i] {
			continue
		}
		name := c.Name
		if onLeft[name] {
			name = taken.numbered(name)
		}
		cols = append(cols, plan.JoinColumn{Right: true, Index: i, Name: name, Type: c.Type})
	}
	return cols
}

// A joinKey is one equality of a join, and where it was written.
type joinKey struct {
	left, right plan.Expr
	x           syntax.Expr
}

// joinKeys binds the conditions after on. It returns the right columns that
// are keys too.
func (b *binder) joinKeys(on []syntax.Expr, left, right *relation) ([]plan.KeyPair, map[int]bool) {
	var pairs []plan.KeyPair
	rightKeys := make(map[int]bool)
	for _, x := range on {
		for _, key := range b.conditionKeys(x, left.rows(), right.rows()) {
			if col, ok := key.right.(*plan.Col); ok {
				rightKeys[col.Index] = true
			}
			if pair, ok := b.keyPair(key); ok {
				pairs = append(pairs, pair)
			}
		}
	}
	return pairs, rightKeys
}

// conditionKeys binds a column's name, $left.a == $right.b, or several joined
// by and.
func (b *binder) conditionKeys(x syntax.Expr, left, right *rows) []joinKey {
	x = unparen(x)
	if name, ok := x.(*syntax.Name); ok {
		return []joinKey{{b.sideColumn(name, left, "left"), b.sideColumn(name, right, "right"), x}}
	}
	if both, ok := x.(*syntax.Binary); ok && both.Op == "and" {
		return append(b.conditionKeys(both.X, left, right), b.conditionKeys(both.Y, left, right)...)
	}
	if equal, ok := x.(*syntax.Binary); ok && equal.Op == "==" {
		return b.equalityKey(equal, left, right)
	}
	b.report(x, diag.TypeMismatch, "a join is on columns and on equalities of $left and $right",
		"compute with extend on each side first, then join on the column")
	return nil
}

// equalityKey binds $left.a == $right.b, in either order.
func (b *binder) equalityKey(x *syntax.Binary, left, right *rows) []joinKey {
	sideX, nameX := sideOf(x.X)
	sideY, nameY := sideOf(x.Y)
	switch {
	case sideX == "$left" && sideY == "$right":
		return []joinKey{{b.sideColumn(nameX, left, "left"), b.sideColumn(nameY, right, "right"), x}}
	case sideX == "$right" && sideY == "$left":
		return []joinKey{{b.sideColumn(nameY, left, "left"), b.sideColumn(nameX, right, "right"), x}}
	}
	b.report(x, diag.TypeMismatch, "a join compares a column of $left with one of $right",
		"compute with extend on each side first, and write $left.a == $right.b")
	return nil
}

// sideOf takes $left.a apart.
func sideOf(x syntax.Expr) (side string, column *syntax.Name) {
	path, ok := unparen(x).(*syntax.Path)
	if !ok || path.Call != nil {
		return "", nil
	}
	of, ok := path.X.(*syntax.Name)
	if !ok {
		return "", nil
	}
	return of.Text, path.Name
}

// sideColumn resolves a column of one side of a join.
func (b *binder) sideColumn(x *syntax.Name, r *rows, side string) plan.Expr {
	i := r.column(x.Text)
	if i < 0 {
		r.asked.add(x.Text)
		if !r.open {
			b.report(x, diag.UnknownName, "the "+side+" side of the join has no column "+x.Text, b.columnHint(x.Text, r))
		}
		return b.failed(x)
	}
	return &plan.Col{Index: i, T: r.cols[i].Type, At: b.span(x)}
}

// keyPair gives both sides of an equality one type.
func (b *binder) keyPair(key joinKey) (plan.KeyPair, bool) {
	if anyUnknown(key.left, key.right) {
		return plan.KeyPair{}, false
	}
	left, right := likenNumbers(key.left, key.right)
	switch {
	case left.Type() == types.Dynamic || right.Type() == types.Dynamic:
		b.decline(key.x, diag.NotSummarizable, "a dynamic value is no key of a join", "compute tostring(…) with extend on each side first", types.Bool)
	case left.Type() != right.Type():
		b.report(key.x, diag.TypeMismatch, fmt.Sprintf("the keys of a join have one type, not %s and %s", left.Type(), right.Type()),
			"convert one with extend first")
	default:
		return plan.KeyPair{Left: left, Right: right}, true
	}
	return plan.KeyPair{}, false
}

// lookup binds lookup: a join that leaves the right keys out.
func (b *binder) lookup(in *relation, op *syntax.Lookup) *relation {
	right := b.table(op.Right)
	kind := plan.LeftOuter
	for _, p := range op.Props {
		if p.Name.Text != "kind" {
			continue
		}
		switch text := valueText(p.Value); text {
		case "leftouter":
		case "inner":
			kind = plan.Inner
		default:
			b.report(p, diag.UnexpectedText, "there is no lookup kind="+text, "a lookup is leftouter or inner")
		}
	}
	in, right = in.afresh(), right.afresh()
	keys, rightKeys := b.joinKeys(op.On, in, right)
	in, right = settled(in), settled(right)
	node := &plan.Join{Left: in.rel, Right: right.rel, Kind: kind, On: keys, Span: b.span(op)}
	node.Cols = joinColumns(in.rel.Columns(), right.rel.Columns(), kind, rightKeys)
	return joinOf(node, in, right)
}
