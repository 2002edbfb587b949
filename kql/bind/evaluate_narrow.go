package bind

import (
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// narrow binds narrow: a row for each cell, with the number of its row, the
// name of its column and its value as text.
func (p *pluginCall) narrow() *relation {
	cols := []types.Column{{Name: "Row", Type: types.Long}, {Name: "Column", Type: types.String}, {Name: "Value", Type: types.String}}
	if !p.fits(0) || p.in.open {
		return p.b.unread(cols, false)
	}
	cells := call("pack_array", types.Dynamic)
	for i, c := range p.rows.cols {
		cells.Args = append(cells.Args, call("pack_array", types.Dynamic, text(c.Name), convert(col(i, c.Type), types.String)))
	}
	// The number of a row is its place in the input's order, from 0.
	number := call("row_number", types.Long, &plan.Const{Value: types.NewLong(0)})
	packed := &plan.Project{
		Input: &plan.Serialize{Input: p.in.rel},
		Cols:  []plan.Named{{Name: "Row", Expr: number}, {Name: "cells", Expr: cells}},
	}
	each := &plan.Expand{
		Input: packed,
		Items: []plan.Expansion{{Expr: col(1, types.Dynamic), Index: 1, Type: types.Dynamic}},
		Cols:  packed.Columns(),
	}
	return &relation{rel: &plan.Project{Input: each, Cols: []plan.Named{
		{Name: "Row", Expr: col(0, types.Long)},
		{Name: "Column", Expr: cellPart(0)},
		{Name: "Value", Expr: cellPart(1)},
	}}}
}

// cellPart is the text of an element of the array in column 1.
func cellPart(i int64) plan.Expr {
	index := &plan.Const{Value: types.NewLong(i)}
	return convert(&plan.Path{X: col(1, types.Dynamic), Steps: []plan.Step{{Index: index}}}, types.String)
}
