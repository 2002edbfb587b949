package chart

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/types"
)

// The most that a picture can show so that it can be read.
const (
	maxSeries     = 30
	maxSlices     = 30
	maxCategories = 400
)

// New makes the chart that render kind with (props) asks for of rows. Its
// error says why there is none.
func New(kind string, props map[string]string, cols []types.Column, rows [][]types.Value) (*Chart, error) {
	shape, stacking, err := parseKind(kind)
	if err != nil {
		return nil, err
	}
	c := &Chart{Kind: shape, Title: props["title"], XTitle: props["xtitle"], YTitle: props["ytitle"], NoLegend: props["legend"] == "hidden"}
	if c.Stacking, err = parseStacking(props["kind"], stacking); err != nil {
		return nil, err
	}
	if err := c.axes(props); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errors.New("there are no rows")
	}
	r, err := newRoles(kind, shape, props, cols, rows)
	if err != nil {
		return nil, err
	}
	if err := c.fill(r, cols, rows, props["accumulate"] == "true"); err != nil {
		return nil, err
	}
	return c, c.check()
}

// axes reads the properties of the axes. What would be drawn otherwise than it
// was asked for is not drawn.
func (c *Chart) axes(props map[string]string) error {
	for _, name := range []string{"xmin", "xmax", "ysplit", "anomalycolumns"} {
		if v := props[name]; v != "" && v != "none" {
			return fmt.Errorf("there is no picture of %s=%s", name, v)
		}
	}
	if props["xaxis"] == "log" {
		return errors.New("there is no picture of xaxis=log")
	}
	c.LogY = props["yaxis"] == "log"
	for name, end := range map[string]**float64{"ymin": &c.YMin, "ymax": &c.YMax} {
		text := props[name]
		if text == "" || strings.EqualFold(text, "nan") {
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("%s=%s is no number", name, text)
		}
		*end = &v
	}
	return nil
}

// Roles are which column is what.
type roles struct {
	x      int
	y      []int
	series []int
	arrays bool // x and y are arrays: a row is a whole series
}

func newRoles(kind string, shape Kind, props map[string]string, cols []types.Column, rows [][]types.Value) (roles, error) {
	r := roles{arrays: hasArrays(cols, rows)}
	var err error
	if r.x, err = r.chooseX(kind, shape, props["xcolumn"], cols, rows); err != nil {
		return r, err
	}
	if r.y, err = named(props["ycolumns"], cols); err != nil {
		return r, err
	}
	if r.series, err = named(props["series"], cols); err != nil {
		return r, err
	}
	given := props["ycolumns"] != ""
	split := props["series"] != ""
	for i, col := range cols {
		if i == r.x || slices.Contains(r.y, i) || slices.Contains(r.series, i) {
			continue
		}
		switch {
		case r.isValue(col, i, rows):
			if !given {
				r.y = append(r.y, i)
			}
		case isLabel(col.Type) && !split && shape != Pie:
			r.series = append(r.series, i)
		}
	}
	for _, i := range r.y {
		if !r.isValue(cols[i], i, rows) {
			return r, fmt.Errorf("column %s is not of numbers", cols[i].Name)
		}
	}
	if len(r.y) == 0 {
		return r, errors.New("no column is left for the values: the chart needs one of numbers beside " + cols[r.x].Name)
	}
	return r, nil
}

// hasArrays tells whether the rows are those of make-series: arrays of times
// and numbers, a series to a row.
func hasArrays(cols []types.Column, rows [][]types.Value) bool {
	for i, c := range cols {
		if c.Type == types.Dynamic && rows[0][i].Valid && strings.HasPrefix(rows[0][i].Text, "[") {
			return true
		}
	}
	return false
}

func (r roles) isValue(col types.Column, i int, rows [][]types.Value) bool {
	if !r.arrays {
		return col.Type.Numeric()
	}
	if col.Type != types.Dynamic {
		return false
	}
	for _, row := range rows {
		if _, err := numbers(row[i]); err != nil {
			return false
		}
	}
	return true
}

func (r roles) chooseX(kind string, shape Kind, name string, cols []types.Column, rows [][]types.Value) (int, error) {
	if name != "" {
		i, err := find(name, cols)
		return i, err
	}
	if r.arrays {
		for i, c := range cols {
			if c.Type == types.Dynamic && rows[0][i].Valid && isTimes(rows[0][i]) {
				return i, nil
			}
		}
	}
	if i := slices.IndexFunc(cols, func(c types.Column) bool { return c.Type == types.DateTime }); i >= 0 && shape.continuous() {
		return i, nil
	}
	if kind == "timechart" {
		return 0, errors.New("render timechart needs a column of datetime")
	}
	if shape.continuous() && numericColumns(cols) > 1 {
		return slices.IndexFunc(cols, func(c types.Column) bool { return c.Type.Numeric() }), nil
	}
	return 0, nil
}

func numericColumns(cols []types.Column) int {
	n := 0
	for _, c := range cols {
		if c.Type.Numeric() {
			n++
		}
	}
	return n
}

func named(list string, cols []types.Column) ([]int, error) {
	if list == "" {
		return nil, nil
	}
	var at []int
	for name := range strings.SplitSeq(list, ",") {
		i, err := find(strings.TrimSpace(name), cols)
		if err != nil {
			return nil, err
		}
		at = append(at, i)
	}
	return at, nil
}

func find(name string, cols []types.Column) (int, error) {
	i := slices.IndexFunc(cols, func(c types.Column) bool { return c.Name == name })
	if i < 0 {
		return 0, fmt.Errorf("the result has no column %s", name)
	}
	return i, nil
}

func isLabel(t types.Scalar) bool {
	return t == types.String || t == types.Bool || t == types.GUID
}

// fill makes the series.
func (c *Chart) fill(r roles, cols []types.Column, rows [][]types.Value, accumulate bool) error {
	b := &builder{chart: c, roles: r, cols: cols, places: map[string]int{}, series: map[string]int{}}
	if r.arrays {
		c.X.Kind = Times
		if cols[r.x].Type != types.Dynamic || !isTimes(rows[0][r.x]) {
			c.X.Kind = Numbers
		}
	} else {
		c.X.Kind = axisKind(c.Kind, cols[r.x].Type)
	}
	for _, row := range rows {
		if err := b.row(row); err != nil {
			return err
		}
	}
	if t := cols[r.x].Type; c.X.Kind == Categories && (t == types.DateTime || t.Numeric()) {
		c.order(b.values)
	}
	if c.XTitle == "" {
		c.XTitle = cols[r.x].Name
	}
	if c.YTitle == "" && len(r.y) == 1 {
		c.YTitle = cols[r.y[0]].Name
	}
	for i := range c.Series {
		points := c.Series[i].Points
		if c.X.Kind == Categories || c.Kind != Scatter {
			slices.SortStableFunc(points, func(a, b Point) int { return cmp.Compare(a.X, b.X) })
		}
		if accumulate {
			sum(points)
		}
	}
	return nil
}

func axisKind(shape Kind, t types.Scalar) AxisKind {
	switch {
	case shape == Column || shape == Bar || shape == Pie:
		return Categories
	case t == types.DateTime:
		return Times
	case t.Numeric():
		return Numbers
	}
	return Categories
}

// order puts categories that are times or numbers into their order.
func (c *Chart) order(values []float64) {
	c.X.Ordered = true
	from := make([]int, len(values))
	for i := range from {
		from[i] = i
	}
	slices.SortStableFunc(from, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	labels, to := make([]string, len(from)), make([]int, len(from))
	for i, f := range from {
		labels[i], to[f] = c.X.Labels[f], i
	}
	c.X.Labels = labels
	for _, s := range c.Series {
		for i := range s.Points {
			s.Points[i].X = float64(to[int(s.Points[i].X)])
		}
	}
}

func sum(points []Point) {
	total := 0.0
	for i := range points {
		if !points[i].Gap {
			total += points[i].Y
			points[i].Y = total
		}
	}
}

// A builder sorts rows into series.
type builder struct {
	chart  *Chart
	roles  roles
	cols   []types.Column
	places map[string]int // of categories
	series map[string]int
	values []float64 // of the categories that are times or numbers
}

func (b *builder) row(row []types.Value) error {
	names := make([]string, len(b.roles.series))
	for i, at := range b.roles.series {
		names[i] = row[at].String()
	}
	for _, y := range b.roles.y {
		name := b.cols[y].Name
		if len(names) > 0 {
			name = strings.Join(names, ", ")
			if len(b.roles.y) > 1 {
				name += ": " + b.cols[y].Name
			}
		}
		s := b.seriesOf(name)
		points, err := b.points(row, y)
		if err != nil {
			return err
		}
		s.Points = append(s.Points, points...)
	}
	return nil
}

func (b *builder) seriesOf(name string) *Series {
	i, ok := b.series[name]
	if !ok {
		i = len(b.chart.Series)
		b.series[name] = i
		b.chart.Series = append(b.chart.Series, Series{Name: name})
	}
	return &b.chart.Series[i]
}

// points returns the points that a row has for a column; a row of arrays has
// many. A row without an x has no place in the picture.
func (b *builder) points(row []types.Value, y int) ([]Point, error) {
	if b.roles.arrays {
		return arrayPoints(row[b.roles.x], row[y], b.cols[y].Name)
	}
	p := Point{}
	if p.Y, p.Gap = number(row[y]); p.Gap && b.chart.Kind == Pie {
		return nil, fmt.Errorf("column %s has a row without a value", b.cols[y].Name)
	}
	x := row[b.roles.x]
	switch b.chart.X.Kind {
	case Categories:
		p.X = float64(b.place(label(x), x))
		return []Point{p}, nil
	case Times:
		p.X = float64(x.Int)
	case Numbers:
		p.X, _ = number(x)
	}
	if !x.Valid || math.IsNaN(p.X) || math.IsInf(p.X, 0) {
		return nil, fmt.Errorf("column %s has a row without a value", b.cols[b.roles.x].Name)
	}
	return []Point{p}, nil
}

// label is a value as a category; a datetime has no more digits than it needs.
func label(v types.Value) string {
	text := v.String()
	if v.Type == types.DateTime {
		text = strings.TrimSuffix(strings.TrimSuffix(text, "Z"), ".0000000")
		text = strings.TrimSuffix(strings.Replace(text, "T", " ", 1), " 00:00:00")
	}
	return text
}

func (b *builder) place(label string, v types.Value) int {
	i, ok := b.places[label]
	if !ok {
		i = len(b.chart.X.Labels)
		b.places[label] = i
		b.chart.X.Labels = append(b.chart.X.Labels, label)
		value, _ := number(v)
		b.values = append(b.values, value)
	}
	return i
}

// number returns a value as a point has it, and whether it is a gap.
func number(v types.Value) (float64, bool) {
	f := float64(v.Int)
	switch {
	case !v.Valid:
		return 0, true
	case v.Type == types.Real:
		f = v.Float
	case v.Type == types.Decimal:
		var err error
		if f, err = strconv.ParseFloat(v.Text, 64); err != nil {
			return 0, true
		}
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, true
	}
	return f, false
}

// check refuses what nobody could read.
func (c *Chart) check() error {
	if len(c.Series) > maxSeries {
		return fmt.Errorf("%d series are too many for one picture, which has at most %d: keep the greatest with top", len(c.Series), maxSeries)
	}
	most := maxCategories
	if c.Kind == Pie {
		most = maxSlices
	}
	if len(c.X.Labels) > most {
		return fmt.Errorf("%d values of %s are too many for one picture, which has at most %d: keep the greatest with top", len(c.X.Labels), c.XTitle, most)
	}
	return c.checkValues()
}

func (c *Chart) checkValues() error {
	for _, s := range c.Series {
		seen := map[float64]bool{}
		for _, p := range s.Points {
			switch {
			case c.X.Kind == Categories && seen[p.X]:
				return fmt.Errorf("%s has two values for %s: summarize them first", s.Name, c.X.Labels[int(p.X)])
			case p.Gap:
			case p.Y < 0 && (c.Kind == Pie || c.Stacking == Percent):
				return fmt.Errorf("%s has a value below zero, which has no part of a whole", s.Name)
			case p.Y <= 0 && c.LogY:
				return fmt.Errorf("%s has a value that is not above zero, which has no place on a logarithmic axis", s.Name)
			}
			seen[p.X] = true
		}
	}
	if c.Kind == Pie && len(c.Series) > 1 {
		return errors.New("render piechart needs one column of values")
	}
	if c.Kind == Area && c.Stacking != Apart {
		return c.checkPlaces()
	}
	if c.Stacking != Apart && c.LogY {
		return errors.New("values that stand on one another have no logarithmic axis")
	}
	return nil
}

// checkPlaces refuses areas that stand on one another and do not have the same
// places: what is under a place that a series lacks is not known.
func (c *Chart) checkPlaces() error {
	if c.LogY {
		return errors.New("values that stand on one another have no logarithmic axis")
	}
	for _, s := range c.Series {
		same := slices.EqualFunc(s.Points, c.Series[0].Points, func(a, b Point) bool { return a.X == b.X && !a.Gap && !b.Gap })
		if !same {
			return fmt.Errorf("%s has no value where another series has one, so that the areas cannot stand on one another: use make-series", s.Name)
		}
	}
	return nil
}
