// Package chart draws what render asks for: for a terminal, in characters, and
// as SVG. It is pure. A chart shows every row it was given, each at its own
// place on the axes, or it is not drawn: New says why, and a table is printed
// in its place.
package chart

import "fmt"

// A Kind is the shape of a chart.
type Kind int

// The kinds that are drawn. A timechart is a Line over time.
const (
	Line Kind = iota
	Area
	Scatter
	Column
	Bar // horizontal
	Pie
)

// continuous tells whether the places of a chart are on an axis where they can
// be.
func (k Kind) continuous() bool { return k == Line || k == Area || k == Scatter }

// A Stacking says how the series of an area, bar or column chart share an axis.
type Stacking int

// The stackings.
const (
	Apart   Stacking = iota // each stands on its own
	Stacked                 // each stands on the one before
	Percent                 // as Stacked, in percent of the whole
)

// A Chart is what is to be drawn.
type Chart struct {
	Kind           Kind
	Stacking       Stacking
	Title          string
	XTitle, YTitle string
	X              Axis
	Series         []Series
	NoLegend       bool
	LogY           bool
	// YMin and YMax fix the ends of the value axis; nil: from the values.
	YMin, YMax *float64
}

// An AxisKind says what the x of a point means.
type AxisKind int

// The kinds of axis.
const (
	Numbers    AxisKind = iota
	Times               // ticks of 100 ns since 0001-01-01
	Categories          // an index into Axis.Labels
)

// An Axis is the horizontal axis, or of a Bar chart the vertical one.
type Axis struct {
	Kind   AxisKind
	Labels []string // of Categories
	// Ordered tells that the categories are times or numbers, so that a reader
	// knows what stands between two labels.
	Ordered bool
}

// A Series is the points of one line, or the bars of one colour.
type Series struct {
	Name   string
	Points []Point
}

// A Point is one value. A Gap has no value: a line breaks there.
type Point struct {
	X, Y float64
	Gap  bool
}

// parseKind returns what a render kind draws.
func parseKind(kind string) (Kind, Stacking, error) {
	switch kind {
	case "timechart", "linechart":
		return Line, Apart, nil
	case "areachart":
		return Area, Apart, nil
	case "stackedareachart":
		return Area, Stacked, nil
	case "scatterchart":
		return Scatter, Apart, nil
	case "columnchart":
		return Column, Apart, nil
	case "barchart":
		return Bar, Apart, nil
	case "piechart":
		return Pie, Apart, nil
	}
	return 0, 0, fmt.Errorf("there is no picture of render %s", kind)
}

func parseStacking(kind string, given Stacking) (Stacking, error) {
	switch kind {
	case "", "default":
		return given, nil
	case "unstacked":
		return Apart, nil
	case "stacked":
		return Stacked, nil
	case "stacked100":
		return Percent, nil
	}
	return 0, fmt.Errorf("there is no picture of kind=%s", kind)
}

// legend tells whether the series need names.
func (c *Chart) legend() bool {
	return !c.NoLegend && c.Kind != Pie && (len(c.Series) > 1 || len(c.Series) == 1 && c.YTitle != c.Series[0].Name)
}
